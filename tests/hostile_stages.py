"""Hostile servers that are made for one place: links to elsewhere, certificates, catalogues, tokens that are lost, services
that die and come back, and targets that are slow all over.

Each function is given a `Stage` and gives the clouds that lead to it.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile import Pieces, Server, answer, behind, clouds_at, clouds_behind

from conformance.proof.reference import Reference

__all__ = ["CATALOGUES", "DYING", "LINKS", "SLOW", "TLS", "TOKENS", "Clouds", "Stage", "Staging", "slow"]

Clouds = dict[str, Any]
Twist = Callable[[str, str, bytes], Pieces]


class Stage:
    """What a hostile server stands on: an honest reference, and a second listener at another origin, at which nothing may
    arrive. `calm` makes every server honest from then on."""

    def __init__(self, reference: Reference, stack: ExitStack, folder: Path) -> None:
        self.reference = reference
        self.folder = folder
        self.calm = False
        self._stack = stack
        self.thief = self.serve(Server, lambda _: [answer(b'{"versions": []}')])

    def serve(self, make: Callable[..., Server], *given: Any) -> Server:
        server = make(*given)
        self._stack.callback(server.close)
        return server

    def before(self, twist: Twist, lost: Callable[[str, str], bool] | None = None) -> Clouds:
        """The clouds of a proxy that spoils the answers of the reference."""
        self.proxy = self.serve(
            behind,
            self.reference,
            lambda method, path, honest: [honest] if self.calm else twist(method, path, honest),
            lambda method, path: not self.calm and lost is not None and lost(method, path),
        )
        return clouds_behind(self.reference, self.proxy)


Staging = Callable[[Stage], Clouds]


# --- links to elsewhere -----------------------------------------------------------------------------------------------


def _redirect(status: str, chosen: str, to: str = "{thief}/v2/images") -> Staging:
    """Requests whose method and path match are answered with a redirect to the second listener."""

    def stage(stage: Stage) -> Clouds:
        location = to.format(thief=stage.thief.root, host=stage.thief.root.removeprefix("http:"))
        redirect = answer(b"", status, f"Location: {location}")
        return stage.before(
            lambda method, path, honest: [redirect] if re.search(chosen, f"{method} {path}") else [honest]
        )

    return stage


def _body(chosen: str, change: Callable[[Any, str], Any], fields: str = "") -> Staging:
    """The JSON of answers to requests that match is changed; `change` is given it and the root of the second listener."""

    def stage(stage: Stage) -> Clouds:
        def twist(method: str, path: str, honest: bytes) -> Pieces:
            head, _, body = honest.partition(b"\r\n\r\n")
            if not body or not re.search(chosen, f"{method} {path}"):
                return [honest]
            data = json.dumps(change(json.loads(body), stage.thief.root)).encode()
            head = re.sub(rb"(?i)content-length: \d+", b"Content-Length: %d" % len(data), head)
            more = f"\r\n{fields.format(thief=stage.thief.root)}".encode() if fields else b""
            return [head + more + b"\r\n\r\n" + data]

        return stage.before(twist)

    return stage


def _linked(value: Any, root: str) -> Any:
    """Every link in it leads to the other listener."""
    if isinstance(value, dict):
        return {key: _linked(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [_linked(item, root) for item in value]
    return root + value if isinstance(value, str) and value.startswith("/") else value


def _next(link: str) -> Staging:
    def change(body: Any, root: str) -> Any:
        host = root.removeprefix("http://")
        return {**body, "next": link.format(thief=root, host=host)} if "images" in body else body

    return _body(r"^GET \S+/v2/images(\?|$)", change)


def _discovered(body: Any, root: str) -> Any:
    return json.loads(re.sub(r"http://[^/\"]+", root, json.dumps(body)))


LINKS: Mapping[str, Staging] = {
    "the login is redirected (302)": _redirect("302 Found", "^POST .*/auth/tokens", "{thief}/v3/auth/tokens"),
    "the login is redirected (307)": _redirect(
        "307 Temporary Redirect", "^POST .*/auth/tokens", "{thief}/v3/auth/tokens"
    ),
    "the login is redirected (308)": _redirect(
        "308 Permanent Redirect", "^POST .*/auth/tokens", "{host}/v3/auth/tokens"
    ),
    "discovery of the login is redirected": _redirect("301 Moved Permanently", "^GET /identity", "{thief}/v3"),
    "links of the login's versions": _body("^GET /identity", _discovered),
    "the list is redirected (301)": _redirect("301 Moved Permanently", "^GET .*/v2/images"),
    "all of the service is redirected (307)": _redirect("307 Temporary Redirect", "/image/"),
    "a redirect without a scheme": _redirect("308 Permanent Redirect", "/image/", "{host}/v2/images"),
    "a create is redirected (308)": _redirect("308 Permanent Redirect", "^POST .*/v2/images$"),
    "deletes are redirected (307)": _redirect("307 Temporary Redirect", "^DELETE"),
    "next leads elsewhere": _next("{thief}/v2/images?marker=x"),
    "next without a scheme": _next("//{host}/v2/images?marker=x"),
    "next with a user": _next("http://127.0.0.1:1@{host}/v2/images"),
    "next with backslashes": _next("\\\\{host}\\v2\\images"),
    "next with an at sign": _next("@{host}/v2/images"),
    "next that is a script": _next("javascript:alert(1)"),
    "next that is a file": _next("file:///etc/passwd"),
    "links of each resource": _body("/v2/images", _linked),
    "Link, Refresh and Content-Location": _body(
        "/v2/images",
        lambda body, _: body,
        'Link: <{thief}/x>; rel="next"\r\nRefresh: 0; url={thief}/x\r\nContent-Location: {thief}/x\r\nAlt-Svc: h2="{thief}"',
    ),
    "links of the service's versions": _body("^GET /image/$", _linked),
}


# --- the catalogue ----------------------------------------------------------------------------------------------------


def _catalogue(change: Callable[[list[dict[str, Any]], str], None]) -> Staging:
    def changed(body: Any, root: str) -> Any:
        change(body["token"]["catalog"], root)
        return body

    return _body("^POST .*/auth/tokens", changed)


def _image_at(url: str) -> Staging:
    def change(catalogue: list[dict[str, Any]], root: str) -> None:
        for service in catalogue:
            for point in service["endpoints"] if service["type"] == "image" else ():
                point["url"] = url.format(host=root.removeprefix("http://"))

    return _catalogue(change)


def _others(catalogue: list[dict[str, Any]], root: str) -> None:
    """Everything but what we ask for is at the other listener."""
    for service in catalogue:
        extra = [
            {**point, **differing, "url": f"{root}/v3", "id": f"e{number}"}
            for point in service["endpoints"]
            for number, differing in enumerate(
                ({"interface": "internal"}, {"interface": "admin"}, {"region": "Other", "region_id": "Other"})
            )
        ]
        service["endpoints"] = [*extra, *service["endpoints"]]
    catalogue += [
        {
            "type": name,
            "name": name,
            "id": name,
            "endpoints": [{"interface": "public", "region": "RegionOne", "url": root}],
        }
        for name in ("compute", "volumev3", "object-store")
    ]


def _many(catalogue: list[dict[str, Any]], _root: str) -> None:
    point = {"interface": "public", "region": "RegionOne", "url": "http://x/", "id": "e"}
    catalogue[:0] = [{"type": f"x{number}", "name": "n", "endpoints": [point]} for number in range(100_000)]


CATALOGUES: Mapping[str, Staging] = {
    "a file:": _image_at("file:///etc/passwd"),
    "a gopher:": _image_at("gopher://127.0.0.1:70/1"),
    "a javascript:": _image_at("javascript:alert(1)"),
    "a data:": _image_at("data:application/json,[]"),
    "empty": _image_at(""),
    "a user and a password in it": _image_at("http://u:p@{host}/v2"),
    "a query": _image_at("http://{host}/v2?x="),
    "what steers a terminal": _image_at("\x1b]0;owned\x07http://{host}/"),
    "another line in it": _image_at("http://{host}/\r\nX-Injected: 1"),
    "a port of none": _image_at("http://127.0.0.1:1/"),
    "a name of none": _image_at("http://no-such-host.invalid/"),
    "no services": _catalogue(lambda catalogue, _: catalogue.clear()),
    "a hundred thousand services": _catalogue(_many),
    "other services, interfaces and regions are elsewhere": _catalogue(_others),
}


# --- TLS --------------------------------------------------------------------------------------------------------------


def _certificate(folder: Path, subject: str, *, days: int, ip: str) -> tuple[Path, Path]:
    """A certificate that it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]), datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=20))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ip))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{subject}.pem", folder / f"{subject}.key"
    paths[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return paths


class Secure(Server):
    """The same over TLS."""

    def __init__(self, reply: Callable[[bytes], Pieces], certificate: tuple[Path, Path]) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        super().__init__(reply)

    @property
    def root(self) -> str:
        return super().root.replace("http:", "https:")

    def _serve(self, connection: socket.socket) -> None:
        try:
            secure = self._context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        super()._serve(secure)


def _tls(*, days: int = 10, ip: str = "127.0.0.1", trusted: bool = True, service: bool = False) -> Staging:
    """An identity service, or behind an honest login a service, whose certificate is wrong."""

    def stage(stage: Stage) -> Clouds:
        certificate = _certificate(stage.folder, "hostile", days=days, ip=ip)
        secure = stage.serve(Secure, lambda _: [answer(b"{}")], certificate)
        clouds = clouds_at(secure.root)
        if service:
            clouds = _image_at(secure.root)(stage)
        for cloud in clouds["clouds"].values() if trusted else ():
            cloud["cacert"] = str(certificate[0])
        stage.watched = secure
        return clouds

    return stage


def _no_tls(pieces: Callable[[], Pieces]) -> Staging:
    def stage(stage: Stage) -> Clouds:
        class Plain(Server):
            def _serve(self, connection: socket.socket) -> None:
                with connection:
                    for piece in pieces():
                        connection.sendall(piece)

        return clouds_at(stage.serve(Plain, lambda _: []).root.replace("http:", "https:"))

    return stage


def _late() -> Iterator[bytes]:
    time.sleep(1.5)
    yield b""


TLS: Mapping[str, Staging] = {
    "a self-signed certificate of the login": _tls(trusted=False),
    "an expired certificate of the login": _tls(days=-1),
    "a certificate of another address for the login": _tls(ip="192.0.2.1"),
    "a self-signed certificate of the service": _tls(trusted=False, service=True),
    "an expired certificate of the service": _tls(days=-1, service=True),
    "a certificate of another address for the service": _tls(ip="192.0.2.1", service=True),
    "plain HTTP where TLS is due": _no_tls(lambda: [answer(b"{}")]),
    "a handshake that is never answered": _no_tls(_late),
}


# --- tokens, and services that die ------------------------------------------------------------------------------------


def _counted(act: Callable[[int, str], Pieces | None], *, identity: bool = False, carried_out: bool = False) -> Staging:
    """Requests to the service, or to identity, by their number and method: `act` gives what is sent in place of the honest
    answer, or None. Unless it is carried out, such a request does not arrive."""

    def stage(stage: Stage) -> Clouds:
        lock, seen, instead = threading.Lock(), [0], threading.local()

        def lost(method: str, path: str) -> bool:
            instead.pieces = None
            if path.startswith("/identity") is identity:
                with lock:
                    seen[0] += 1
                instead.pieces = act(seen[0], method)
            return instead.pieces is not None and not carried_out

        def twist(_method: str, _path: str, honest: bytes) -> Pieces:
            return [honest] if instead.pieces is None else instead.pieces

        return stage.before(twist, lost)

    return stage


REFUSED = answer(b'{"error": {"code": 401, "title": "Unauthorized", "message": "no"}}', "401 Unauthorized")


def _lived(requests: int) -> Staging:
    """Each token is good for so many requests to the service."""

    def stage(stage: Stage) -> Clouds:
        used: dict[bytes, int] = {}

        def token() -> bytes:
            found = re.search(rb"(?i)\r\nx-auth-token: ([^\r]*)", stage.proxy.seen[-1])
            return found.group(1) if found else b""

        def lost(_method: str, path: str) -> bool:
            if path.startswith("/identity") or not token():
                return False
            used[token()] = used.get(token(), 0) + 1
            return used[token()] > requests

        return stage.before(lambda _method, _path, honest: [honest or REFUSED], lost)

    return stage


def _until(when: Callable[[datetime], datetime]) -> Staging:
    def change(body: Any, _root: str) -> Any:
        body["token"]["expires_at"] = when(datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        return body

    return _body("^POST .*/auth/tokens", change)


TOKENS: Mapping[str, Staging] = {
    "each token is good for 8 requests": _lived(8),
    "each token is good for one request": _lived(1),
    "no token is good": _lived(0),
    "tokens expire after a second": _until(lambda now: now + timedelta(seconds=1)),
    "tokens have expired when they are given": _until(lambda now: now - timedelta(days=1)),
    "tokens never expire": _until(lambda now: now.replace(year=9999)),
}


def _gone(first: int, seconds: float) -> Callable[[int, str], Pieces | None]:
    """From this request on, for so many seconds, connections are closed without an answer."""
    since: list[float] = []

    def act(number: int, _method: str) -> Pieces | None:
        if number < first:
            return None
        since[:] = since or [time.monotonic()]
        return [] if time.monotonic() - since[0] < seconds else None

    return act


def _identity_too(tokens: Staging, seconds: float) -> Staging:
    """Tokens are lost, and from the second login on identity is away."""

    def stage(stage: Stage) -> Clouds:
        honest, logins, away = stage.before, [0], _gone(2, seconds)

        def before(twist: Twist, lost: Callable[[str, str], bool] | None = None) -> Clouds:
            def mine(method: str, path: str) -> bool:
                if path.endswith("/auth/tokens") and method == "POST":
                    logins[0] += 1
                    if away(logins[0], method) is not None:
                        return True
                return lost is not None and lost(method, path)

            return honest(
                lambda method, path, given: (
                    [] if path.endswith("/auth/tokens") and not given else twist(method, path, given)
                ),
                mine,
            )

        stage.before = before  # type: ignore[method-assign]
        return tokens(stage)

    return stage


DYING: Mapping[str, Staging] = {
    "the service dies at the 15th request, and is back after 3 s": lambda stage: _counted(_gone(15, 3.0))(stage),
    "the service dies at the 15th request for good": lambda stage: _counted(_gone(15, 1e9))(stage),
    "tokens are lost, and identity is back after 2 s": lambda stage: _identity_too(_lived(8), 2.0)(stage),
    "tokens are lost, and identity never comes back": lambda stage: _identity_too(_lived(8), 1e9)(stage),
}


# --- slow all over ----------------------------------------------------------------------------------------------------


def slow(seconds: float, chosen: str) -> Staging:
    """Requests that match are carried out and answered rightly, late."""

    def stage(stage: Stage) -> Clouds:
        def twist(method: str, path: str, honest: bytes) -> Pieces:
            if re.search(chosen, f"{method} {path}"):
                time.sleep(seconds)
            return [honest]

        return stage.before(twist)

    return stage


SLOW: Mapping[str, Staging] = {
    "each answer of the service takes 2 s": slow(2.0, "/image/"),
    "each delete takes 3 s": slow(3.0, "^DELETE"),
    "each login takes 3 s": slow(3.0, "/auth/tokens"),
}
