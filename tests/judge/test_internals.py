"""What a text gives away by its form: each form with a text that has it, and beside it what a message may well say."""

from __future__ import annotations

import pytest

from conformance.judge.internals import LONGEST, addresses, internals

GIVEN_AWAY = [
    # stack traces
    ("stack-trace", "Traceback (most recent call last):\n  File"),
    ("stack-trace", '  File "x.py", line 3, in show'),
    ("stack-trace", "at com.cloud.store.Reader.read(Reader.java:118)"),
    ("stack-trace", "at jdk.internal.reflect.Direct.invoke(Unknown Source)"),
    ("stack-trace", "Caused by: java.sql.SQLException: no"),
    ("stack-trace", "goroutine 34 [running]:"),
    ("stack-trace", "panic: runtime error: index out of range"),
    ("stack-trace", "/go/src/store/read.go:57 +0x1d"),
    ("stack-trace", "PHP Fatal error:  Uncaught Exception"),
    ("stack-trace", "Notice: no index in /var/www/index.php on line 12"),
    ("stack-trace", "Stack trace:\n#0 {main}"),
    ("stack-trace", "    at read (/srv/store/lib/read.js:57:21)"),
    ("stack-trace", "at Module._compile (node:internal/modules/cjs/loader:1105:14)"),
    ("stack-trace", "--- End of stack trace from previous location ---"),
    ("stack-trace", "at Store.Reader.Read(Int32 number) in C:\\src\\Reader.cs:line 57"),
    ("stack-trace", "/srv/app/models/row.rb:12:in `find'"),
    ("stack-trace", "thread 'main' panicked at src/main.rs:4:5"),
    # databases
    ("database", "(Background on this error at: https://sqlalche.me/e/20/gkpj)"),
    ("database", "[SQL: INSERT INTO rows (id) VALUES (1)]"),
    ("database", "SQLSTATE[23000]: Integrity constraint violation"),
    ("database", "ORA-00001: unique constraint (X.Y) violated"),
    ("database", "psycopg2.OperationalError"),
    ("database", "sqlite3.OperationalError: database is locked"),
    ("database", "DBDuplicateEntry"),
    ("database", "Duplicate entry '7' for key 'PRIMARY'"),
    ("database", "Deadlock found when trying to get lock; try restarting transaction"),
    ("database", "You have an error in your SQL syntax; check the manual"),
    ("database", 'duplicate key value violates unique constraint "rows_pkey"'),
    ("database", "UNIQUE constraint failed: rows.id"),
    ("database", "Incorrect string value: '\\xF0\\x9F' for column"),
    ("database", "Data too long for column 'name' at row 1"),
    ("database", "Unknown column 'rows.x' in 'where clause'"),
    ("database", 'relation "rows" does not exist'),
    ("database", "Table 'store.rows' doesn't exist"),
    ("database", "E11000 duplicate key error collection"),
    ("database", "QueuePool limit of size 5 overflow 50 reached"),
    ("database", "Lost connection to MySQL server during query"),
    ("database", "SELECT rows.id AS rows_id, rows.name AS rows_name \nFROM rows \nWHERE rows.id = 1"),
    ("database", "SELECT name FROM rows WHERE id = 7"),
    ("database", "SELECT COUNT(*) FROM rows"),
    ("database", "select id, name from rows where id = 7"),
    ("database", "insert into rows (id, name) values (1, 2)"),
    ("database", "UPDATE rows SET name = 'x'"),
    ("database", "DELETE FROM rows WHERE rows.id = 7"),
    # configuration
    ("configuration", "rabbit://guest@queue/"),
    ("configuration", "mysql+pymysql://service@db/store"),
    ("configuration", "cannot read /etc/service/service.conf"),
    ("configuration", "set workers in service-api.conf"),
    ("configuration", "the option workers of [oslo_messaging_rabbit]"),
    ("configuration", "[database]/connection is not set"),
    ("configuration", "DATABASE_URL=sqlite"),
    ("configuration", "环境变量PYTHONPATH=/srv"),
    # source code
    ("source", "in dist-packages"),
    ("source", "raised at api.py:214"),
    ("source", "api.py, line 214"),
    ("source", "/srv/store/lib/reader.php is not readable"),
    ("source", "com.cloud.store.NotThereException: 7"),
    ("source", "oslo_db.exception.DBError"),
    ("source", "<store.reader.Reader object at 0x7f3c5d1e2a90>"),
    # paths
    ("file-path", "No such file: '/var/lib/store/7'"),
    ("file-path", "文件/usr/lib/store/7不存在"),
    ("file-path", "C:\\Program Files\\Store\\read.exe"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text"), GIVEN_AWAY, ids=[text[:40] for _, text in GIVEN_AWAY])
def test_a_form_of_the_inside_is_seen(what: str, text: str) -> None:
    seen = [sight.what for sight in internals(text)]
    assert what in seen, seen


@pytest.mark.parametrize(
    "text",
    [
        "Select a flavor from the list, and update it where needed",
        "SELECT A FLAVOR FROM THE LIST",
        "Select one of a, b from the list where size is given",
        "Insert into the list (a, b)? Delete from it where possible, update the name set before",
        "No traceback is shown",
        "Expecting value: line 3 column 5 (char 17)",
        "at line 3, column 5 of your JSON",
        "Failed validating 'type' in schema['properties']['name']: {'type': ['null', 'string']}",
        "On instance['name']: 7",
        "See https://docs.example.com/errors/index.php and https://example.com/home/page/x.py",
        "/v2/servers/7/file is not there",
        "The media type is application/octet-stream",
        "Caused by a request of yours; panic is not needed",
        "A constraint of the name failed: it must be unique",
        "The column does not exist, and the table doesn't either",
        "Deadlock, duplicate entry, unknown column",
        "the option [name] and the list [1, 2]",
        "PATH = x, path=/v2, limit=5",
        "An exception or error: invalid.value, e.g. a.b.c",
        "请求无法完成：数据库中没有此项（路径：/v2/项目）",
        "urn:ietf:params:error",
        "nginx/1.18.0 (Ubuntu)",
        "ratio 10:20:30, score 3:14",
        "no such column of the list",
        "The node: it has 3:4:5",
    ],
)
def test_what_a_message_may_well_say_is_no_form_of_it(text: str) -> None:
    assert [] == list(internals(text))
    assert [] == list(addresses(text))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.0.0.5", "10.0.0.5", None),
        ("no answer from 172.16.3.4:3306", "172.16.3.4", 3306),
        ("http://192.168.1.2:9292/v2", "192.168.1.2", 9292),
        ("169.254.169.254", "169.254.169.254", None),
        ("127.0.0.1:6379 refused", "127.0.0.1", 6379),
        ("100.64.0.9", "100.64.0.9", None),
        ("连接10.0.0.5失败", "10.0.0.5", None),
        ("[fd00::12]:5432", "fd00::12", 5432),
        ("fe80::1%eth0", "fe80::1", None),
        ("[::1]:80", "::1", 80),
        ("db.internal", "db.internal", None),
        ("api-1.store.svc.cluster.local:80", "api-1.store.svc.cluster.local", 80),
        ("mysql.store.svc", "mysql.store.svc", None),
        ("queue-0.example.lan", "queue-0.example.lan", None),
        ("http://localhost:5000/v3", "localhost", 5000),
        ("controller:5672", "controller", 5672),
        ("node-17:3306", "node-17", 3306),
        ("HTTPConnectionPool(host='store', port=9191): Max retries", "store", 9191),
        ("1.1 proxy-3.local (squid)", "proxy-3.local", None),
    ],
)
def test_an_inner_address_is_seen(text: str, host: str, port: int | None) -> None:
    assert [(host, port)] == [(item.host, item.port) for item in addresses(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("8.8.8.8", "192.0.2.1:80", "172.32.0.1", "11.0.0.1", "1.10.0.5", "10.20", "10.300.1.1"),
        *("Oracle/10.2.0.1", "version 10.2.0.1", "v10.2.0.1", "110.0.0.5", "10.0.0.5.6"),
        *("error.internal", "settings.local.py", "the internal list", "localhost", "a@b.local"),
        *("port:5000", "error:5000", "https://cloud.example.com:5000/v3", "name:3306", "12:34:56"),
        *("fa:16:3e:00:11:22", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "fdab", "2001:db8::1", "::", "a::b"),
        *("2026-01-01T10:20:30.400Z", "sha256:1521", "v1.svc"),
    ],
)
def test_another_number_or_name_is_no_inner_address(text: str) -> None:
    assert [] == list(addresses(text))


def test_a_text_is_looked_at_up_to_a_bound() -> None:
    assert [] == list(internals("x" * LONGEST + " Traceback (most recent call last)"))
