"""Radicals and ligatures that stand where characters should: fonts share their glyphs or join them, and who copies text
from a PDF gets these."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["folded"]

_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")
"""CJK radicals, Kangxi radicals, compatibility ideographs (Unicode, 18.1), ligatures of Latin letters (7.1)."""

_ALONE = dict(
    zip(
        "⼾⺁⺠⺟⺩⺪⺫⺬⺶⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⺜⺝⺧⺌⺐⺒⺓⺙⺞",
        "户厂民母王疋目示羊虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙日月牛小尢巳幺攵歺",
        strict=True,
    )
)
"""Radicals of the supplement that are characters too and that NFKC leaves (EquivalentUnifiedIdeograph.txt of Unicode), and
the one Kangxi radical that NFKC makes another character than the one with which fonts for simplified Chinese share it."""


def folded(text: str) -> str:
    """The text with each radical and compatibility ideograph as the character that it looks like, each ligature as its
    letters, and all else as it is: NFKC of the whole would rewrite full-width signs too, which the document may mean."""
    return _RADICALS.sub(lambda match: _character(match.group()), text)


def _character(radical: str) -> str:
    return _ALONE.get(radical) or unicodedata.normalize("NFKC", radical)
