"""What of its inside a server gives away in a text, known by its form: stack traces, database errors, configuration, source
code, paths, inner addresses (CWE-209, CWE-497; OWASP API8:2023; OpenStack Security Guidelines, "Information disclosure").

Rules
- A form is what a program prints and no person writes in a message: `Traceback (most recent call last)`, and not the word
  traceback; `SELECT a, b FROM t`, and not `SELECT a flavour from the list`.
- Positions in what the client has sent (`line 3, column 5`), names of schema keywords, names and versions of products
  (RFC 9110, 7.6.3 and 10.2.4) are nothing of the inside.
- Whether an address is known to the client, and whether the client has said a text itself, is asked by exposure.py.

Each form has words of which one stands in every text that has the form: they are looked for first, which costs a
hundredth of what the expressions cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

__all__ = ["LONGEST", "Address", "Telltale", "addresses", "internals"]

LONGEST = 65_536
"""Characters of a text that are looked at."""
_SHOWN = 120
"""Characters of what was found that are shown."""


@dataclass(frozen=True, slots=True)
class Telltale:
    """A form of the inside in a text: what it is (`stack-trace`), and the words that show it."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Address:
    """An inner address in a text: the host in lower case, its port or None, and what stands before it."""

    host: str
    port: int | None
    before: str


def _form(expression: str, *, exact: bool = False) -> re.Pattern[str]:
    """ASCII only: beside a Chinese character a name begins and ends as it does beside a blank."""
    return re.compile(expression, re.ASCII if exact else re.ASCII | re.IGNORECASE)


_Form = tuple[tuple[str, ...], re.Pattern[str]]

_STACK_TRACES: tuple[_Form, ...] = (
    (("traceback (most",), _form(r"Traceback \(most recent call last\)")),
    (('file "',), _form(r"File \"[^\"\n]{1,300}\", line \d+")),
    # Java and what runs beside it
    (
        (".java:", ".kt:", ".scala:", ".groovy:", "native method", "unknown source"),
        _form(r"\bat (?:[\w$]+[./])+[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)"),
    ),
    (("caused by:",), _form(r"Caused by: [\w.$]+(?:Exception|Error)\b")),
    # Go
    (("goroutine ",), _form(r"goroutine \d+ \[[\w ,]+\]")),
    (("panic:",), _form(r"panic: runtime error")),
    ((".go:",), _form(r"\.go:\d+ \+0x[0-9a-f]+")),
    # PHP
    (("stack trace:",), _form(r"Stack trace:\s*#\d ")),
    (("php ",), _form(r"\bPHP (?:Fatal error|Parse error|Warning|Notice):")),
    ((".php",), _form(r"\.php(?: on line |:|\()\d+")),
    # Node.js
    ((".js:", ".mjs:", ".cjs:", ".ts:", "node:"), _form(r"(?:\.(?:[cm]?js|ts)|\bnode:[\w/]+):\d+:\d+")),
    # .NET
    (("stack trace",), _form(r"--- End of (?:inner exception )?stack trace")),
    ((":line ",), _form(r"\bat [\w.<>`+\[\],]+\([^()\n]*\) in [^\n]{1,300}:line \d+")),
    # Ruby, Rust
    ((".rb:",), _form(r"\.rb:\d+:in [`'\"‘]")),
    (("panicked at",), _form(r"thread '[^'\n]+' (?:\(\d+\) )?panicked at")),
)
_COLUMN = r"(?:\w+\()?[\w.`\"*]+\)?(?: AS [\w`\"]+)?"
_CLAUSE = r"WHERE\b|ORDER BY\b|GROUP BY\b|LIMIT\b|FOR UPDATE\b|(?:LEFT |INNER |OUTER )*JOIN\b"
_DATABASE: tuple[_Form, ...] = (
    (("sqlalche.me",), _form(r"sqlalche\.me/e/")),
    (("[sql:",), _form(r"\[SQL: ")),
    (("sqlstate",), _form(r"SQLSTATE\b")),
    (("ora-",), _form(r"\bORA-\d{4,5}\b", exact=True)),
    (
        ("psycopg", "pymysql", "mysqldb", "asyncpg", "cx_oracle"),
        _form(r"\b(?:psycopg2?|pymysql|MySQLdb|asyncpg|cx_Oracle)\b"),
    ),
    (("sqlite3.", "oslo_db.", "sqlalchemy"), _form(r"\b(?:sqlite3\.\w+Error|oslo_db\.\w+|sqlalchemy\.\w+)")),
    (
        ("dbduplicate", "dbdeadlock", "dbconnection", "dberror"),
        _form(r"\bDB(?:DuplicateEntry|Deadlock|ConnectionError|Error)\b", exact=True),
    ),
    (("duplicate entry",), _form(r"Duplicate entry '.*?' for key")),
    (("deadlock found", "lock wait timeout"), _form(r"Deadlock found when trying|Lock wait timeout exceeded")),
    (("sql syntax", "sql statement"), _form(r"error in your SQL syntax|unrecognized token in SQL statement")),
    (
        ("constraint",),
        _form(
            r"violates (?:unique|foreign key|check|not-null|exclusion) constraint|(?:UNIQUE|FOREIGN KEY|CHECK|NOT NULL) constraint failed|a foreign key constraint fails"
        ),
    ),
    (
        ("incorrect string value", "data too long", "out of range value", "data truncated"),
        _form(
            r"Incorrect string value: '|Data too long for column|Out of range value for column|Data truncated for column"
        ),
    ),
    (
        ("unknown column", "no such column", "no such table", "doesn't exist", "does not exist"),
        _form(
            r"Unknown column '[^']+' in '|no such (?:column|table): \w|Table '[^']+\.[^']+' doesn't exist|(?:relation|column) \"[^\"]+\" does not exist"
        ),
    ),
    (("e11000",), _form(r"\bE11000 duplicate key")),
    (("queuepool",), _form(r"QueuePool limit of")),
    (
        ("mysql server",),
        _form(r"(?:Lost connection to|Can't connect to) (?:local )?MySQL server|MySQL server has gone away"),
    ),
    # Statements: capitals, or a clause that no sentence has
    (
        ("select ",),
        _form(
            rf"\bSELECT (?:DISTINCT )?{_COLUMN}(?:,\s?{_COLUMN})*\s+FROM [\w.`\"]+(?=\s*(?:[;)\]'\"]|\Z|\n|{_CLAUSE}))",
            exact=True,
        ),
    ),
    (("select ",), _form(r"\bSELECT [^;]{0,200}?[.*(`][^;]{0,2000}?\s+FROM [\w.`\"]+", exact=True)),
    (
        ("select ",),
        _form(
            r"\bselect [\w.*`\", ()]{1,300}\s+from\s+[\w.`\"]+(?:\s+(?:as\s+)?\w+)?\s+where\s+[\w.`\"]+\s*"
            r"(?:=|<|>|!=|in\s*\(|like\s+'|is (?:not )?null\b)"
        ),
    ),
    (("insert into ",), _form(r"\binsert into [\w.`\"]+\s*\([\w.`\", ]+\)")),
    (("update ",), _form(r"\bupdate [\w.`\"]+ set [\w.`\"]+\s*=")),
    (("delete from ",), _form(r"\bdelete from [\w.`\"]+ where [\w.`\"]+\s*(?:=|<|>|in\s*\(|is (?:not )?null\b)")),
)
_CONFIGURATION: tuple[_Form, ...] = (
    (
        ("://",),
        _form(
            r"\b(?:mysql|mariadb|postgres(?:ql)?|mssql|oracle|sqlite|rabbit|amqps?|kombu|rediss?|mongodb|memcached?|ldaps?"
            r"|etcd3?|zookeeper|kafka|rbd)(?:\+\w+)?://[^\s\"'<>]*"
        ),
    ),
    (("/etc/",), _form(r"(?<![\w.:/-])/etc/[\w.-]+(?:/[\w.@-]+)*")),
    ((".conf", ".ini", ".cfg"), _form(r"(?<![\w./:-])[\w-]+\.(?:conf|ini|cfg)(?![\w-]|\.\w)")),
    (
        ("[default]", "[database]", "[keystone_authtoken]", "store]", "[paste_deploy]", "[oslo_"),
        _form(
            r"\[(?:DEFAULT|keystone_authtoken|paste_deploy|oslo_\w+)\]"
            r"|\[(?:database|\w+_store)\](?:[/.]\w+| ?\w+ ?=| (?:section|option|group)\b)",
            exact=True,
        ),
    ),
    (
        ("=",),
        _form(
            r"\b(?:OS_(?:PASSWORD|USERNAME|AUTH_URL|TOKEN|PROJECT_\w+)|DATABASE_URL|DB_(?:HOST|USER\w*|PASS\w*|NAME|PORT)|MYSQL_\w+"
            r"|POSTGRES_\w+|AWS_\w+|KUBERNETES_\w+|SECRET_KEY\w*|RABBITMQ_\w+|LD_LIBRARY_PATH|PYTHONPATH|HOSTNAME|PATH|HOME)=\S",
            exact=True,
        ),
    ),
)
_SOURCE: tuple[_Form, ...] = (
    (("site-packages", "dist-packages"), _form(r"(?:site|dist)-packages\b")),
    (
        (".py", ".java", ".rb", ".php", ".js", ".go", ".cs", ".cpp", ".jar", ".rs", ".ts", ".so", ".sh", ".pl"),
        _form(
            r"(?<![\w.:/-])(?:/[\w.+@-]+)+/[\w.+@-]+\.(?:pyc?|java|rb|php|[cm]?js|go|cs|cpp|jar|rs|ts|so(?:\.\d+)*|sh|pl)(?![\w/-])"
        ),
    ),
    (
        (".py:", ".py,", ".py(", ".java:", ".rb:", ".go:", ".cs:", ".cpp:", ".rs:", ".ex:"),
        _form(r"[\w-]+\.(?:py|java|rb|go|cs|cpp|rs|ex)(?::|, line |\()\d+"),
    ),
    ((" at 0x",), _form(r"<[\w.]+ object at 0x[0-9a-f]{6,}>")),
    # The class of an exception with its packages.
    (
        ("exception", "error", "fault"),
        _form(
            r"(?<![\w.:/@-])(?:[a-z_][a-z0-9_]*\.){2,}(?:[A-Z]\w*(?:Exception|Error|Fault)|exceptions?\.[A-Z]\w+)(?![\w.])",
            exact=True,
        ),
    ),
)
_DIRECTORIES = ("usr", "var", "opt", "srv", "home", "root", "tmp", "proc")
"""Directories below the root of a server (Filesystem Hierarchy Standard 3.0)."""
_PATHS: tuple[_Form, ...] = (
    (
        tuple(f"/{name}/" for name in _DIRECTORIES),
        _form(
            r"(?<![\w.:/-])/(?:usr/(?:lib\d*|local|share|s?bin|src)|var/(?:lib|log|run|cache|spool|tmp|www)|opt|srv|home|root|tmp"
            r"|proc/(?:\d+|self))/[\w.@+-]+(?:/[\w.@+-]+)*"
        ),
    ),
    ((":\\",), _form(r"(?<![\w])[A-Z]:\\(?:[^\\/:*?\"<>|\r\n]+\\)+[\w.-]*")),
)
_FORMS = (
    ("stack-trace", _STACK_TRACES),
    ("database", _DATABASE),
    ("configuration", _CONFIGURATION),
    ("source", _SOURCE),
    ("file-path", _PATHS),
)
"""What it is -> its forms, the most telling first: a stack trace is made of paths, and they are not told again."""


def internals(text: str) -> Iterator[Telltale]:
    """What a text gives away besides addresses, the most telling first."""
    yield from _internals(text[:LONGEST])


@lru_cache(maxsize=2048)
def _internals(text: str) -> tuple[Telltale, ...]:
    return tuple(_all(text))


def _all(text: str) -> Iterator[Telltale]:
    lower = text.lower()
    for what, forms in _FORMS:
        for words, form in forms:
            if any(map(lower.__contains__, words)):
                for match in form.finditer(text):
                    yield Telltale(what, match.group()[:_SHOWN])


# --- addresses ------------------------------------------------------------------------------------------------------

_INNER: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(item)
    for item in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
        *("100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),  # RFC 6598, RFC 3927, RFC 1122
        *("fc00::/7", "fe80::/10", "::1/128"),  # RFC 4193, RFC 4291
    )
)
_PORT = r"(?::(?P<port>\d{1,5}))?(?!\d)"
_IPV4 = _form(rf"(?<![\w.-])(?P<host>(?:10|100|127|169|172|192)(?:\.\d{{1,3}}){{3}})(?!\.?\d){_PORT}")
_IPV6 = _form(
    r"(?<![\w:.])\[?(?P<host>(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f])(?::[0-9a-f]{0,4}){2,7}|::1)(?![\w:.])(?:%\w+)?(?:\](?::(?P<port>\d{1,5}))?)?"
)
_NAMES = (
    ".local",
    ".internal",
    ".lan",
    ".intranet",
    ".corp",
    ".localdomain",
    ".svc",
    ".consul",
    ".home.arpa",
    "localhost",
)
_NAME = _form(
    r"(?<![\w.@-])(?P<host>(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+(?:local|internal|lan|intranet|corp|localdomain|consul|home\.arpa)"
    r"|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.){2,}svc|localhost(?=:\d|/))(?![\w-]|\.\w)" + _PORT
)
_SERVICE_PORTS = (
    "1433|1521|2181|2379|3306|4369|5000|5432|5672|6033|6379|6789|9191|9200|9292|9696|11211|15672|25672|27017|35357"
)
"""Ports at which databases, queues and the services of a cloud listen behind its gateway."""
_MACHINE = (
    r"(?:api|app|backend|cache|compute|controller|ctl|database|db|etcd|galera|haproxy|host|lb|mariadb|memcached|mongo|mongodb|mysql|node"
    r"|postgres|postgresql|queue|rabbit|rabbitmq|redis|server|upstream|web)"
)
"""What machines and services are called inside."""
_ONE_LABEL = _form(
    rf"(?<![\w.@-])(?P<host>(?:[a-z0-9]+-)*{_MACHINE}\d*(?:-[a-z0-9]+)*|(?:[a-z][a-z0-9]*-)+[a-z]*\d+):(?P<port>{_SERVICE_PORTS})(?!\d)"
)
_POOL = _form(r"ConnectionPool\(host='(?P<host>[^']+)', port=(?P<port>\d+)\)")


_CODE = _form(r"(?:errors?|exception|failure|fault|server|status)\.[a-z]+\Z")
"""A name of an error, and of no host, when it is all of a text: `error.internal`."""


def addresses(text: str) -> Iterator[Address]:
    """The inner hosts that a text names: private, shared, link-local and loopback addresses, names that mean nothing
    outside, and one-label names with the port of an inner service."""
    yield from _addresses(text[:LONGEST])


@lru_cache(maxsize=2048)
def _addresses(text: str) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(_all_addresses(text)))


def _all_addresses(text: str) -> Iterator[Address]:
    lower = text.lower()
    for form in (_IPV4, _IPV6):
        if (form is _IPV4 and "." in lower) or (form is _IPV6 and ":" in lower):
            for match in form.finditer(lower):
                if _is_inner(match.group("host")) and not _of_a_version(lower[: match.start()]):
                    yield _address(match, lower)
    forms = []
    if any(name in lower for name in _NAMES):
        forms.append(_NAME)
    if ":" in lower:
        forms.append(_ONE_LABEL)
    if "connectionpool(" in lower:
        forms.append(_POOL)
    for form in forms:
        for match in form.finditer(lower):
            if match.group("host") != lower or _CODE.match(lower) is None:
                yield _address(match, lower)


def _address(match: re.Match[str], text: str) -> Address:
    port = match.group("port")
    return Address(match.group("host"), int(port) if port else None, text[max(0, match.start() - 40) : match.start()])


def _is_inner(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _INNER if network.version == address.version)


def _of_a_version(before: str) -> bool:
    """Whether what follows is the version of a product: `Name/10.2.0.1`, `version 10.2.0.1`."""
    return re.search(r"(?:(?<!/)\b[\w.+-]*[\w.+-]/|\b(?:version|release|v)\.? ?)\Z", before, re.ASCII) is not None
