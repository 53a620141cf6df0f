"""YAML text of plain data as values and as a tree, read by libyaml where that reads it as ruamel.yaml does.

ruamel.yaml reads a megabyte of YAML 1.2 in ten seconds and more, libyaml in one. What the product writes is plain data (text,
numbers, truth, nothing) without anchors or tags. Whatever is more than that, or wrong, is left to ruamel.yaml: its reading
and its words for what is wrong are the ones that count.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.resolver import implicit_resolvers

__all__ = ["plain_data", "yaml_tree"]

_OTHERWISE = re.compile("[\x85\u2028\u2029\ufeff]")
"""Characters that end a line in YAML 1.1 and not in 1.2, and the mark of the byte order."""
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?", re.ASCII)
_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, dict[str, Any]] = {
    f"{_TAG}bool": {"true": True, "false": False},
    f"{_TAG}null": {"null": None, "": None, "~": None},
}
_BASE: Any = getattr(yaml, "CSafeLoader", None)  # there are systems without libyaml


def plain_data(text: str) -> Any:
    """The value of YAML text. Raises ruamel's YAMLError."""
    try:
        return _value(_composed(text), set())
    except (_More, RecursionError, yaml.YAMLError):
        return YAML(typ="safe", pure=True).load(text)


def yaml_tree(text: str) -> Any:
    """The node of YAML text, of whichever library: `id` says of what kind it is, `value` and `start_mark` are the same.
    None where there is none. Raises ruamel's YAMLError."""
    try:
        return _composed(text)
    except (_More, yaml.YAMLError):
        return YAML(typ="safe", pure=True).compose(text)


class _More(Exception):
    """More than plain data."""


def _composed(text: str) -> Any:
    if _BASE is None or _OTHERWISE.search(text):
        raise _More
    return yaml.compose(text, Loader=type("Loader", (_BASE,), {"yaml_implicit_resolvers": _RESOLVERS}))


_RESOLVERS: dict[str, list[tuple[str, Any]]] = {}
for _versions, _tag, _pattern, _first in implicit_resolvers:
    for _character in _first if (1, 2) in _versions else ():
        _RESOLVERS.setdefault(_character, []).append((_tag, _pattern))


def _value(node: Any, met: set[int]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.tag, node.value)
    if id(node) in met:
        raise _More  # an alias: what is written once may be there a million times
    met.add(id(node))
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(item, met) for item in node.value]
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        found = {}
        for key, item in node.value:
            name = _value(key, met)
            if not isinstance(name, Hashable) or name in found:
                raise _More
            found[name] = _value(item, met)
        return found
    raise _More


def _scalar(tag: str, text: str) -> Any:
    if tag == f"{_TAG}str":
        return text
    if tag == f"{_TAG}int" and _INTEGER.fullmatch(text):
        return int(text)
    if tag == f"{_TAG}float" and _NUMBER.fullmatch(text):
        return float(text)
    words: dict[str, Any] = _WORDS.get(tag, {})
    if text not in words:
        raise _More
    return words[text]
