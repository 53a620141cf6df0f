"""A request of a run as something that a POSIX shell runs as it stands: one curl command when it stands alone, else a script.

Rules
- What the request needs is made anew, with names and ids of its own, and deleted at the end, as is what the
  request itself makes; what keeps it from being deleted is taken away first, as the service says.
- A request that may make something has a look at the list before it: what is new afterwards and has the mark of the script is
  deleted, also when the answer was a refusal, was lost, or came to nothing by Ctrl-C. Nothing else is touched.
- What could not be deleted is said on standard error, and makes the script fail.
- What prepares is quiet; only the answer to the request in question is printed, with its header.
- Tools: sh, curl, sed, tr, od, head (POSIX), base64 and gzip for bodies that are no text or long, seq for large files.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from conformance.after.replay.lineage import SHORTEST, History, Lineage, Step
from conformance.model.marks import tag_of
from conformance.model.message import Exchange
from conformance.model.verdict import Removal, Verdict
from conformance.reports.curl import curl_command

__all__ = ["as_file", "command_of", "first_command", "is_script", "with_commands"]

_HEAD = "#!/bin/sh"
_VARIABLE = re.compile(r'"\$(OS_[A-Z_]+|REDACTED)"')
_MARK = """\
# Names of our own, as long as those of the run.
mark={stem}$(od -An -N4 -tx1 /dev/urandom | tr -d ' \\n')
"""
_UUID = r"""
uuid() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n' | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\)$/\1-\2-4\3-a\4-\5/'
}
"""
_ID_OF = r"""
# The id of what was made: as the body says, else as the end of its Location.
id_of() {{
    said=$(cat)
    found=$(printf '%s\n' "$said" | tr ',{{' '\n\n' | sed -n 's/^[[:space:]]*"{member}"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' | head -n 1)
    [ -n "$found" ] || found=$(printf '%s\n' "$said" | tr -d '\r' | sed -n 's/^[Ll]ocation:.*\/\([^/]*\)\/*$/\1/p' | head -n 1)
    printf '%s\n' "$found"
}}
"""
_STOP = """
stop() {
    echo "stopped: $1" >&2
    exit 1
}
"""
_REMOVE = """
# Deletes what was made; what is still there is said, and makes the script fail.
gone() {{
    case $(curl -sS -o /dev/null -w '%{{http_code}}' -X "$4" -H "X-Auth-Token: $1" "$3/$2") in "$5" | 404 | 410) return 0 ;; esac
    return 1
}}
remove() {{
    [ -n "$2" ] || return 0
    case $tried in *"$2"*) return 0 ;; esac
    tried="$tried $2"
    gone "$@" DELETE 204 && return 0
{freed}    gone "$@" DELETE 204 && return 0
    gone "$@" GET 404 && return 0
    printf 'left: %s/%s\\n' "$3" "$2" >&2
    left=1
}}
"""
_FREED = """\
    curl -sS -o /dev/null -X {method} -H "X-Auth-Token: $1" -H {media_type} \\
        --data-binary {body} "$3/$2"
"""
_SWEEP = r"""
# The values of a member in what is read, one a line.
values() {{
    tr ',{{' '\n\n' | sed -n "s/^[[:space:]]*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p"
}}
# The ids of all that is there, page by page.
listed() {{
    page={query} pages=0
    while [ "$pages" -lt 100 ]; do
        said=$(curl -sS -g -H "X-Auth-Token: $1" "$2$page") || return 0
        printf '%s\n' "$said" | values {member}
        next={following}
        case $next in *\?*) page="?${{next#*\?}}" pages=$((pages + 1)) ;; *) return 0 ;; esac
    done
}}
# Also what a refused request made, or one whose answer was lost, is deleted: what is new since, and has our mark.
sweep() {{
    for own in $(listed "$1" "$2"); do
        case $3 in *"$own"*) continue ;; esac
        case $(curl -sS -g -H "X-Auth-Token: $1" "$2/$own") in *"$mark"*) remove "$1" "$own" "$2" ;; esac
    done
}}
"""
_FOLLOWING = r"""$(printf '%s\n' "$said" | values {next} | sed 's/\\u0026/\&/g' | head -n 1)"""


def with_commands(verdict: Verdict, messages: Mapping[str, str]) -> dict[str, str]:
    """Finding id -> the command that shows it; `messages` are what the findings say."""
    mark = tag_of(verdict.run.id)
    found: dict[str, str] = {}
    if not verdict.findings:
        return found
    history = History(verdict.exchanges, mark, verdict.resources)
    for group in verdict.findings:
        if group.exemplar is not None:
            by_case = "." in group.check
            lineage = history.lineage(group.exemplar, group.related, path=group.deviation.path, content=by_case)
            creates = {step.exchange.number: history.creates(step.exchange.request) for step in lineage.all}
            makers = {number: resource for number, resource in creates.items() if resource is not None}
            member = next((resource.id for resource in makers.values()), "id")
            title = f"Finding {group.id}, {group.requirement}: {messages[group.id]}"
            found[group.id] = command_of(
                lineage, title=title, mark=mark, member=member, removal=verdict.removal, makers=makers
            )
    return found


def is_script(command: str) -> bool:
    """Whether a command is a script of several lines."""
    return command.startswith(_HEAD)


def first_command(exchange: Exchange) -> str:
    """The request alone, as one curl command."""
    return curl_command(exchange.request)


def as_file(command: str, title: str) -> str:
    """A command as the content of a file that can be executed."""
    return command if is_script(command) else f"{_HEAD}\n# {_comment(title)}\n{_needs(command)}{command}\n"


def command_of(
    lineage: Lineage,
    *,
    title: str,
    mark: str,
    member: str = "id",
    removal: Removal | None = None,
    makers: Collection[int] = (),
) -> str:
    """The command or the script.

    `mark` is what the run put into the names that it made up, `member` the one with the id of what is made. `removal` says how
    that is found and deleted. `makers` are the numbers of exchanges whose requests may make something, whatever the answer:
    what they made is looked for.
    """
    made = [step for step in lineage.all if step.makes is not None]
    making = [step for step in lineage.all if step.exchange.number in makers]
    if not lineage.steps and not made and not making:
        return curl_command(lineage.target.exchange.request)
    variables = {step.exchange.number: f"id_{number}" for number, step in enumerate(made, start=1)}
    names = _names(made, variables, mark)
    quiet = [_prepared(step, variables, names) for step in lineage.steps]
    blocks = "\n".join([*quiet, _asked(lineage.target, variables, names)])
    marked = '"$mark"' in blocks
    places = dict.fromkeys((_token(step), shlex.quote(_collection_url(step))) for step in making) if marked else {}
    removals = [
        f'    remove {_token(step)} "${variables[step.exchange.number]}" {shlex.quote(_collection_url(step))}\n'
        for step in reversed(made)
    ]
    sweeps = [f'    sweep {token} {url} "$before_{number}"\n' for number, (token, url) in enumerate(places, start=1)]
    before = [f"before_{number}=$(listed {token} {url})\n" for number, (token, url) in enumerate(places, start=1)]
    parts = [
        "set -uf\n",
        _MARK.format(stem=shlex.quote(mark[:-8])) if marked else "",
        *(f"{name}=''\n" for name in variables.values()),
        _ID_OF.format(member=_literal(member)) if "| id_of" in blocks else "",
        _UUID if "$(uuid)" in blocks else "",
        _STOP if "stop '" in blocks else "",
    ]
    if removals or sweeps:
        parts += [
            _REMOVE.format(freed=_freed(removal) if removal is not None else ""),
            _sweep(member, removal) if sweeps else "",
            *(["\n", *before] if before else []),
            "\nleft=0 tried=''\nclean() {\n    trap '' HUP INT TERM\n",
            *removals,
            *sweeps,
            '    [ "$left" -eq 0 ] || exit 1\n',
            "}\ntrap clean EXIT\ntrap 'exit 1' HUP INT TERM\n",
        ]
    text = "".join([*parts, "\n", blocks])
    return f"{_HEAD}\n# {_comment(title)}\n{_needs(text)}{text}"


def _sweep(member: str, removal: Removal | None) -> str:
    query = f"?{removal.query}" if removal is not None and removal.query else ""
    following = _FOLLOWING.format(next=_literal(removal.next)) if removal is not None and removal.next else "''"
    return _SWEEP.format(query=shlex.quote(query), member=_literal(member), following=following)


def _freed(removal: Removal) -> str:
    return _FREED.format(
        method=shlex.quote(removal.method),
        media_type=shlex.quote(f"Content-Type: {removal.media_type}"),
        body=shlex.quote(removal.body),
    )


def _literal(member: str) -> str:
    """The name as a basic regular expression between the quotes of a shell's word; what could end or mean more is any character."""
    return re.sub(r"[^0-9A-Za-z_-]", ".", member)


def _names(made: Sequence[Step], variables: Mapping[int, str], mark: str) -> dict[str, str]:
    """Text -> shell expression. An id that is a short word would be found in words that mean nothing of the kind."""
    names: dict[str, str] = {mark.upper(): '$(printf %s "$mark" | tr a-z A-Z)', mark: "$mark"}
    for step in made:
        name, own = variables[step.exchange.number], str(step.makes)
        if len(own) >= SHORTEST:
            names[own.upper()] = f'$(printf %s "${name}" | tr a-z A-Z)'
            names[own] = f"${name}"
    return names


def _prepared(step: Step, variables: Mapping[int, str], names: Mapping[str, str]) -> str:
    request, number = step.exchange.request, step.exchange.number
    comment = f"# Exchange {number} of the run, as {request.actor}.\n"
    failed = f"stop 'exchange {number} could not be made again'"
    if step.makes is None:
        # A related exchange may have been refused in the run; a successful one must succeed again.
        strict = 200 <= step.exchange.response.status < 300
        command = curl_command(request, names, show="-f -o /dev/null" if strict else "-o /dev/null")
        return f"{comment}{command}{f' || {failed}' if strict else ''}\n"
    name = variables[number]
    if step.chosen:
        command = curl_command(request, names, show="-f -o /dev/null")
        return f"{comment}{name}=$(uuid)\n{command} || {failed}\n"
    command = curl_command(request, names, show="-f -i")
    return f'{comment}{name}=$({command} | id_of)\n[ -n "${name}" ] || {failed}\n'


def _asked(step: Step, variables: Mapping[int, str], names: Mapping[str, str]) -> str:
    request = step.exchange.request
    comment = "# The request in question.\n"
    if step.makes is None:
        return f"{comment}{curl_command(request, names)}\n"
    name = variables[step.exchange.number]
    if step.chosen:
        return f"{comment}{name}=$(uuid)\n{curl_command(request, names)}\n"
    # An id that the target chose is in no request before this one.
    return f"{comment}answer=$({curl_command(request, names)})\nprintf '%s\\n' \"$answer\"\n{name}=$(printf '%s\\n' \"$answer\" | id_of)\n"


def _token(step: Step) -> str:
    value = step.exchange.request.headers.get("X-Auth-Token") or ""
    return f'"{value}"' if re.fullmatch(r"\$OS_[A-Z_]+|\$REDACTED", value) else '"$OS_TOKEN"'


def _collection_url(step: Step) -> str:
    parts = urlsplit(step.exchange.request.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


_HOW = {
    "OS_TOKEN": "set it to a token (openstack token issue -f value -c id)",
    "OS_TOKEN_OTHER": "set it to a token of the second project",
    "OS_TOKEN_UNSCOPED": "set it to a token of the same user without a project",
}


def _needs(text: str) -> str:
    lines: list[str] = []
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        how = _HOW.get(name, "set it")
        lines.append(f': "${{{name}:?{how}}}"\n')
    return "".join(lines)


def _comment(text: str) -> str:
    """One line, whatever a target put into it: a line break in a comment would make a command of the rest."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
