"""A request as a curl command that can be pasted into a POSIX shell; secrets are variables that the shell fills in.

A large file of ours counts (`counted`), so that the command makes it anew, whatever its size.
"""

from __future__ import annotations

import base64
import gzip
import re
import shlex
from collections.abc import Mapping

from conformance.model.message import Request, counted

__all__ = ["curl_command"]

_DROPPED = frozenset({"host", "content-length", "user-agent", "accept-encoding", "connection"})
_VARIABLE = r"\$OS_[A-Z_]+|\$REDACTED"
_LONGEST = 4096
"""Bytes of a body that stands on the command line: the length of a command is limited, that of a builtin's is not."""


def curl_command(request: Request, names: Mapping[str, str] | None = None, *, show: str = "-i") -> str:
    """The command. Header fields and the body are the request's own, byte by byte.

    `names` maps a text to the shell's expression that stands in its place, such as `$id_1`; `show` are the options that say
    what is printed.
    """
    table = names or {}
    words = [f"curl -sS {show} --path-as-is -g -X", shlex.quote(request.method)]
    if request.method == "HEAD":
        words = [f"curl -sS {show.replace('-i', '-I')} --path-as-is -g"]
    given = {name.lower() for name, _ in request.headers.items}
    for name, value in request.headers.items:
        if name.lower() not in _DROPPED:
            # curl sends a field without a value only when it is written with a semicolon.
            words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};", table)]
    words += [f"-H {shlex.quote(name + ':')}" for name in ("Accept", "Content-Type") if name.lower() not in given]
    source = ""
    if request.size > _LONGEST and request.body == counted(len(request.body)):
        source = f"seq -f %.0f 99999999 | head -c {request.size} | "
        words.append("--data-binary @-")
    elif request.body:
        source, option = _body(request.body, table)
        words.append(option)
    return f"{source}{' '.join([*words, _quoted(request.url, table)])}"


def _body(body: bytes, names: Mapping[str, str]) -> tuple[str, str]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        if len(body) <= _LONGEST and not text.startswith("@"):
            return "", f"--data-binary {_quoted(text, names)}"
        if _pattern(names).search(text):
            return f"printf %s {_quoted(text, names)} | ", "--data-binary @-"
    packed = gzip.compress(body, mtime=0) if len(body) > _LONGEST else body
    smaller = len(packed) < len(body)
    encoded = base64.b64encode(packed if smaller else body).decode()
    unpack = "base64 -d | gzip -dc" if smaller else "base64 -d"
    return f"printf %s {shlex.quote(encoded)} | {unpack} | ", "--data-binary @-"


def _pattern(names: Mapping[str, str]) -> re.Pattern[str]:
    literals = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile("|".join([*literals, _VARIABLE]))


def _quoted(text: str, names: Mapping[str, str]) -> str:
    """Shell-quoted, the variables left outside of the quotes of the rest."""
    parts: list[str] = []
    at = 0
    for match in _pattern(names).finditer(text):
        if match.start() > at:
            parts.append(shlex.quote(text[at : match.start()]))
        parts.append(f'"{names.get(match.group(), match.group())}"')
        at = match.end()
    if at < len(text) or not parts:
        parts.append(shlex.quote(text[at:]))
    return "".join(parts)
