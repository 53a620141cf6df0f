"""The words of a comparison in English and Chinese, and the rows that every format shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.after.compare.alignment import StatusDrift
from conformance.after.compare.comparison import Change, Comparison, FindingChange, Judged
from conformance.after.compare.latency import LatencyRow
from conformance.after.compare.shapes import ShapeDrift

__all__ = [
    "LANGUAGES",
    "ShapeRow",
    "findings_of",
    "latency_rows",
    "milliseconds",
    "sentence",
    "shape_rows",
    "status_rows",
    "word",
]

LANGUAGES = ("en", "zh")

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Comparison of two runs", "两次运行的对比"),
    "before": ("before", "之前"),
    "after": ("after", "之后"),
    "run": ("run", "运行"),
    "target": ("target", "目标"),
    "outcome": ("outcome", "结论"),
    "contract": ("contract", "契约"),
    "seed": ("seed", "种子"),
    "promises": ("promises judged in both", "两次均已判定的承诺"),
    "reasons": ("What is open", "尚无定论"),
    "notes": ("Notes", "说明"),
    "findings": ("Findings", "问题"),
    "requirements": ("Promises", "承诺"),
    "statuses": ("Statuses that changed", "状态码变化"),
    "shapes": ("Shapes that changed", "响应结构变化"),
    "latency": ("Latency", "延迟"),
    "facts": ("What the target says about itself", "目标自述信息变化"),
    "nothing": ("promises, statuses and shapes are as they were", "承诺、状态码与响应结构均无变化"),
    "operation": ("operation", "操作"),
    "request": ("request", "请求"),
    "case": ("case", "用例"),
    "place": ("place", "位置"),
    "change": ("change", "变化"),
    "answers": ("answers", "响应数"),
    "median": ("median, ms", "中位数（毫秒）"),
    "ratio": ("ratio, 99 % interval", "比值及 99% 区间"),
    "drift": ("drift", "漂移"),
    "fact": ("fact", "项目"),
    "absent": ("not told", "未提供"),
    "regression": ("regression", "回归"),
    "no regression": ("no regression", "无回归"),
    "cannot say": ("cannot say", "无法判断"),
    "newly failing": ("newly failing", "新增失败"),
    "failing at more places": ("failing at more places", "在更多位置失败"),
    "failing differently": ("failing differently", "失败方式改变"),
    "still failing": ("still failing", "仍然失败"),
    "fixed": ("fixed", "已修复"),
    "no longer looked for": ("no longer looked for", "不再检查"),
    "not looked for before": ("not looked for before", "之前未检查"),
    "newly exercised": ("newly exercised", "新增执行"),
    "no longer exercised": ("no longer exercised", "不再执行"),
    "intermittent": ("intermittent", "间歇出现"),
    "few": ("too few answers", "样本过少"),
    "slower": ("slower", "变慢"),
    "faster": ("faster", "变快"),
    "appeared": ("appeared", "出现"),
    "vanished": ("vanished", "消失"),
    "became optional": ("became optional", "变为可选"),
    "became constant": ("always there now", "变为必有"),
    "became nullable": ("became nullable", "变为可空"),
    "no longer nullable": ("no longer nullable", "不再可空"),
    "changed type": ("changed type", "类型改变"),
    "new value": ("new value", "出现新值"),
}


def word(name: str, lang: str = "en") -> str:
    """The word of this name in the language; the name itself when it has none."""
    return _WORDS[name][LANGUAGES.index(lang)] if name in _WORDS else name


def sentence(comparison: Comparison, lang: str = "en") -> str:
    """The last line of every format: what came of it, and how much of each kind."""
    count = {change: sum(item.change is change for item in comparison.findings) for change in Change}
    numbers = (
        comparison.regressions,
        count[Change.NEWLY_FAILING],
        count[Change.FIXED],
        count[Change.STILL_FAILING],
        len(comparison.statuses),
        len(shape_rows(comparison)),
        len(comparison.facts),
    )
    head = word(comparison.result.value, lang).upper()
    if lang == "zh":
        text = "回归 {} 项；问题：新增 {}，修复 {}，仍在 {}；状态码变化 {}，结构变化 {}，自述变化 {}".format(*numbers)
        return f"{head}：{text}（退出码 {comparison.exit_code}）"
    text = (
        "{} regressions; findings: {} new, {} fixed, {} still there; {} statuses, {} shapes, {} facts changed".format(
            *numbers
        )
    )
    return f"{head}: {text} (exit {comparison.exit_code})"


def findings_of(comparison: Comparison) -> Iterable[tuple[Change, Sequence[FindingChange]]]:
    """The findings by what became of them, regressions first."""
    for change in Change:
        found = sorted(
            (item for item in comparison.findings if item.change is change), key=lambda item: not item.regression
        )
        if found:
            yield change, found


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """The same difference of a shape in several operations."""

    operations: tuple[str, ...]
    statuses: str
    place: str
    change: str
    before: str
    after: str
    regression: bool
    requirements: tuple[str, ...]


def shape_rows(comparison: Comparison) -> list[ShapeRow]:
    """The differences of shapes, one row for the same difference wherever it was met; regressions first."""
    groups: dict[tuple[str, ...], list[tuple[Judged, ShapeDrift]]] = {}
    for judged in comparison.shapes:
        drift = judged.drift
        assert isinstance(drift, ShapeDrift)
        place = drift.place.rpartition("[].")[2]
        said = () if place.startswith("header ") else (drift.before, drift.after)
        groups.setdefault((drift.statuses, place, drift.change, str(judged.regression), *said), []).append(
            (judged, drift)
        )
    rows = []
    for members in groups.values():
        judged, drift = members[0]
        operations = tuple(item.operation for _, item in members)
        promises = tuple(item.requirement for item, _ in members if item.requirement)
        place = drift.place.rpartition("[].")[2]
        rows.append(
            ShapeRow(
                operations, drift.statuses, place, drift.change, drift.before, drift.after, judged.regression, promises
            )
        )
    return sorted(rows, key=lambda row: not row.regression)


def status_rows(comparison: Comparison) -> list[tuple[Judged, StatusDrift]]:
    """The status drifts, regressions first."""
    rows = [(item, item.drift) for item in comparison.statuses if isinstance(item.drift, StatusDrift)]
    return sorted(rows, key=lambda row: not row[0].regression)


def latency_rows(comparison: Comparison) -> list[tuple[Judged, LatencyRow]]:
    """The operations with enough answers on both sides."""
    return [(item, item.drift) for item in comparison.latency if isinstance(item.drift, LatencyRow)]


def milliseconds(seconds: float | None) -> str:
    """Seconds as milliseconds with one digit, or a dot."""
    return "." if seconds is None else f"{seconds * 1000:.1f}"
