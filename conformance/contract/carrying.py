"""Rulings of one edition of a document, carried over to the next: which still apply, which the vendor has made needless, and
which a person has to look at.

Rules
- Each action of the errata has its own fate; a promise that only prose makes (`x-requirements`) has one by itself.
- *Applies*: the place says what it said, or the same contradiction is there; the rows that are written in say all that they
  said, and so do the lines that contradict each other. The lines are rewritten.
- *Obsolete*: what the action takes out is not there, what it writes is there, or the contradictions that it answers are
  gone and so is what they were about.
- *Needs a look*: anything else. It is not applied; a wrong promise is worse than a lost one.
- Actions are tried in their order, each on what those before it gave in both editions.
- A contradiction is the same by operation, kind and subject, at the lines where it now is.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from conformance.contract.linemap import LineMap
from conformance.contract.overlay import Action, Overlay, apply_in_place, merged, selected, spec_of
from conformance.contract.reading import Kept, answers, spans_of
from conformance.contract.resting import NOTES, NodeSteps, apart, rows_below
from conformance.document.contradictions import Contradiction
from conformance.model.contract import Lines
from conformance.model.errors import UsageError

__all__ = ["CarriedAction", "Carrying", "Fate", "carry"]

_SILENT = NOTES | {"x-document-type"}
"""Members of a spec that promise nothing."""


class Fate(StrEnum):
    """What becomes of a ruling in the next edition."""

    APPLIES = "applies"
    OBSOLETE = "obsolete"
    LOOK = "needs a look"


@dataclass(frozen=True, slots=True)
class CarriedAction:
    """The fate of an action (its place in the old list, from 0) and why, and that of each promise that it states by its
    id."""

    number: int
    action: Action
    fate: Fate
    why: str
    promises: Mapping[str, tuple[Fate, str]]


@dataclass(frozen=True)
class Carrying:
    """The fates of all actions, those of rulings (a ruling needs a look when anything of it does), the map of lines, and
    the contradictions that the old edition did not have."""

    actions: tuple[CarriedAction, ...]
    rulings: Mapping[int, Fate]
    lines: LineMap
    new: tuple[Contradiction, ...]


def carry(
    overlay: Overlay,
    old: Kept,
    new: Kept,
    old_specs: Mapping[str, Mapping[str, Any]],
    new_specs: Mapping[str, Mapping[str, Any]],
) -> Carrying:
    """The fates of the errata of an edition in the next one; specs are those before any ruling."""
    lines = LineMap(old.fingerprints, new.fingerprints, old_specs, new_specs)
    trial = _Trial(overlay, old, new, lines, copy.deepcopy(dict(old_specs)), copy.deepcopy(dict(new_specs)))
    actions = tuple(trial.fates())
    known = Counter(_key(item) for item in old.contradictions)
    fresh = [item for item in new.contradictions if known.subtract([_key(item)]) is None and known[_key(item)] < 0]
    return Carrying(actions, _rulings(overlay, actions, trial), lines, tuple(fresh))


def _key(item: Contradiction) -> tuple[str, str, str]:
    return item.operation, item.kind, item.subject


def _rulings(overlay: Overlay, actions: Sequence[CarriedAction], trial: _Trial) -> dict[int, Fate]:
    found: dict[int, Fate] = {}
    for number, ruling in overlay.rulings.items():
        own = [item for item in actions if item.action.ruling == number]
        fates = {fate for item in own for fate in (item.fate, *(fate for fate, _ in item.promises.values()))}
        if not own:
            fates = {trial.of_lines(ruling.source)[0]}
        found[number] = next(fate for fate in (Fate.LOOK, Fate.APPLIES, Fate.OBSOLETE) if fate in fates)
    return found


class _Trial:
    """Both editions' specs, changed by each action in its turn."""

    def __init__(
        self,
        overlay: Overlay,
        old: Kept,
        new: Kept,
        lines: LineMap,
        old_specs: dict[str, Any],
        new_specs: dict[str, Any],
    ) -> None:
        self._overlay, self._old, self._new, self._lines = overlay, old, new, lines
        self._before, self._after = old_specs, new_specs

    def fates(self) -> Iterator[CarriedAction]:
        for number, action in enumerate(self._overlay.actions):
            one, other = self._side(action, self._before), self._side(action, self._after)
            promises = self._promises(action)
            fate, why = self._fate(action, one, other)
            if fate is Fate.APPLIES and (differs := self._row_differs(action)) is not None:
                fate, why = Fate.LOOK, differs
            if fate is Fate.APPLIES:
                self._apply(_without(action, [name for name, (own, _) in promises.items() if own is not Fate.APPLIES]))
            self._apply(action, old=True)
            yield CarriedAction(number, action, fate, why, promises if fate is Fate.APPLIES else {})

    def _side(self, action: Action, specs: Mapping[str, Any]) -> dict[NodeSteps, Any]:
        name = spec_of(action, specs)
        found = selected(action, specs[name]) if name is not None else {}
        return {_named(specs[name], place): copy.deepcopy(node) for place, node in found.items() if name is not None}

    def _apply(self, action: Action, *, old: bool = False) -> None:
        specs = self._before if old else self._after
        name = spec_of(action, specs)
        if name is not None:
            apply_in_place(replace(action, update=copy.deepcopy(action.update)), specs, name)

    def _fate(self, action: Action, one: Mapping[NodeSteps, Any], other: Mapping[NodeSteps, Any]) -> tuple[Fate, str]:
        answered = _about(action, self._answered(action.source))
        gone = bool(answered) and not any(self._alive(item) for item in answered)
        if not one:
            return (
                (Fate.LOOK, "it changed nothing in the old edition, and would now")
                if other
                else (Fate.OBSOLETE, "it changed nothing in the old edition either")
            )
        if not other:
            return self._vanished(action, one, gone)
        if action.update is not None:
            found = self._written_already(action.update, one, other, gone)
            if found is not None:
                return found
        if gone:
            return Fate.LOOK, f"what it answers is gone ({answered[0].text}), and it would still change something"
        differs = _difference(action.update, one, other)
        if differs is not None:
            return Fate.LOOK, differs
        moved = self._lines.changed(tuple(span for item in answered if self._alive(item) for span in spans_of(item)))
        if moved:
            return Fate.LOOK, f"what it answers is still there, but {_was_changed(moved)}"
        if answered or _states_promises(action):
            return Fate.APPLIES, ""
        return self.of_lines(action.source)

    def _row_differs(self, action: Action) -> str | None:
        """How a row that an action writes in says something else than in the old edition, None when all say the same."""
        known, found = self._rows(action, self._before), self._rows(action, self._after, told=True)
        for place, row in found.items():
            if place in known and row != known[place]:
                was, now = apart(known[place], row)
                return f"the row {_spelled(place)} was {_short(was)} and is {_short(now)}"
            if place not in known and row not in known.values():
                return f"it would change the row {_spelled(place)}, too, which is {_short(row)}"
        return None

    def _rows(self, action: Action, specs: Mapping[str, Any], *, told: bool = False) -> dict[NodeSteps, Any]:
        """The rows that an action writes in; with `told` not those of places that say already what it says."""
        name = spec_of(action, specs)
        if name is None:
            return {}
        return {
            _named(specs[name], row): said
            for place, node in selected(action, specs[name]).items()
            if not told or action.update is None or not _says(node, action.update)
            for row, said in rows_below(specs[name], place, action.update).items()
        }

    def _vanished(self, action: Action, one: Mapping[NodeSteps, Any], gone: bool) -> tuple[Fate, str]:
        name = spec_of(action, self._after)
        if name is None or not all(_there(self._after[name], _operation(place)) for place in one):
            return Fate.LOOK, "its operation is not there any more"
        stands = all(_there(self._after[name], place[:-1]) for place in one)
        if stands and action.update is None:
            return Fate.OBSOLETE, "what it takes out is not there any more"
        if stands and gone:
            return Fate.OBSOLETE, "what it changes is not there any more, and neither is the contradiction"
        return Fate.LOOK, "what it changes is not there any more"

    def _written_already(
        self, update: Any, one: Mapping[NodeSteps, Any], other: Mapping[NodeSteps, Any], gone: bool
    ) -> tuple[Fate, str] | None:
        if not all(_says(node, update) for node in one.values()) and all(
            _says(node, update) for node in other.values()
        ):
            return Fate.OBSOLETE, "the document says so itself now"
        twice = next((name for place, node in other.items() for name in _twice(node, update, one.get(place))), None)
        if twice is None:
            return None
        if gone:
            return Fate.OBSOLETE, f"the document has {twice} itself now, and the contradiction is gone"
        return Fate.LOOK, f"the document has {twice} itself now, but not as it is ruled"

    def of_lines(self, source: Lines) -> tuple[Fate, str]:
        """The fate of what rests on lines alone."""
        answered = self._answered(source)
        if answered and not any(self._alive(item) for item in answered):
            return Fate.OBSOLETE, "the contradictions that it answers are gone"
        changed = self._lines.changed(source)
        if changed and not answered:
            return Fate.LOOK, _was_changed(changed)
        return Fate.APPLIES, ""

    def _promises(self, action: Action) -> dict[str, tuple[Fate, str]]:
        found: dict[str, tuple[Fate, str]] = {}
        for item in _stated(action.update):
            source = tuple((pair[0], pair[1]) for pair in item.get("source", ()))
            changed = self._lines.changed(source)
            found[str(item.get("id"))] = (Fate.LOOK, _was_changed(changed)) if changed else (Fate.APPLIES, "")
        return found

    def _answered(self, source: Lines) -> tuple[Contradiction, ...]:
        """The contradictions of the old edition that lines of the errata are about."""
        return tuple(item for item in self._old.contradictions if answers(source, item))

    def _alive(self, item: Contradiction) -> bool:
        """Whether the next edition has this contradiction, too."""
        alike = [found for found in self._new.contradictions if _key(found) == _key(item)]
        if len(alike) >= sum(_key(found) == _key(item) for found in self._old.contradictions):
            return True
        now = {self._lines.line(first) for first, _ in spans_of(item)}
        return any(first <= line <= last for found in alike for first, last in spans_of(found) for line in now)


def _about(action: Action, found: Sequence[Contradiction]) -> tuple[Contradiction, ...]:
    """Those contradictions that are about what an action names, all when it names none of them."""
    words = _letters(f"{action.target} {action.update}")
    named = tuple(item for item in found if item.subject and _letters(item.subject) in words)
    return named or tuple(found)


def _was_changed(changed: Lines) -> str:
    first, last = changed[0]
    return f"line{'' if first == last else 's'} {first if first == last else f'{first}-{last}'} of the old edition is not what it was"


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


# --- places -----------------------------------------------------------------------------------------------------------


def _named(spec: Any, place: NodeSteps) -> NodeSteps:
    """A place with names for the numbers of list items, where these have one: an item may move."""
    found: list[int | str] = []
    for step in place:
        spec = spec[step]
        name = _name(spec) if isinstance(step, int) else None
        found.append(step if name is None else f"[{name}]")
    return tuple(found)


def _there(spec: Any, place: NodeSteps) -> bool:
    """Whether a spec has a named place."""
    for step in place:
        if isinstance(spec, list) and isinstance(step, str):
            spec = next((item for item in spec if f"[{_name(item)}]" == step), None)
            if spec is None:
                return False
            continue
        try:
            spec = spec[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _operation(place: NodeSteps) -> NodeSteps:
    """The operation that a place is in, or what is nearest to one."""
    return place[:3] if place[:1] == ("paths",) else place[:1]


# --- what an update says, and what a place says ----------------------------------------------------------------------


def _plain(node: Any) -> Any:
    """The node without notes on where it comes from."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items() if key not in _SILENT}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def _says(node: Any, update: Any) -> bool:
    """Whether a place says already what an update would make it say."""
    return _plain(merged(node, copy.deepcopy(update))) == _plain(node) or _contains(_plain(node), _plain(update))


def _contains(node: Any, update: Any) -> bool:
    if isinstance(update, Mapping):
        return isinstance(node, Mapping) and all(
            key in node and _contains(node[key], value) for key, value in update.items()
        )
    if isinstance(update, list):
        return isinstance(node, list) and all(any(_contains(item, due) for item in node) for due in update)
    return bool(node == update) or (isinstance(node, list) and update in node)


def _name(item: Any) -> str | None:
    """What tells an item of a list apart: a parameter by place and name, anything else by its id or as itself."""
    if isinstance(item, Mapping):
        if "name" in item:
            return f"{item.get('in', '')} {item['name']}".strip()
        return str(item["id"]) if "id" in item else None
    return str(item)


def _twice(node: Any, update: Any, before: Any) -> Iterator[str]:
    """Names of what an update would write beside or over what the next edition has, and the old one had not."""
    if isinstance(update, list) and isinstance(node, list):
        had = {_name(item) for item in before} if isinstance(before, list) else set()
        there = {_name(item) for item in node} - had
        yield from (name for item in update if (name := _name(item)) is not None and name in there)
    elif isinstance(update, Mapping) and isinstance(node, Mapping):
        for key, value in update.items():
            was = before.get(key, _ABSENT) if isinstance(before, Mapping) else _ABSENT
            if key in node and was is _ABSENT and isinstance(value, Mapping) and _plain(value):
                yield str(key)
            elif key in node:
                yield from _twice(node[key], value, was)


_ABSENT = object()


def _touched(node: Any, update: Any) -> Any:
    """What an update finds where it writes."""
    if update is None:
        return _plain(node)
    if isinstance(update, Mapping) and isinstance(node, Mapping):
        return {
            key: _touched(node[key], value) if key in node else "absent"
            for key, value in update.items()
            if key not in _SILENT and key != "x-requirements"
        }
    return [] if isinstance(node, list) else _plain(node)


def _difference(update: Any, one: Mapping[NodeSteps, Any], other: Mapping[NodeSteps, Any]) -> str | None:
    """What an action would meet that it did not meet before, None when it meets the same."""
    known = [_touched(node, update) for node in one.values()]
    for place, node in other.items():
        if update is not None and _says(node, update):
            continue  # of several places, one that the vendor has mended
        found = _touched(node, update)
        if place in one and found != (was := _touched(one[place], update)):
            return f"{_spelled(place)} was {_short(was)} and is {_short(found)}"
        if place not in one and found not in known:
            return f"it would change {_spelled(place)}, too, which is {_short(found)}"
    return None


def _spelled(place: NodeSteps) -> str:
    return ".".join(str(step) for step in place) or "the spec"


def _short(node: Any) -> str:
    text = " ".join(str(node).split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _stated(update: Any) -> tuple[Mapping[str, Any], ...]:
    found = update.get("x-requirements", ()) if isinstance(update, Mapping) else ()
    return tuple(item for item in found if isinstance(item, Mapping))


def _states_promises(action: Action) -> bool:
    return bool(_stated(action.update))


def _without(action: Action, names: Sequence[str]) -> Action:
    """The action without the promises of these ids."""
    if not names:
        return action
    kept = [item for item in _stated(action.update) if item.get("id") not in names]
    if not isinstance(action.update, Mapping):
        raise UsageError(f"errata: {action.target}: states promises without being a mapping")
    return replace(action, update={**action.update, "x-requirements": kept})
