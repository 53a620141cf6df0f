"""Servers on a bare socket, without and with TLS; a configuration that nothing else adds to."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sockets import Handler, answer


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], str]]:
    """Starts a server with this handler; gives its URL."""
    stack = contextlib.ExitStack()

    def start(handler: Handler) -> str:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def loop() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                while data := request(connection):
                    handler(connection, data)

        def request(connection: socket.socket) -> bytes:
            # Head and body of a request may come in two pieces.
            data = connection.recv(65536)
            length = re.search(rb"Content-Length: (\d+)\r\n", data)
            while length and len(data.partition(b"\r\n\r\n")[2]) < int(length.group(1)):
                data += connection.recv(65536)
            return data

        threading.Thread(target=loop, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    with stack:
        yield start


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Makes the certificate of an authority, and of a server by it: `good`, `expired`, `other` (its name), `self`."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )

    def signed(subject: str, issuer: str, *, days: int = 10, ip: str = "127.0.0.1", authority: bool = False) -> Path:
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=20))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(ip))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path = folder / f"{subject}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path

    made = {
        "authority": signed("authority", "authority", authority=True),
        "good": signed("good", "authority"),
        "expired": signed("expired", "authority", days=-1),
        "other": signed("other", "authority", ip="192.0.2.1"),
        "self": signed("self", "self"),
    }
    return lambda name: (made[name], folder / "key.pem")


@pytest.fixture
def tls(certificates: Callable[[str], tuple[Path, Path]]) -> Iterator[Callable[[str], str]]:
    """Starts a server with this certificate; gives its URL."""
    with contextlib.ExitStack() as stack:

        def start(name: str) -> str:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificates(name))
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def loop() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        plain, _ = listener.accept()
                        with (
                            plain,
                            contextlib.suppress(OSError),
                            context.wrap_socket(plain, server_side=True) as connection,
                        ):
                            while connection.recv(65536):
                                connection.sendall(answer(b"ok"))

            threading.Thread(target=loop, daemon=True).start()
            return f"https://127.0.0.1:{listener.getsockname()[1]}/"

        yield start


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clouds.yaml that the environment names, and no variable besides."""
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "clouds.yaml"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path
