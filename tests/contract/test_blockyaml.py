"""What is written as YAML is byte for byte what ruamel.yaml writes, which is hardly asked."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from ruamel.yaml.representer import RepresenterError

from conformance.contract import blockyaml
from conformance.contract.blockyaml import dump_yaml, library_yaml

TEXTS = (
    *(
        "a",
        "name",
        "yes",
        "true",
        "null",
        "~",
        "1",
        "1.5",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "2031-04-05",
        ".inf",
        "<<",
        "=",
    ),
    *(
        "x: y",
        "- z",
        "#c",
        "a #b",
        "it's",
        '"q"',
        "中文",
        "?",
        "? a",
        "!t",
        "&a",
        "*b",
        "{a}",
        "[b]",
        "a,b",
        "a:",
        "%d",
        "@x",
    ),
    *(
        "`y",
        "|",
        ">",
        "\u00a0",
        "\U0001f600",
        "  two",
        "end ",
        "a\nb",
        "tab\tx",
        "\x85",
        "\u2028",
        "\\n",
        "-",
        "...",
        "---",
    ),
    *("word " * 30, "x" * 130, "it's long " * 15, "中" * 130, 'a "b" ' * 30, "line\nbreak " * 12, "\ufeff", "\x07", ""),
)


def drawn_text(draw: Random) -> str:
    pieces = [draw.choice(TEXTS) for _ in range(draw.randrange(1, 6))]
    return draw.choice(TEXTS) if draw.random() < 0.6 else draw.choice((" ", ":", "\n")).join(pieces)


def drawn(draw: Random, depth: int = 0) -> Any:
    kind = draw.random()
    if depth < 5 and kind < 0.3:
        return {drawn_text(draw): drawn(draw, depth + 1) for _ in range(draw.randrange(5))}
    if depth < 5 and kind < 0.5:
        return [drawn(draw, depth + 1) for _ in range(draw.randrange(5))]
    number = draw.random() * 10 ** draw.randrange(-20, 20)
    return draw.choice((drawn_text(draw), drawn_text(draw), draw.randrange(-5, 99999), None, True, False, number))


@pytest.mark.parametrize("seed", range(8))
def test_any_plain_data_is_written_as_the_library_writes_it(seed: int) -> None:
    draw = Random(seed)
    for _ in range(40):
        value = {"a": [drawn(draw)], "b": {"c": drawn(draw), "d": [[drawn(draw)]]}}
        assert library_yaml(value) == dump_yaml(value)


@pytest.mark.parametrize("value", ["text", 1, [], {}, [1, "b"], {"a": 1}, {1: [2]}, {"a": [float("inf")]}])
def test_what_is_small_or_odd_is_written_as_the_library_writes_it(value: Any) -> None:
    assert library_yaml(value) == dump_yaml(value)


def test_what_is_no_plain_data_is_refused_as_by_the_library() -> None:
    with pytest.raises(RepresenterError):
        dump_yaml({"a": [object()]})


def test_what_a_text_needs_is_asked_once_and_nothing_else_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    analyze = blockyaml._Library.analyze_scalar
    monkeypatch.setattr(
        blockyaml._Library, "analyze_scalar", lambda self, text: asked.append(text) or analyze(self, text)
    )
    monkeypatch.setattr(blockyaml, "library_yaml", lambda _value: pytest.fail("the library writes the whole"))
    blockyaml._styles.cache_clear()
    rows = [
        {"id": f"network.list.{at}", "level": "must", "source": [[at, at]], "checks": ["body"]} for at in range(500)
    ]
    dump_yaml({"requirements": rows})
    assert len(set(asked)) == len(asked)
    assert ["must"] == [text for text in asked if text == "must"]
