"""``softmax(dim=0)``, ``x[0]``: layers that work along the batch, so that examples depend on one
another or are left out; and outputs without a batch axis."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..builder import Draft
from ..dims import Dim, symbol, symbols
from ..values import Tensor
from ._subjects import Net, made_by

CODE = "W512"
SEQUENTIAL = frozenset({"recurrent", "attention"})
"""Layers that step or attend along axis 1 of [N, T, D]."""
COUNTED = "`dim` and `[...]` count as in PyTorch: 0 is the batch"


def in_net(net: Net) -> Iterator[Diagnostic]:
    warnings = [*_over_the_batch(net)]
    yield from warnings or _without_batch(net)


def _over_the_batch(net: Net) -> Iterator[Diagnostic]:
    for draft in net.drafts:
        if draft.layer is not None and draft.layer.mixes_along_dim and _is_over_the_batch(draft):
            yield _mixes(draft, draft.layer.word)
    for draft in filter(_picks_examples, net.of("index")):
        yield _warning(
            "this takes examples out of the batch",
            draft,
            f"{draft.takes[0]} becomes {draft.types[0]}",
            "`x[:, 0]` is the first on the axis after it",
        )
    for draft in net.drafts:
        if draft.layer is not None and _steps_over_it(draft):
            yield _warning(
                f"`{draft.layer.word}` works along the batch",
                draft,
                f"got {draft.takes[0]}",
                "the batch comes first here, as with `batch_first=True`: leave out what moved it",
            )


def _warning(message: str, draft: Draft, detail: str, help: str) -> Diagnostic:
    return Diagnostic(
        CODE, message, draft.span, severity="warning", detail=detail, notes=(COUNTED,), help=(help,)
    )


def _mixes(draft: Draft, word: str) -> Diagnostic:
    last = draft.takes[0].rank - 1
    return Diagnostic(
        CODE,
        f"`{word}(dim=0)` works along the batch",
        draft.span,
        severity="warning",
        detail=f"on {draft.takes[0]} it mixes the examples",
        notes=("`dim` counts as in PyTorch: 0 is the batch",),
        help=(f"`{word}(dim={last})` works along the last axis",) if last else (),
    )


def _is_over_the_batch(draft: Draft) -> bool:
    if not draft.takes or draft.scan is not None:
        return False
    shape, dim = draft.takes[0].shape, getattr(draft.layer, "dim", None)
    return _is_first(shape) and dim in (0, -len(shape))


def _picks_examples(draft: Draft) -> bool:
    items = getattr(draft.layer, "items", ())
    if not draft.takes or not items or draft.scan is not None:
        return False
    bounded = isinstance(items[0], slice) and (items[0].start, items[0].stop) != (None, None)
    return _is_first(draft.takes[0].shape) and (isinstance(items[0], int) or bounded)


def _without_batch(net: Net) -> Iterator[Diagnostic]:
    """Outputs that are one answer for all examples. A single number, such as a loss, is allowed."""
    for _, tensor in net.outcome.outputs:
        shape = tensor.type.shape if tensor.type else ()
        if shape and not any(map(_has_batch, shape)) and _depends_on_batch(tensor):
            yield _warning(
                "this output has no batch axis",
                made_by(tensor),
                f"{tensor.type} is one answer for all examples",
                "1 is the first axis after the batch",
            )


def _depends_on_batch(tensor: Tensor) -> bool:
    """Whether a tensor with a batch axis is among those that this one is computed from."""
    visited: set[int] = set()
    waiting = [tensor]
    while waiting:
        draft = made_by(waiting.pop())
        if id(draft) in visited:
            continue
        visited.add(id(draft))
        if any(t and any(map(_has_batch, t.shape)) for t in (*draft.takes, *draft.types)):
            return True
        waiting += draft.inputs
    return False


def _has_batch(size: Dim) -> bool:
    return "N" in symbols(size)


def _is_first(shape: tuple[Dim, ...]) -> bool:
    return bool(shape) and shape[0] == symbol("N") and symbol("N") not in shape[1:]


def _steps_over_it(draft: Draft) -> bool:
    shape = draft.takes[0].shape if draft.takes else ()
    steps = draft.layer is not None and draft.layer.category in SEQUENTIAL
    return steps and len(shape) == 3 and shape[1] == symbol("N") and not _has_batch(shape[0])
