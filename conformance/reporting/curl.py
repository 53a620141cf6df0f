"""A request as a curl command that can be pasted into a POSIX shell; secrets are variables that the shell fills in."""

from __future__ import annotations

import base64
import re
import shlex

from conformance.model import Request

__all__ = ["curl_command"]

_DROPPED = frozenset({"host", "content-length", "user-agent", "accept-encoding", "connection"})
_VARIABLE = re.compile(r"\$OS_[A-Z_]+|\$REDACTED")
_LONGEST = 4096


def curl_command(request: Request) -> str:
    """The command. Header fields and the body are the request's own, byte by byte."""
    words = ["curl -sS -i --path-as-is -g -X", shlex.quote(request.method)]
    if request.method == "HEAD":
        words = ["curl -sS -I --path-as-is -g"]
    given = {name.lower() for name, _ in request.headers.items}
    for name, value in request.headers.items:
        if name.lower() not in _DROPPED:
            # curl sends a field without a value only when it is written with a semicolon.
            words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    words += [f"-H {shlex.quote(name + ':')}" for name in ("Accept", "Content-Type") if name.lower() not in given]
    source = ""
    if request.body:
        source, option = _body(request.body)
        words.append(option)
    return f"{source}{' '.join([*words, _quoted(request.url)])}"


def _body(body: bytes) -> tuple[str, str]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if len(body) <= _LONGEST and "\0" not in text and not text.startswith("@"):
        return "", f"--data-binary {_quoted(text)}"
    encoded = base64.b64encode(body).decode()
    return f"printf %s {shlex.quote(encoded)} | base64 -d | ", "--data-binary @-"


def _quoted(text: str) -> str:
    """Shell-quoted, the variables of secrets left outside of the quotes."""
    parts: list[str] = []
    at = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > at:
            parts.append(shlex.quote(text[at : match.start()]))
        parts.append(f'"{match.group()}"')
        at = match.end()
    if at < len(text) or not parts:
        parts.append(shlex.quote(text[at:]))
    return "".join(parts)
