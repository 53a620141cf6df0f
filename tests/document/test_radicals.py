"""Radicals become the characters that they look like, and nothing else changes."""

from __future__ import annotations

from conformance.document.radicals import folded


def test_radicals_of_each_block_become_characters() -> None:
    assert "用户页码车豈" == folded("⽤户⻚码⻋\uf900")


def test_ligatures_become_their_letters() -> None:
    assert ("flavors", "Conflict", "office") == (folded("ﬂavors"), folded("Conﬂict"), folded("oﬃce"))


def test_other_signs_of_compatibility_stay() -> None:
    assert "（：）①Ａ" == folded("（：）①Ａ")
