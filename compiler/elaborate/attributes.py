"""Attributes: labels inside a call, weights, axes, the names of an imported file."""

from __future__ import annotations

from typing import Final

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft, at_home, home
from ..environment import Environment
from ..imports import neighbour
from ..layers import layers
from ..types import TensorType
from ..values import UNKNOWN, Container, Data, LabelPrefix, Namespace, Shared, Tensor
from .elaborator import Elaborator
from .literals import evaluate_text
from .names import lookup, unknown_name, value_in_file
from .naming import module_name
from .scopes import brought
from .tensors import known_type

FOREIGN: Final = frozenset({"nn", "torch", "F", "tf", "keras", "jnp", "torchvision", "torchaudio"})
"""Modules whose names are translated. (They are here, since a check without errors imports no
translations.)"""

_RANK_NAMES: Final = {
    "c": ("N", "C", "H", "W"),
    "h": ("N", "C", "H", "W"),
    "w": ("N", "C", "H", "W"),
    "t": ("N", "T", "D"),
}


def evaluate_attribute(el: Elaborator, expr: syntax.Attribute, env: Environment) -> Data:
    foreign = dotted(expr)
    root = foreign.split(".")[0]
    if root in FOREIGN and lookup(el, root, env, expr.span) is None:
        return unknown_name(el, foreign, expr.span, env)
    if foreign in env.file.declared.modules and lookup(el, root, env, expr.span) is None:
        return value_in_file(el, env.file, env.file.declared.modules[foreign])
    value = el.evaluate(expr.value, env)
    if isinstance(expr.value, syntax.Text) and isinstance(value, str):
        value = _labelled(el, value, expr.value.span, env)
    name = expr.name if isinstance(expr.name, str) else evaluate_text(el, expr.name, env)
    if not isinstance(name, str):
        return UNKNOWN
    for part in name.split("."):
        value = _attribute(el, value, module_name(part), expr.span)
    return value


def _labelled(el: Elaborator, text: str, span: Span, env: Environment) -> Data:
    """The meaning of a label in quotes: ``"block1-0".weight``."""
    path = ".".join(map(module_name, text.split(".")))
    names = {name: value for scope in env.chain() for name, value in scope.labels.items()}
    meaning = names.get(path) or env.at_path(path)
    if meaning is None:
        close = el.near(path, [*names, *env.known_paths()])
        return el.report(advice.names.nothing_at_label(path, span, close))
    return meaning


def _attribute(el: Elaborator, value: Data, name: str, span: Span) -> Data:
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Namespace):
        return name_of_file(el, value, name, span)
    if isinstance(value, LabelPrefix):
        return labelled_at(el, value, f"{value.prefix}.{name}", span)
    if isinstance(value, Container):
        return reach(el, value.scope, value.within, f"{value.path}.{name}", span)
    if isinstance(value, Tensor):
        return _tensor_attribute(el, value, name, span)
    if isinstance(value, Shared):
        return _share_attribute(el, value, name, span)
    if isinstance(value, list):
        return _bundle_attribute(el, value, name, span)
    return el.report(advice.names.no_attribute(value, name, span))


def _share_attribute(el: Elaborator, share: Shared, name: str, span: Span) -> Data:
    """``words.weight``, after ``share words = embed(vocab, d)``."""
    if share.first is None:
        return el.report(advice.names.share_not_used(share, name, span))
    inner = _inside(el, share.first.tensors()[0], name, labels_only=False)
    if inner is not None:
        return inner
    return el.report(advice.names.nothing_in_share(name, share, span))


def _bundle_attribute(el: Elaborator, values: list[Data], name: str, span: Span) -> Data:
    """What is inside the call that made all tensors of a bundle: ``model.decoder``."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    calls = {id((tensor.within or (tensor.draft,))[-1]) for tensor in tensors}
    same = len(tensors) == len(values) and len(calls) == 1
    inner = _inside(el, tensors[0], name, labels_only=False) if same else None
    return inner if inner is not None else el.report(advice.names.no_attribute(values, name, span))


def name_of_file(el: Elaborator, space: Namespace, name: str, span: Span) -> Data:
    file = space.environment.file
    if name in file.names:
        return value_in_file(el, file, name)
    if name in file.lost:
        return UNKNOWN
    other = neighbour(file.source, name)
    close = None if other else el.near(name, file.names)
    names = sorted(file.names)
    return el.report(advice.names.not_in_file(space, name, span, close, names, other))


def labelled_at(el: Elaborator, value: LabelPrefix, path: str, span: Span) -> Data:
    """What a path of labels means: ``model.decoder``."""
    meaning = value.environment.at_path(path)
    if meaning is not None:
        return meaning
    close = el.near(path, value.environment.known_paths())
    return el.report(advice.names.nothing_at_label(path, span, close))


def _tensor_attribute(el: Elaborator, tensor: Tensor, name: str, span: Span) -> Data:
    own = name in ("shape", "dtype", "d", "c", "h", "w", "t")
    inner = _inside(el, tensor, name, labels_only=own)
    if inner is not None:
        return inner
    if own:
        return _axis(el, tensor, name, span)
    if name in layers():
        return el.report(advice.names.layer_as_attribute(name, span))
    if name in ("T", "mT", "H", "mH"):
        return el.report(advice.names.transposed_by_attribute(name, span))
    inside = _names_inside(tensor)
    close = el.near(name, inside)
    return el.report(advice.names.nothing_in_tensor(name, span, close, inside))


def _names_inside(tensor: Tensor) -> set[str]:
    """The labels of the block that made a tensor, or the weights of the layer."""
    draft = (tensor.within or (tensor.draft,))[-1]
    if draft.child is not None:
        return {path.split(".")[0] for path in draft.child.labels}
    if draft.layer is None or not draft.takes:
        return set()
    piped = draft.takes[: len(draft.takes) - len(draft.layer.tensors())]
    return set(draft.layer.weights(*piped))


def _inside(el: Elaborator, tensor: Tensor, name: str, *, labels_only: bool) -> Data | None:
    """The meaning of a name inside the call that made a tensor, or beside it: ``layer.0``."""
    *calls, last = tensor.within or (tensor.draft,)
    if tensor.holder:
        path = f"{tensor.holder}.{name}"
        scope = calls[-1].child if calls else last.builder
        inner = reach(el, scope, tuple(calls), path, None) if scope is not None else None
        if inner is not None:
            return inner
    last = last.builder.copy(last, last.count - 1)
    if last.child is not None and (not labels_only or name in last.child.labels):
        return reach(el, last.child, (*calls, last), name, None)
    return None if labels_only else _weight(el, (*calls, last), name)


def _axis(el: Elaborator, tensor: Tensor, name: str, span: Span) -> Data:
    kind = known_type(el, tensor, _RANK_NAMES.get(name, ("N", "D")))
    if name == "shape":
        return list(kind.shape)
    if name == "dtype":
        return kind.dtype
    if name == "d" and kind.rank >= 2:
        return kind.shape[-1]
    if name == "c" and kind.rank >= 3:
        return kind.shape[1]
    position = {("h", 4): 2, ("w", 4): 3, ("t", 3): 1}.get((name, kind.rank))
    if position is not None:
        if name == "t":
            el.sequences[tensor.identity] = tensor.draft
        return kind.shape[position]
    return el.report(advice.names.no_axis(name, kind, span))


def reach(
    el: Elaborator, scope: Builder, within: tuple[Draft, ...], path: str, span: Span | None
) -> Data | None:
    """The value at a module path of a scope: a tensor or a container; None if there is none."""
    labelled = scope.labels.get(path)
    draft = labelled.draft if labelled is not None else scope.find(path)
    if draft is None:
        if scope.holds(path):
            return Container(scope, within, path)
        return el.report(advice.names.nothing_at(path, span)) if span else None
    inner = labelled if labelled is not None else Tensor(draft, 0, draft.types[0])
    chain = (*within, *(inner.within or (inner.draft,)))
    tensor = inner
    for call in reversed(within):
        tensor = call.export(tensor)
    outer = brought(el, tensor)
    return Tensor(outer.draft, outer.index, outer.type, within=chain, holder=inner.holder)


def _weight(el: Elaborator, within: tuple[Draft, ...], name: str) -> Tensor | None:
    draft = within[-1]
    if draft.layer is None:
        return None
    for tensor in draft.inputs:
        known_type(el, tensor)
    weights = draft.layer.weights(*draft.takes[: len(draft.takes) - len(draft.layer.tensors())])
    if name not in weights:
        return None
    weight = weights[name]
    within = tuple(at_home(within))
    root = home(within[0])
    made = Draft(root, types=[TensorType(weight.shape, weight.dtype)], weight=(within, name))
    root.add(made)
    return Tensor(made, 0, made.types[0])


def dotted(expr: syntax.Expr) -> str:
    """The text of ``a.b.c``; a part that is not a name is empty."""
    parts: list[str] = []
    while isinstance(expr, syntax.Attribute):
        parts.append(expr.name if isinstance(expr.name, str) else "")
        expr = expr.value
    parts.append(expr.id if isinstance(expr, syntax.Name) else "")
    return ".".join(reversed(parts))
