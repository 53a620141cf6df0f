r"""Texts that are syntax somewhere: in a query language, a database, a shell, a template, a header, Unicode.

A text that a client gives is a value and nothing else; whoever hands it on to something with a syntax of its own (a
filter, LIKE, a path, a page, a log) has to see to that. Each class here is one syntax, with texts that are written in
it.

Rules
- `NAME` in a text stands for a name of ours, so that what is made of it is recognised: `in:NAME`, `NAME%`. A text
  without it is whole: `null`, `1e3`.
- `near` are texts that a reader of the syntax would take for the same, or would find by it: beside `NAME%`, `NAMEx`.
- `marks` are the characters that the syntax is written with. Who trips over one class trips over the texts of the
  others that have its marks, too: a time has colons as an operator has.
- Nothing here is a name of any service.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NAME", "PROPERTY_NAMES", "SYNTAXES", "Form", "Syntax"]

NAME = "NAME"
"""Stands for a name in a text."""


@dataclass(frozen=True, slots=True)
class Form:
    """A text of a class of syntax, and texts near to it; NAME in them stands for a name."""

    text: str
    near: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the text is what it is, whatever the name."""
        return NAME not in self.text

    def of(self, name: str) -> str:
        """The text with this name in it."""
        return self.text.replace(NAME, name)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A class of syntax: its id, the characters it is written with, its forms, and how many of them, from the first on,
    stand for all where there is little time."""

    id: str
    marks: str
    forms: tuple[Form, ...]
    sample: int = 1

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the class, each once, with a short word for the name."""
        return tuple(dict.fromkeys(form.of("name") for form in self.forms))


def _syntax(name: str, marks: str, *forms: str | tuple[str, ...], sample: int = 1) -> Syntax:
    """A class; a form is a text, or a text and those near to it."""
    rows = (form if isinstance(form, tuple) else (form,) for form in forms)
    return Syntax(name, marks, tuple(Form(text, near) for text, *rest in rows for near in (tuple(rest),)), sample)


SYNTAXES: tuple[Syntax, ...] = (
    _syntax(
        "query-operator",
        ":",
        ("in:NAME", "NAME"),
        ("neq:NAME", "NAME"),
        ("gt:NAME", "NAMEx"),
        ("NAME: y", "NAME"),
        ("like:NAME", "NAME"),
        ("in:NAME,NAMEx", "NAME", "NAMEx"),
        ("eq:NAME", "NAME"),
        ("gte:NAME", "NAME"),
        ("lt:NAME", "NAME"),
        ("lte:NAME", "NAME"),
        ("ne:NAME", "NAME"),
        ("no-operator:NAME", "NAME"),
        ("NAME:", "NAME"),
        (":NAME", "NAME"),
        ('in:"NAME"', "NAME"),
        ("in:", "NAME"),
        sample=5,
    ),
    _syntax(
        "separator",
        ",;|",
        ("NAME,NAMEx", "NAME", "NAMEx"),
        ("NAME;NAMEx", "NAME"),
        ("NAME|NAMEx", "NAME"),
        (",NAME", "NAME"),
        ("NAME,", "NAME"),
        sample=2,
    ),
    _syntax(
        "url-delimiter",
        "&=+#?",
        ("NAME+x", "NAME x"),
        ("NAME&x=y", "NAME"),
        ("NAME#x", "NAME"),
        ("NAME?x=y", "NAME"),
        ("NAME=x", "NAME"),
        sample=2,
    ),
    _syntax("sql-wildcard", "%_", ("NAME%", "NAMEx"), ("NAME_b", "NAMExb"), ("%NAME%", "NAME"), sample=2),
    _syntax(
        "markup",
        "<>&",
        ("<script>NAME</script>", "NAME"),
        ("NAME&amp;x", "NAME&x"),
        ("<b>NAME</b>", "NAME"),
        ("NAME&x", "NAME&amp;x"),
        ("<NAME/>", "NAME"),
        ("<!-- NAME -->", "NAME"),
        "<![CDATA[NAME]]>",
        '<?xml version="1.0"?>',
        "NAME&#65;",
        sample=2,
    ),
    _syntax(
        "quote",
        "\"'`“”",
        ('"NAME"', "NAME"),
        ("'NAME'", "NAME"),
        ("`NAME`", "NAME"),
        ("“NAME”", "NAME"),
        ("NAME''x", "NAME'x"),
        'NAME"x',
        "NAME'x",
        sample=2,
    ),
    _syntax(
        "sql",
        "-;",
        ("NAME' OR '1'='1", "NAME"),
        ("NAME'--", "NAME"),
        "NAME'; DROP TABLE x; --",
        ("NAME/**/", "NAME"),
        ("NAME'||'x", "NAMEx"),
        "1 OR 1=1",
    ),
    _syntax(
        "escape",
        "\\%",
        "NAME\\x",
        ("NAME%41", "NAMEA"),
        ("NAME%2Fx", "NAME/x"),
        (r"NAME\u0041", "NAMEA"),
        r"NAME\n",
        ("NAME%00", "NAME"),
        ("NAME%25", "NAME%"),
        "NAME%zz",
        ("NAME%0A", "NAME"),
        sample=2,
    ),
    _syntax(
        "template",
        "{}$<%#",
        "${NAME}",
        "{{7*7}}NAME",
        "NAME<%= x %>",
        "NAME#{x}",
        "{% NAME %}",
        "$(NAME)",
        "NAME $x",
        "[[${NAME}]]",
    ),
    _syntax("format-string", "%", "NAME%s", "{NAME}", "NAME%n", "NAME%d", "NAME{0}", "%(NAME)s", "NAME%1$s", "NAME{}"),
    _syntax(
        "glob",
        "*?[]{}",
        ("NAME*", "NAMEx"),
        ("NAME?", "NAMEx"),
        ("NAME[xy]", "NAMEx"),
        ("NAME{x,y}", "NAMEx"),
        ("*", "NAME"),
    ),
    _syntax(
        "regular-expression",
        "^$.*+?()[]{}|\\",
        ("NAME.b", "NAMExb"),
        ("^NAME$", "NAME"),
        ("NAME.*", "NAMEx"),
        ("(NAME|x)", "NAME"),
        ("NAMEx{1}", "NAMEx"),
        ("NAME[a-z]", "NAMEx"),
        (r"NAME\w", "NAMEx"),
        ("(", "NAME"),
        "NAME\\",
    ),
    _syntax(
        "comparison",
        "!<>~",
        ("!NAME", "NAME"),
        ("!=NAME", "NAME"),
        (">NAME", "NAMEx"),
        ("<=NAME", "NAME"),
        ("~NAME", "NAME"),
        ("=NAME", "NAME"),
    ),
    _syntax(
        "path",
        "/\\.",
        ("../NAME", "NAME"),
        ("NAME/", "NAME"),
        ("NAME//x", "NAME/x"),
        ("NAME.", "NAME"),
        ("./NAME", "NAME"),
        ("/NAME", "NAME"),
        r"C:\NAME",
        "NAME/../x",
        "..",
        "~/NAME",
    ),
    _syntax(
        "line-end",
        "\r\n",
        ("NAME\nx", "NAME"),
        ("NAME\r\nX-Header: x", "NAME"),
        ("NAME\n", "NAME"),
        ("NAME\rx", "NAME"),
        "NAME\r\n\r\nx",
    ),
    _syntax(
        "control", "\x01\x08\t\x1b\x7f", ("NAME\tx", "NAME x"), "NAME\x1b[31mx", "NAME\x01x", "NAME\x7fx", "NAME\x08x"
    ),
    _syntax("json", '{}[]":', '{"NAME": 1}', '["NAME"]', '"NAME', "NAME}", '{"$ne": "NAME"}', "[]", "{}"),
    _syntax("yaml", ":-&*!|>#", "- NAME", "&NAME x", "*NAME", "!!NAME", "NAME |", "--- NAME"),
    _syntax(
        "blank",
        " \u00a0\u3000",
        ("NAME ", "NAME"),
        (" NAME", "NAME"),
        ("NAME  x", "NAME x"),
        ("NAME\u00a0x", "NAME x"),
        ("NAME\u3000", "NAME"),
        " ",
        sample=3,
    ),
    _syntax(
        "letter-case",
        "",
        ("NAMEA", "NAMEa"),
        ("NAMEa", "NAMEA"),
        ("NAMEß", "NAMEss"),
        ("NAMEİ", "NAMEi"),
        ("NAMEı", "NAMEI"),
        ("NAMEſ", "NAMEs"),
        ("NAME\u212a", "NAMEk"),
        ("NAMEÉ", "NAMEé"),
        ("NAMEς", "NAMEσ"),
        sample=3,
    ),
    _syntax(
        "normal-form",
        "",
        ("NAMEé", "NAMEe\u0301"),
        ("NAMEe\u0301", "NAMEé"),
        ("NAMEﬁ", "NAMEfi"),
        ("NAMEＡ", "NAMEA"),
        ("NAMEé", "NAMEe"),
        ("NAME½", "NAME1⁄2"),
        ("NAME\u212b", "NAMEÅ"),
        ("NAME한", "NAME\u1112\u1161\u11ab"),
        ("NAME²", "NAME2"),
        sample=4,
    ),
    _syntax(
        "invisible",
        "\u200b\u200c\u200d\u2060\u00ad\ufe0f\ufeff",
        ("NAME\u200bx", "NAMEx"),
        ("\ufeffNAME", "NAME"),
        ("NAME\u200dx", "NAMEx"),
        ("NAME\u00adx", "NAMEx"),
        ("NAME\u2060x", "NAMEx"),
        ("NAME\u200cx", "NAMEx"),
        ("NAME\ufe0f", "NAME"),
        "\u200b",
    ),
    _syntax(
        "direction",
        "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069",
        ("NAME\u202ex\u202c", "NAMEx"),
        ("\u200eNAME", "NAME"),
        ("NAME\u200f", "NAME"),
        "NAME שלום",
        "\u2066NAME\u2069",
    ),
    _syntax(
        "rare-character",
        "\ue000\uffff\u2028\u2029\u0085\ufffd",
        "NAME\u2028x",
        "NAME\ue000",
        "NAME\uffff",
        "NAME\u0085x",
        "NAME\ufffd",
        "NAME\u0301\u0301",
        "NAME\u2029x",
    ),
    _syntax("writing", "", "NAME 镜像", "NAME สวัสดี", "NAME नमस्ते", "NAME Ελληνικά", "NAME مرحبا"),
    _syntax("beyond-bmp", "", "NAME🖼", "NAME𠀀𠀁x"),
    _syntax("nul", "\0", ("NAME\0x", "NAME"), "NAME\0"),
    _syntax(
        "time", ":-T", "NAME 12:30", "2020-01-01T00:00:00Z", "2020-01-01", "gt:2020-01-01T00:00:00Z", "NAME T+08:00"
    ),
    _syntax(
        "number-writing",
        "",
        "007",
        "1.0",
        "1e3",
        "0x10",
        "1_000",
        "+1",
        "-0",
        "01",
        "Infinity",
        "NaN",
        "１２",
        "9" * 30,
        "0",
        sample=2,
    ),
    _syntax(
        "keyword", "", "null", "true", "None", "undefined", "NULL", "none", "nil", "False", "empty", "on", "N/A", "()"
    ),
    _syntax("uuid", "", "3f2b8c1a-9d47-4e6b-8a15-c0d9e7f41b62", "urn:uuid:3f2b8c1a-9d47-4e6b-8a15-c0d9e7f41b62"),
    _syntax("url", ":/", "http://NAME/x?y=z#w", "//NAME", "NAME@host", "javascript:NAME"),
    _syntax("member", "", "id", "name", "status", "self", "__proto__", "constructor", "length"),
    _syntax("empty", "", ""),
)
"""Every class; who trips over several is told by the first whose marks explain the rest."""

PROPERTY_NAMES = (
    "a b",
    "a:b",
    "a.b",
    "a-b",
    "a/b",
    "a~b",
    "a~1b",
    "a%2Fb",
    "a\\b",
    "a'b",
    'a"b',
    "a$b",
    "a${b}",
    "a[0]",
    "a,b",
    "a;b",
    "a<b>",
    "a+b",
    "a?b#c",
    "a=b&c",
    "éa",
    "镜像",
    "A",
)
"""Ends of names of further properties that are syntax somewhere: a JSON pointer (RFC 6901) among them."""
