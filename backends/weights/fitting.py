"""Compares the tensors of a checkpoint with those of a net: what fits, what is missing, what has
another shape or dtype, what the checkpoint has besides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ...grammar.record import Record
from ...grammar.wording import counted
from .module_tensors import Wanted
from .problems import shown_name
from .stored import Stored

VERSION: Final = 1
LISTED: Final = 10
"""The most lines of a list in a message."""
NEAR: Final = 0.6
"""From this likeness on, between 0 and 1, a name is near another one."""
LONGEST: Final = 200
"""The most signs of a name that are compared."""
COMPARED: Final = 200
"""The most names for which near names are searched."""


class Misfit(Record):
    """A tensor that the checkpoint has with another shape or another kind of dtype."""

    name: str
    wanted: Stored
    given: Stored

    @property
    def reason(self) -> str:
        if self.wanted.shape != self.given.shape:
            return f"the net has {self.wanted}, the checkpoint {self.given}"
        return f"the net has {self.wanted.dtype}, the checkpoint {self.given.dtype}"


class Fit(Record):
    """``missing`` tensors of the net are not in the checkpoint, ``unexpected`` ones are only there.
    ``near`` are pairs of a missing and an unexpected name that are alike. ``notes`` say what else
    is to know."""

    fits: tuple[str, ...]
    missing: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    unexpected: tuple[str, ...] = ()
    near: Mapping[str, str] = {}
    twins: Mapping[str, str] = {}
    """Names that the checkpoint lacks, each with the name under which it has the same tensor."""
    notes: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    """The names of tensors that the checkpoint does not give, under none of their names."""

    @property
    def whole(self) -> bool:
        """Whether the checkpoint has the tensors of the net, and no others."""
        return not (self.missing or self.misfits or self.unexpected)

    @property
    def tied(self) -> tuple[str, ...]:
        """The tensors that do not fit under this name, but under another one."""
        return tuple(m.name for m in self.misfits if m.name not in self.fresh)


def fit(wants: Wanted, gives: Mapping[str, Stored], notes: Sequence[str] = ()) -> Fit:
    """What of the checkpoint fits the net."""
    twins = _twins(wants, gives)
    missing = [n for n in wants.tensors if n not in gives and n not in twins]
    buffers = [n for n in missing if wants.optional(n)]
    missing = [n for n in missing if n not in buffers]
    both = [n for n in wants.tensors if n in gives]
    misfits = [m for n in both if _differs(m := Misfit(n, wants.tensors[n], gives[n]))]
    failed = [m.name for m in misfits]
    unexpected = [n for n in gives if n not in wants.tensors]
    fits = [n for n in both if n not in failed]
    loaded = {wants.first(n) for n in fits}
    return Fit(
        tuple(fits),
        tuple(missing),
        tuple(misfits),
        tuple(unexpected),
        near_names(missing, unexpected, wants.tensors, gives),
        twins,
        (*notes, *_absent(buffers)),
        tuple(n for n in (*missing, *failed) if wants.first(n) not in loaded),
    )


def _twins(wants: Wanted, gives: Mapping[str, Stored]) -> dict[str, str]:
    """The missing names whose tensor the checkpoint has under another name, with that name."""
    names: dict[str, list[str]] = {}
    for twin, first in wants.twins.items():
        names.setdefault(first, [first]).append(twin)
    stored = ((group, next((n for n in group if n in gives), None)) for group in names.values())
    return {n: there for group, there in stored if there for n in group if n not in gives}


def _absent(buffers: Sequence[str]) -> Iterator[str]:
    if buffers:
        names = ", ".join(folded(buffers))
        yield f"these buffers are not in the checkpoint and keep the values of a new net: {names}"


def _differs(misfit: Misfit) -> bool:
    wanted, given = misfit.wanted, misfit.given
    return wanted.shape != given.shape or wanted.kind != given.kind


# --- near names ------------------------------------------------------------------------------


def near_names(
    missing: Sequence[str],
    unexpected: Sequence[str],
    wants: Mapping[str, Stored],
    gives: Mapping[str, Stored],
) -> dict[str, str]:
    """For missing names the unexpected name that is most alike, if one is. A tensor of another
    shape must be more alike."""
    pieces = {name: _pairs_of_signs(name) for name in unexpected[: 5 * COMPARED]}
    near: dict[str, str] = {}
    for name in missing[:COMPARED]:
        mine, shape = _pairs_of_signs(name), wants[name].shape
        points = {
            other: _likeness(mine, theirs) * (1.0 if gives[other].shape == shape else 0.8)
            for other, theirs in pieces.items()
        }
        best = max(points, key=lambda other: points[other], default=None)
        if best is not None and points[best] >= NEAR:
            near[name] = best
    return near


def _pairs_of_signs(name: str) -> frozenset[str]:
    lower = name.lower()[:LONGEST]
    return frozenset(lower[k : k + 2] for k in range(len(lower) - 1))


def _likeness(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of pairs that both have (Dice, 1945)."""
    total = len(mine) + len(theirs)
    return 2 * len(mine & theirs) / total if total else 0.0


# --- texts -----------------------------------------------------------------------------------


def findings(fit: Fit) -> list[str]:
    """The differences, a line each; long lists are cut."""
    lines: list[str] = []
    lines += _section("missing in the checkpoint", len(fit.missing), _missing(fit))
    shapes = (f"{m.name}: {m.reason}" for m in fit.misfits)
    lines += _section("of another shape or dtype", len(fit.misfits), shapes)
    lines += _section("only in the checkpoint", len(fit.unexpected), folded(fit.unexpected))
    return lines


def text(fit: Fit, net: str, count: int, path: str) -> list[str]:
    """The report for a reader, a line each."""
    whole = "all" if fit.whole else f"{len(fit.fits):,}"
    lines = [f"{net} and {path}: {whole} of {counted(count, 'tensor')} fit"]
    if fit.twins:
        names = ", ".join(f"{twin} (as {name})" for twin, name in fit.twins.items())
        lines.append(f"tied, and in the checkpoint under another name: {names}")
    return [*lines, *findings(fit), *(f"note: {note}" for note in fit.notes)]


def _missing(fit: Fit) -> Iterator[str]:
    shown: set[str] = set()
    for name in fit.missing:
        pattern = _pattern(name)
        if pattern in shown:
            continue
        shown.add(pattern)
        like = [n for n in fit.missing if _pattern(n) == pattern]
        near = f" (near: {shown_name(fit.near[name])})" if name in fit.near else ""
        yield _counted(name, pattern, len(like)) + near


def _section(title: str, count: int, items: Iterable[str]) -> list[str]:
    if not count:
        return []
    shown = list(items)
    lines = [f"{counted(count, 'tensor')} {title}:", *(f"  {item}" for item in shown[:LISTED])]
    more = len(shown) - LISTED
    return [*lines, f"  ... and {more:,} more"] if more > 0 else lines


def folded(names: Collection[str]) -> list[str]:
    """The names; those that differ in their numbers only are one, with their count."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_pattern(name), []).append(name)
    return [_counted(group[0], pattern, len(group)) for pattern, group in groups.items()]


def _counted(name: str, pattern: str, count: int) -> str:
    return shown_name(name) if count == 1 else f"{shown_name(pattern)} ({count})"


def _pattern(name: str) -> str:
    return re.sub(r"\d+", "*", name)


def as_dict(fit: Fit) -> dict[str, Any]:
    """The document of ``netwright weights --output-format json``, without the names of files."""
    return {
        "fits": list(fit.fits),
        "missing": [{"name": n, "near": fit.near.get(n)} for n in fit.missing],
        "misfits": [
            {
                "name": m.name,
                "shape": list(m.wanted.shape),
                "dtype": m.wanted.dtype,
                "checkpoint_shape": list(m.given.shape),
                "checkpoint_dtype": m.given.dtype,
            }
            for m in fit.misfits
        ],
        "unexpected": list(fit.unexpected),
        "twins": dict(fit.twins),
        "notes": list(fit.notes),
    }
