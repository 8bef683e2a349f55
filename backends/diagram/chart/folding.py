"""Folds nodes into steps: conv, norm and activation are one step, and so are a projection and the
rearrange that cuts it into heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Final

from ....compiler.dims import Size
from ....compiler.formulas import Formula
from ....compiler.ir import CallOp, Graph, LayerOp, Node, ScanOp, WeightOp, copies_of
from ....compiler.layer import Init, Layer
from ....compiler.types import TensorType
from ....grammar.record import typed
from .chart import Forms, Ref, Step, StepKind, StepPart
from .compared import together

BARS: Final = frozenset({"join", "stack"})
STRIPS: Final = 3
MOVES: Final = frozenset({"rearrange", "reshape", "turn"})
"""Layers that only change the order or the shape of their numbers."""


def fold(
    forms: Forms, parts: list[StepPart], results: tuple[Ref, ...]
) -> tuple[list[Step], tuple[Ref, ...]]:
    """The steps that parts fold into, and the results as results of these steps."""
    at: dict[int, int] = {}
    steps: list[Step] = []
    for unit, core in _units(parts, results):
        members = tuple(parts[i] for i in unit)
        steps.append(_step(forms, members, core, moved(members[0].inputs, at)))
        at[unit[-1]] = len(steps) - 1
    return steps, moved(results, at)


def moved(refs: Iterable[Ref], at: dict[int, int]) -> tuple[Ref, ...]:
    """The refs with the numbers of their steps replaced: ``at`` holds the new number of each."""
    return tuple((at.get(s, s) if s >= 0 else s, r) for s, r in refs)


def _units(parts: list[StepPart], results: tuple[Ref, ...]) -> list[tuple[list[int], int]]:
    """The parts of each step in running order, with the place of the core among them."""
    units: list[tuple[list[int], int]] = []
    folded: set[int] = set()
    following = _followers(parts, results)
    for i in range(len(parts)):
        if i in folded:
            continue
        chain = [i]
        while role(parts[chain[-1]]) and chain[-1] in following:
            chain.append(following[chain[-1]])
            if not role(parts[chain[-1]]):
                chain.pop()
                break
        roles = "".join(role(parts[j]) or "-" for j in chain)
        for start, end, core in _cut(roles):
            unit = chain[start:end]
            if together([parts[j] for j in unit], core - start):
                units.append((unit, core - start))
            else:
                units += [([j], 0) for j in unit]
        folded.update(chain)
    # A unit takes the place of its last part. That is right because a strip reads nothing but the
    # part before it.
    return sorted(units, key=lambda unit: unit[0][-1])


def _followers(parts: list[StepPart], results: tuple[Ref, ...]) -> dict[int, int]:
    """For each part the only part that reads it, if that has no other input."""
    uses = Counter(ref for p in parts for ref in p.inputs)
    uses.update(results)
    reads: Counter[int] = Counter()
    for (step, _), times in uses.items():
        reads[step] += times
    return {
        p.inputs[0][0]: i
        for i, p in enumerate(parts)
        if len(p.inputs) == 1 and p.inputs[0][1] == 0 and reads[p.inputs[0][0]] == 1
    }


def role(part: StepPart) -> str:
    """A letter for a part that may share a box with its neighbour, else empty: C conv, L linear,
    N norm, A activation, D dropout, M another order of the same numbers, O another layer that may
    have strips below (with any number of inputs)."""
    node = part.node
    if not isinstance(node.op, LayerOp) or node.count > 1 or part.shared or len(node.types) != 1:
        return ""
    layer = node.op.layer
    if layer.category in ("attention", "embedding"):
        return "O"
    if len(part.inputs) != 1:
        return ""
    if layer.role == "drop":
        return "D"
    if layer.role in MOVES:
        return "M"
    return {"conv": "C", "linear": "L", "norm": "N", "activation": "A"}.get(layer.category, "")


def _cut(roles: str) -> Iterable[tuple[int, int, int]]:
    """The stretches of a chain that become one box each: (start, end, core)."""
    # Norms first and a conv last is pre-activation: the strips stand above.
    pre_activation = bool(re.fullmatch(r"N[NAD]*C[NADC]*", roles)) and roles.endswith("C")
    unit = _BEFORE if pre_activation else _AFTER
    at = 0
    while at < len(roles):
        match = unit.match(roles, at) or _ALONE.match(roles, at)
        assert match is not None
        yield at, match.end(), max(at, match.start("core"))
        at = match.end()


_BEFORE: Final = re.compile(r"(?:NA?)?(?P<core>C)")
_AFTER: Final = re.compile(rf"D?(?P<core>[CL])[NADM]{{0,{STRIPS}}}|O[DM]{{0,2}}")
_ALONE: Final = re.compile(r"(?P<core>N)A?|.")


def _step(forms: Forms, parts: tuple[StepPart, ...], core: int, inputs: tuple[Ref, ...]) -> Step:
    kind = _kind(parts[core])
    numbers: list[object] = []
    shapes = [_structure(forms, part, numbers) for part in parts]
    looks = [_look(part, shape) for part, shape in zip(parts, shapes, strict=True)]
    main = parts[core]
    return Step(
        kind,
        parts,
        core,
        inputs,
        parts[0].node.takes,
        parts[-1].node.types,
        forms.form((kind, core, *shapes)),
        forms.form((kind, core, *looks)),
        tuple(numbers),
        main.node.count,
        main.body,
        _paths(main),
    )


def _look(part: StepPart, structure: Hashable) -> Hashable:
    graph = part.body.graph if part.body else None
    if part.body is None or graph is None:
        return structure
    return ("call", graph.name if graph.kind == "block" else "", part.body.look, _sharing(part))


def _sharing(part: StepPart) -> str:
    """The module of a part that shares it: such parts are equal if they share one."""
    return part.path if part.shared else ""


def _paths(part: StepPart) -> tuple[str, ...]:
    return copies_of(part.path, part.node.first, part.node.count)


def _kind(part: StepPart) -> StepKind:
    op = part.node.op
    if isinstance(op, CallOp):
        return "call"
    if isinstance(op, WeightOp):
        return "weight"
    if isinstance(op, ScanOp):
        return "scan"
    assert isinstance(op, LayerOp)
    if op.layer.role in BARS and len(part.inputs) > 1:
        return "bar"
    if op.layer.category == "math" and len(part.inputs) > 1 and len(op.layer.caption()[0]) <= 2:
        return "join"
    return "unit"


def _structure(forms: Forms, part: StepPart, numbers: list[object]) -> Hashable:
    structure = _own_structure(forms, part, numbers)
    if not part.mark and not any(part.wires):
        return structure
    old_structure = _old_structure(forms, part.before, numbers) if part.before else ()
    return (structure, part.mark, part.wires, part.extra, old_structure)


def _old_structure(forms: Forms, node: Node, numbers: list[object]) -> Hashable:
    """The structure of the old version of a changed node."""
    op = node.operation
    numbers.append(node.count)
    if isinstance(op, LayerOp):
        return _settings(forms, op.layer, numbers)
    graph = node.called
    return (graph.name, repr(graph.arguments)) if graph else ()


def _own_structure(forms: Forms, part: StepPart, numbers: list[object]) -> Hashable:
    op = part.node.op
    if isinstance(op, ScanOp):
        way = (op.sequences, op.states, op.emits, op.reverse)
        return ("scan", *way, _operation(forms, op.cell, part, numbers), _sharing(part))
    if isinstance(op, WeightOp):
        return ("weight", part.path, op.weight)
    assert isinstance(op, LayerOp | CallOp)
    return (*_operation(forms, op, part, numbers), _sharing(part))


def _operation(
    forms: Forms, op: LayerOp | CallOp, part: StepPart, numbers: list[object]
) -> tuple[Hashable, ...]:
    if isinstance(op, LayerOp):
        return ("layer", *_settings(forms, op.layer, numbers))
    assert part.body is not None
    numbers.extend(part.body.numbers)
    given = (v for _, v in op.graph.arguments if isinstance(v, int | float | Size | Formula))
    numbers.extend(map(typed, given))
    name = op.graph.name if op.graph.kind == "block" else ""
    return ("call", name, part.body.form, len(part.node.types))


def _settings(forms: Forms, layer: Layer, numbers: list[object]) -> tuple[Hashable, ...]:
    """The settings of a layer without their numbers and initialisers, which are added to the
    list."""
    return (
        layer.word,
        layer.python_class,
        *(
            (name, _without_numbers(forms, v, numbers))
            for name, v in layer.setting_values().items()
        ),
    )


def _without_numbers(forms: Forms, value: object, numbers: list[object]) -> Hashable:
    if isinstance(value, int | float | Size | Formula) and not isinstance(value, bool):
        numbers.append(typed(value))
        return "#"
    if isinstance(value, list | tuple):
        return ("list", *(_without_numbers(forms, v, numbers) for v in value))
    if isinstance(value, TensorType):
        return ("tensor", value.rank)
    if isinstance(value, Init):  # no picture shows it
        numbers.append(value)
        return "init"
    if isinstance(value, Layer):
        return _settings(forms, value, numbers)
    if isinstance(value, Graph):
        chart = forms.of(value)
        numbers.extend(chart.numbers)
        return ("graph", value.name, chart.form)
    return repr(value)
