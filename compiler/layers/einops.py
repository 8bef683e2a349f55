"""Axes by name: ``rearrange``, ``reduce`` and ``repeat`` with the patterns of einops.

A pattern names the axes before and after, ``b t (h d) -> b h t d``; parentheses split and join,
``1`` (or ``()``) is an axis of size 1, ``...`` any axes. The work is done in four steps: read the
pattern, give each axis its size, find which axes stay together, and write the result as a chain of
PyTorch's methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Final, Literal, TypeAlias

from ...grammar.record import Record
from ..dims import Dim, Size, floor_div, product
from ..layer import Category, Example, Refused, same
from ..lowering import Code, Input, Lowering, Subscript, call, method
from ..types import Dtype, TensorType
from .operands import Axial, listed, need_float, plain, promote

Group: TypeAlias = tuple[str, ...]
"""One axis of the tensor: the names in a pair of parentheses, or one name, or () for ``1``."""

ELLIPSIS: Final = "..."


class Pattern(Record):
    """A pattern that was read; ``sizes`` are the sizes of axes that it writes as numbers."""

    text: str
    before: tuple[Group, ...]
    after: tuple[Group, ...]
    sizes: dict[str, Dim]


# --- reading ---------------------------------------------------------------------------------


def _bad(text: str, reason: str, help: str | tuple[()] = ()) -> Refused:
    return Refused(f'"{text}": {reason}', setting="pattern", help=help)


def read_pattern(text: str) -> Pattern:
    sides = text.split("->")
    if len(sides) != 2:
        count = "no" if len(sides) == 1 else "more than one"
        raise _bad(
            text, f"it has {count} `->`", 'a pattern is "before -> after": "b c h w -> b (h w) c"'
        )
    sizes: dict[str, Dim] = {}
    before, after = (tuple(_groups(text, side, sizes)) for side in sides)
    for side in (before, after):
        names = [name for group in side for name in group]
        twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
        if twice is not None:
            raise _bad(text, f"`{twice}` is on one side twice")
    if any(ELLIPSIS in group and len(group) > 1 for group in before):
        raise _bad(text, "`...` cannot be in parentheses on the left")
    if any(ELLIPSIS in g for g in after) and (ELLIPSIS,) not in before:
        raise _bad(text, "`...` is only on the right")
    return Pattern(text, before, after, sizes)


def _groups(text: str, side: str, sizes: dict[str, Dim]) -> Iterator[Group]:
    spaced = side.replace(ELLIPSIS, f" {ELLIPSIS} ").replace("(", " ( ").replace(")", " ) ")
    group: list[str] | None = None
    for word in spaced.split():
        if word == "(":
            if group is not None:
                raise _bad(text, "parentheses cannot be inside parentheses")
            group = []
        elif word == ")":
            if group is None:
                raise _bad(text, "`)` has no `(`")
            yield tuple(group)
            group = None
        elif group is None:
            yield tuple(_axis(text, word, sizes))
        else:
            group.extend(_axis(text, word, sizes))
    if group is not None:
        raise _bad(text, "`(` has no `)`")


def _axis(text: str, word: str, sizes: dict[str, Dim]) -> list[str]:
    """The name of an axis: no name for ``1``, a name of its own for any other number."""
    if word.isdecimal() and word.isascii():
        if int(word) == 0:
            raise _bad(text, "an axis cannot have size 0")
        if int(word) == 1:
            return []
        name = f"{word} (number {len(sizes) + 1})"
        sizes[name] = int(word)
        return [name]
    if word != ELLIPSIS and (not word.isidentifier() or word[0] == "_" or word[-1] == "_"):
        hint = "`...` has three dots" if set(word) == {"."} else ()
        raise _bad(text, f"`{word}` is not a name for an axis", hint)
    return [word]


# --- sizes -----------------------------------------------------------------------------------


class Plan(Record):
    """What to do with one tensor, with `...` written out and every size known."""

    before: tuple[Group, ...]
    after: tuple[Group, ...]
    sizes: Mapping[str, Dim]
    free: frozenset[str]
    """The axes whose size follows from the tensor: PyTorch works them out, too."""


def make_plan(word: str, pattern: Pattern, given: Mapping[str, Dim], x: TensorType) -> Plan:
    """The plan for an input. Raises Refused if the pattern does not fit it."""
    before, after = _written_out(word, pattern, x)
    names = {name for group in (*before, *after) for name in group}
    unknown = next((name for name in given if name not in names), None)
    if unknown is not None:
        raise _bad(pattern.text, f"there is no axis `{unknown}`")
    sizes: dict[str, Dim] = {**pattern.sizes, **given}
    free: set[str] = set()
    for i, (group, size) in enumerate(zip(before, x.shape, strict=True)):
        missing = [name for name in group if name not in sizes]
        if len(missing) > 1:
            raise _bad(
                pattern.text,
                f"the sizes of {_quoted(missing)} are not known",
                f"give all but one: `{word}(..., {missing[0]}=8)`",
            )
        known_size = product(sizes[name] for name in group if name in sizes)
        quotient = floor_div(size, known_size) if known_size != 0 else 0
        if not same(known_size * quotient if missing else known_size, size):
            raise _misfit(word, pattern, i, group, known_size, x)
        sizes.update(dict.fromkeys(missing, quotient))
        free.update(missing)
    return Plan(before, after, sizes, frozenset(free))


def _written_out(
    word: str, pattern: Pattern, x: TensorType
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    count = x.rank - len(pattern.before)
    if (ELLIPSIS,) in pattern.before:
        count += 1
    if count < 0 or (count > 0 and (ELLIPSIS,) not in pattern.before):
        named = len(pattern.before)
        raise Refused(
            f'{word} "{pattern.text}" is for {named} axes, and the input has {x.rank}',
            setting="pattern",
            detail=f"the input is {x}",
            help=_with_batch(pattern, x),
        )
    spread = tuple(f"{ELLIPSIS}{i}" for i in range(count))  # the axes that `...` stands for
    before = tuple(
        new for g in pattern.before for new in ([(r,) for r in spread] if g == (ELLIPSIS,) else [g])
    )
    after: list[Group] = []
    for group in pattern.after:
        if group == (ELLIPSIS,):
            after.extend((r,) for r in spread)
        else:
            after.append(tuple(n for a in group for n in (spread if a == ELLIPSIS else (a,))))
    return before, tuple(after)


def _with_batch(pattern: Pattern, x: TensorType) -> str | tuple[()]:
    names = {name for group in pattern.before for name in group}
    if x.rank != len(pattern.before) + 1 or names & {"n", "b", ELLIPSIS}:
        return ()
    left, right = (side.strip() for side in pattern.text.split("->"))
    return f'the batch counts: "b {left} -> b {right}"'


def _misfit(
    word: str, pattern: Pattern, at: int, group: Group, size: Dim, x: TensorType
) -> Refused:
    if not group:
        return Refused(
            f'{word} "{pattern.text}": axis {at} should be 1',
            setting="pattern",
            detail=f"the input is {x}",
        )
    shown = " ".join(map(_shown, group))
    shown = shown if len(group) == 1 else f"({shown})"
    reason = f"{size} does not divide it" if len(group) > 1 else f"`{shown}` is {size}"
    return Refused(
        f'{word} "{pattern.text}": axis {at} of size {x.shape[at]} is not `{shown}`',
        setting="pattern",
        detail=f"{reason}; the input is {x}",
    )


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"`{_shown(name)}`" for name in names)


def _shown(name: str) -> str:
    """A name as the pattern writes it: the name of an axis that is a number has more words."""
    return name.split(" ", 1)[0]


# --- which axes stay together ----------------------------------------------------------------


class Atoms(Record):
    """The plan with runs of axes that no step separates in place of single axes."""

    before: tuple[tuple[Group, ...], ...]
    after: tuple[tuple[Group, ...], ...]
    reduced: tuple[Group, ...]
    new: frozenset[Group]


def find_atoms(plan: Plan) -> Atoms:
    old = {name for group in plan.before for name in group}
    kept = {name for group in plan.after for name in group}
    follows = {b: a for group in plan.after for a, b in pairwise(group)}
    before = tuple(tuple(_runs(group, follows, kept)) for group in plan.before)
    starts = {run[0]: run for group in before for run in group}
    after = tuple(
        tuple(starts.get(name, (name,)) for name in group if name in starts or name not in old)
        for group in plan.after
    )
    reduced = tuple(run for group in before for run in group if run[0] not in kept)
    new = frozenset((name,) for name in kept - old)
    return Atoms(before, after, reduced, new)


def _runs(group: Group, follows: Mapping[str, str], kept: set[str]) -> Iterator[Group]:
    run: Group = ()
    for name in group:
        together = run and (
            follows.get(name) == run[-1] or (name not in kept and run[-1] not in kept)
        )
        if run and not together:
            yield run
            run = ()
        run = (*run, name)
    if run:
        yield run


# --- writing ---------------------------------------------------------------------------------


class _Writer:
    """Writes the chain of methods; ``axes`` are the tensor's axes so far, each a tuple of names."""

    def __init__(self, code: Code, plan: Plan) -> None:
        self.code = code
        self.plan = plan
        self.atoms = find_atoms(plan)
        self.axes: list[Group] = []

    def write(self, reduction: str) -> Code:
        self.split()
        self.reduce(reduction)
        after = [self.join_neighbours(group) for group in self.atoms.after]
        self.permute([run for group in after for run in group if run not in self.atoms.new])
        self.widen(after)
        self.join(after)
        return self.code

    def then(self, name: str, *args: Code, **settings: Code) -> None:
        self.code = method(self.code, name, *args, **settings)

    def split(self) -> None:
        """Splits joined axes, from the right so that numbers stay valid, and drops axes of size
        1."""
        groups = self.atoms.before
        for i in reversed(range(len(groups))):
            if len(groups[i]) > 1:
                self.then("unflatten", i, self._sizes(groups[i]))
        flat: list[Group] = [run for group in groups for run in group or ((),)]
        ones = tuple(i for i, run in enumerate(flat) if not run)
        if ones:
            self.then("squeeze", plain(ones))
        self.axes = [run for run in flat if run]

    def _sizes(self, runs: tuple[Group, ...]) -> tuple[Dim, ...]:
        """The sizes of the parts; at most one is left to PyTorch, as -1."""
        sizes = tuple(self.size(run) for run in runs)
        unknown = [i for i, run in enumerate(runs) if self.plan.free & set(run)]
        unknown += [i for i, size in enumerate(sizes) if isinstance(size, Size)]
        return tuple(-1 if [i] == unknown[:1] else size for i, size in enumerate(sizes))

    def size(self, run: Group) -> Dim:
        return product(self.plan.sizes[name] for name in run)

    def reduce(self, reduction: str) -> None:
        places = tuple(self.axes.index(run) for run in self.atoms.reduced)
        if not places:
            return
        if reduction == "prod":  # PyTorch has no product over several axes
            for place in reversed(places):
                self.then("prod", dim=place)
        else:
            self.then(_METHODS.get(reduction, reduction), dim=plain(places))
        self.axes = [run for run in self.axes if run not in self.atoms.reduced]

    def join_neighbours(self, group: tuple[Group, ...]) -> list[Group]:
        """Joins axes that are side by side already: ``flatten(2)``."""
        joined: list[list[Group]] = []
        for run in group:
            if joined and self._side_by_side(joined[-1][-1], run):
                joined[-1].append(run)
            else:
                joined.append([run])
        return [self._joined(runs) for runs in joined]

    def _side_by_side(self, a: Group, b: Group) -> bool:
        if a in self.atoms.new or b in self.atoms.new:
            return False
        return self.axes.index(a) + 1 == self.axes.index(b)

    def _joined(self, runs: list[Group]) -> Group:
        if len(runs) == 1:
            return runs[0]
        start = self.axes.index(runs[0])
        whole = tuple(name for run in runs for name in run)
        self._flatten(start, len(runs), len(self.axes))
        self.axes[start : start + len(runs)] = [whole]
        return whole

    def _flatten(self, start: int, count: int, rank: int) -> None:
        end = start + count - 1
        self.then("flatten", start, *(() if end == rank - 1 else (end,)))

    def permute(self, wanted: list[Group]) -> None:
        order = [self.axes.index(run) for run in wanted]
        moved = [i for i, place in enumerate(order) if i != place]
        if len(moved) == 2:
            self.then("transpose", *moved)
        elif moved:
            self.then("permute", *order)
        self.axes = wanted

    def widen(self, after: Sequence[Sequence[Group]]) -> None:
        """Inserts axes of size 1, then repeats those that are new."""
        flat = [run for group in after for run in group or ((),)]
        old = [bool(run) and run not in self.atoms.new for run in flat]
        if all(old):
            return
        if old.count(False) == 1:
            self.then("unsqueeze", old.index(False))
        else:
            while old[-1]:  # `x[:, None]`, not `x[:, None, :]`
                old.pop()
            items = tuple(slice(None) if is_old else None for is_old in old)
            self.code = Subscript(self.code, items)
        counts = [self.size(run) if run in self.atoms.new else -1 for run in flat]
        if any(count not in (-1, 1) for count in counts):
            self.then("expand", *counts)

    def join(self, after: Sequence[Sequence[Group]]) -> None:
        widths = [max(len(group), 1) for group in after]
        rank = sum(widths)
        for i in reversed(range(len(after))):
            if widths[i] > 1:
                start = sum(widths[:i])
                self._flatten(start, widths[i], rank)
                rank -= widths[i] - 1


_METHODS: Final = {"max": "amax", "min": "amin"}


# --- layers ----------------------------------------------------------------------------------


class ByName(Axial):
    """Base: a pattern, and sizes of axes by their names (``h=8``)."""

    category: ClassVar[Category] = "shape"
    arity: ClassVar[tuple[int, int | None]] = (1, None)
    open_settings: ClassVar[bool] = True

    pattern: str
    axes: tuple[tuple[str, Dim], ...] = ()

    def least_rank(self) -> int:
        try:
            groups = read_pattern(self.pattern).before
        except Refused:  # reported when the layer is applied
            return 0
        return sum(group != (ELLIPSIS,) for group in groups)

    def check(self, pattern: Pattern) -> None:
        """Refuses patterns that are for another layer."""

    def plan(self, inputs: Sequence[TensorType]) -> Plan:
        pattern = read_pattern(self.pattern)
        self.check(pattern)
        for name, size in self.axes:
            if isinstance(size, int) and size < 1:
                raise _bad(self.pattern, f"`{name}` is {size}")
        return make_plan(self.word, pattern, dict(self.axes), self.stacked(inputs))

    def stacked(self, inputs: Sequence[TensorType]) -> TensorType:
        """The input; several inputs are stacked along a new first axis, as in einops."""
        first, *others = inputs
        if not others:
            return first
        for other in others:
            if other.rank != first.rank or not all(map(same, first.shape, other.shape)):
                raise Refused(
                    f"{self.word} needs tensors of one shape",
                    code="E302",
                    detail=f"got {listed(t.shape for t in inputs)}",
                )
        return TensorType((len(inputs), *first.shape), promote(*inputs))

    def dtype(self, x: TensorType, _: Plan) -> Dtype:
        return x.dtype

    def infer(self, *inputs: TensorType) -> TensorType:
        plan = self.plan(inputs)
        shape = tuple(product(plan.sizes[name] for name in group) for group in plan.after)
        return TensorType(shape, self.dtype(self.stacked(inputs), plan))

    def how(self) -> str:
        """The reduction over the axes that the right side lacks, "" if there is none."""
        return ""

    def lower(self, *inputs: TensorType) -> Lowering:
        tensors = [Input(i) for i in range(len(inputs))]
        start: Any = tensors[0] if len(tensors) == 1 else call("torch.stack", tensors)
        return Lowering(forward=_Writer(start, self.plan(inputs)).write(self.how()))

    def caption(self) -> tuple[str, str]:
        return self.shown, self.pattern.replace("->", "→")


def _names(side: tuple[Group, ...]) -> list[str]:
    return [name for group in side for name in group]


def _one_sided(pattern: Pattern, left: bool, right: bool) -> list[str]:
    """The names that are only on the left, only on the right, or either."""
    before, after = _names(pattern.before), _names(pattern.after)
    only_left = [n for n in before if n not in after] if left else []
    return only_left + ([n for n in after if n not in before] if right else [])


class Rearrange(ByName):
    """Reorders, splits and joins axes by name: ``rearrange("b t (h d) -> b h t d", h=8)``. Several
    piped tensors are stacked along a new first axis.

    https://einops.rocks/api/rearrange/
    """

    word = "rearrange"
    role = "rearrange"
    keeps_elements = True
    examples = (
        Example('rearrange("b c h w -> b (h w) c")', "3x8x8"),
        Example('rearrange("b t c -> b c t 1")', "12x8"),
    )

    pattern: str
    axes: tuple[tuple[str, Dim], ...] = ()

    def check(self, pattern: Pattern) -> None:
        numbers = [_shown(name) for name in pattern.sizes]
        if numbers:
            raise _bad(
                pattern.text,
                f"`{numbers[0]}` is not a name for an axis",
                f"name it: `{self.word}(..., p={numbers[0]})`",
            )
        lost, made = _one_sided(pattern, True, False), _one_sided(pattern, False, True)
        if lost:
            raise _bad(
                pattern.text,
                f"{_quoted(lost)} is only on the left",
                '`reduce("...", mean)` reduces over axes',
            )
        if made:
            raise _bad(
                pattern.text, f"{_quoted(made)} is only on the right", "`repeat` makes new axes"
            )


class Reduce(ByName):
    """Reduces over the axes that the right side lacks:
    ``reduce("b c (h p) (w q) -> b c h w", max, p=2, q=2)``.

    https://einops.rocks/api/reduce/
    """

    word = "reduce"
    examples = (
        Example('reduce("b c h w -> b c", mean)', "3x8x8"),
        Example('reduce("b (t 2) d -> b t d", max)', "12x8"),
    )

    pattern: str
    reduction: Literal["mean", "max", "min", "sum", "prod", "any", "all"]
    axes: tuple[tuple[str, Dim], ...] = ()

    def check(self, pattern: Pattern) -> None:
        made = _one_sided(pattern, False, True)
        if made:
            raise _bad(
                pattern.text, f"{_quoted(made)} is only on the right", "`repeat` makes new axes"
            )

    def dtype(self, x: TensorType, plan: Plan) -> Dtype:
        if not find_atoms(plan).reduced:
            return x.dtype
        if self.reduction == "mean":
            need_float("mean", x)
        if self.reduction in ("any", "all"):
            return "bool"
        return promote(x, 1) if self.reduction in ("sum", "prod") else x.dtype

    def how(self) -> str:
        return self.reduction

    def caption(self) -> tuple[str, str]:
        return f"reduce {self.reduction}", self.pattern.replace("->", "→")


class Repeat(ByName):
    """Repeats along new axes: ``repeat("b d -> b t d", t=12)``, ``repeat("h w -> (h 2) w")``.

    https://einops.rocks/api/repeat/
    """

    word = "repeat"
    keeps_elements = True
    examples = (
        Example('repeat("b c h w -> b c (h 2) (w 2)")', "3x8x8"),
        Example('repeat("b t d -> b t 4 d")', "12x8"),
    )

    pattern: str
    axes: tuple[tuple[str, Dim], ...] = ()

    def check(self, pattern: Pattern) -> None:
        lost = _one_sided(pattern, True, False)
        if lost:
            raise _bad(
                pattern.text,
                f"{_quoted(lost)} is only on the left",
                '`reduce("...", mean)` reduces over axes',
            )
        given = {name for name, _ in self.axes} | pattern.sizes.keys()
        unknown = [n for n in _one_sided(pattern, False, True) if n not in given]
        if unknown:
            raise _bad(
                pattern.text,
                f"the size of {_quoted(unknown)} is not known",
                f"`{self.word}(..., {unknown[0]}=4)`",
            )
