"""Tries the class of each extern: whether it takes and returns what its declaration says.

A module of the class is made on the meta device, where tensors have shapes and no values. If it
cannot run there, it is tried with small inputs. The batch and open sizes have two values, of those
that the spec allows.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...compiler.declared import ANY, Declared
from ...compiler.dims import Dim, substitute
from ...compiler.extern_layer import Declaration, Extern
from ...compiler.ir import Graph
from ...compiler.types import TensorType
from ...grammar.diagnostics import CompileError, Diagnostic
from ...grammar.record import Record
from ...grammar.source import Span
from .extern_classes import Make, extern_runs

if TYPE_CHECKING:
    import torch

Sizes: TypeAlias = Mapping[str, int]
Allowed: TypeAlias = Mapping[str, Declared]
"""The values that ``require`` allows, by the names of sizes."""

BASES: Final = (64, 96, 32, 224, 112, 16, 480, 8, 4)
"""Values for open sizes, in the order in which they are tried: a net may be for some values only,
such as multiples of 32, or up to 16."""
NEEDED: Final = 2
"""As many values must run."""


class Use(Record):
    """One module of an extern, and all its calls: a share has several."""

    calls: tuple[Declaration, ...]
    span: Span | None

    @property
    def name(self) -> str:
        return self.calls[0].name


class Differs(Exception):
    """A module is not as its declaration says: what was declared, and what it does."""

    def __init__(self, what: str, declared: str, actual: str) -> None:
        super().__init__(what)
        self.what = what
        self.declared = declared
        self.actual = actual


def check_externs(graph: Graph, classes: Mapping[str, Make]) -> None:
    """Raises CompileError if a class differs from its declaration. No weight of the net, no random
    number and no file is used up or changed by this, as far as the classes do not do it."""
    for use in _uses(graph):
        _check(use, classes[use.calls[0].target], dict(graph.allowed))


def _uses(graph: Graph) -> list[Use]:
    """The modules of externs, those that are alike once."""
    by_module: dict[str, list[Declaration]] = {}
    spans: dict[str, Span | None] = {}
    for run in extern_runs(graph):
        assert isinstance(run.layer, Extern)
        if run.runs:
            by_module.setdefault(run.module, []).append(run.layer.declaration)
            spans.setdefault(run.module, run.node.span)
    alike: dict[object, Use] = {}
    for module, calls in by_module.items():
        once = tuple({(d.text, d.types): d for d in calls}.values())
        key = (calls[0].target, *((d.text, d.types, d.params) for d in once))
        alike.setdefault(key, Use(once, spans[module]))
    return list(alike.values())


def _check(use: Use, make: Make, allowed: Allowed) -> None:
    first: Exception | None = None
    with _untouched():
        for device in ("meta", "cpu"):
            done: set[int] = set()
            for base, sizes in _sizes(use, allowed, small=device == "cpu"):
                if base in done:
                    continue
                try:
                    _run(use, make, device, sizes, training=not done)
                except Differs as difference:
                    raise _mismatch(use, difference, sizes) from None
                except Exception as error:
                    first = error if device == "cpu" and first is None else first
                else:
                    done.add(base)
                if len(done) == NEEDED:
                    return
    assert first is not None
    raise _failure(use, first) from first


@contextmanager
def _untouched() -> Iterator[None]:
    """Leaves the state of the random numbers as it is, and shows no warnings."""
    import torch

    state = random.getstate()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(state)


# --- sizes ------------------------------------------------------------------------------------


def _sizes(use: Use, allowed: Allowed, *, small: bool) -> Iterator[tuple[int, Sizes]]:
    """Values for the open sizes of a use, each with the base that they are made of. With each base
    they differ at first, so that one in place of another is noticed; then they are equal, since a
    net may need that."""
    names = dict.fromkeys(n for d in use.calls for t in (*d.takes, *d.types) for n in t.symbols())
    names.pop("N", None)
    if not names:
        yield from ((batch, {"N": batch}) for batch in (2, 3))
        return
    for count, base in enumerate(sorted(BASES) if small else BASES):
        batch = {"N": 2 + count % 2}
        for step in (base, 0):
            values = {name: base + step * (i % 4) for i, name in enumerate(names)}
            fit = {n: allowed.get(n, ANY).nearest(v, count) for n, v in values.items()}
            yield base, batch | fit


def _shape(type: TensorType, sizes: Sizes) -> tuple[int, ...]:
    shape = [substitute(dim, sizes) for dim in type.shape]
    return tuple(d if isinstance(d, int) else 2 for d in shape)


# --- one run ----------------------------------------------------------------------------------


def _run(use: Use, make: Make, device: str, sizes: Sizes, *, training: bool) -> None:
    import torch

    _refuse_empty(use, sizes)
    arguments = {name: _plain(value) for name, value in use.calls[0].arguments}
    with torch.device(device):
        module = make(**arguments)
        if not isinstance(module, torch.nn.Module):
            raise Differs("it is not a module", "an `nn.Module`", type(module).__name__)
        module.train(training)
        for call in use.calls:
            _compare(call, module(*(_input(t, sizes) for t in call.takes)), sizes)
    for call in use.calls:
        _compare_params(call, module, sizes)


def _refuse_empty(use: Use, sizes: Sizes) -> None:
    for tensor in (t for call in use.calls for t in (*call.takes, *call.types)):
        if min(_shape(tensor, sizes), default=1) < 1:
            raise ValueError(f"{tensor} has an empty axis at {dict(sizes)}")


def _plain(value: Any) -> Any:
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _input(type: TensorType, sizes: Sizes) -> torch.Tensor:
    """A tensor that any layer takes: ints are 0, which is an index everywhere."""
    import torch

    shape = _shape(type, sizes)
    if type.dtype == "int":
        return torch.zeros(shape, dtype=torch.long)
    return torch.ones(shape, dtype=torch.bool if type.dtype == "bool" else None)


def _compare(call: Declaration, value: Any, sizes: Sizes) -> None:
    import torch

    declared = [_written(_shape(t, sizes), t.dtype) for t in call.types]
    results = value if isinstance(value, tuple | list) else [value]
    alone = len(declared) == 1 and not isinstance(value, torch.Tensor)
    if alone or not all(isinstance(r, torch.Tensor) for r in results):
        raise Differs("its result is of another kind", _listed(declared), _kind(value))
    actual = [_written(tuple(r.shape), _dtype(r)) for r in results]
    if len(actual) != len(declared):
        raise Differs("it has another number of results", _listed(declared), _listed(actual))
    if actual != declared:
        what = "its result differs" if len(actual) == 1 else "its results differ"
        raise Differs(what, _listed(declared), _listed(actual))


def _compare_params(call: Declaration, module: torch.nn.Module, sizes: Sizes) -> None:
    if call.params is None:
        return
    declared: Dim = substitute(call.params, sizes)
    actual = sum(p.numel() for p in module.parameters())
    if declared != actual:
        what = "it has another number of parameters"
        raise Differs(what, f"{declared:,} parameters", f"{actual:,} parameters")


def _dtype(tensor: torch.Tensor) -> str:
    import torch

    if tensor.dtype == torch.bool:
        return "bool"
    if tensor.is_floating_point():
        return "float"
    return "complex" if tensor.is_complex() else "int"


def _written(shape: Sequence[int], dtype: str) -> str:
    return str(TensorType(tuple(shape))) + ("" if dtype == "float" else f" {dtype}")


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts) if texts else "nothing"


def _kind(value: Any) -> str:
    """``tuple of Tensor, int``, for a result that is not tensors."""
    if isinstance(value, tuple | list):
        inside = ", ".join(type(v).__name__ for v in value)
        return (
            f"a {type(value).__name__} of {inside}"
            if inside
            else f"an empty {type(value).__name__}"
        )
    return f"a {type(value).__name__}"


# --- errors -----------------------------------------------------------------------------------


def _mismatch(use: Use, difference: Differs, sizes: Sizes) -> CompileError:
    declaration = use.calls[0]
    takes = _listed([_written(_shape(t, sizes), t.dtype) for t in declaration.takes])
    return _error(
        use,
        f"`{use.name}` is not as declared: {difference.what}",
        (
            f"declared: {difference.declared}",
            f"the class: {difference.actual}",
            f"tried with the input{'s' if len(declaration.takes) > 1 else ''} {takes}",
        ),
        "correct the declaration or the class",
    )


def _failure(use: Use, error: Exception) -> CompileError:
    lines = str(error).strip().splitlines() or [""]
    declaration = use.calls[0]
    takes = _listed([str(t) for t in declaration.takes])
    return _error(
        use,
        f"`{use.name}` does not run as declared",
        (f"{type(error).__name__}: {lines[0]}", f"the class was given {takes}"),
        "compare the declaration with the class",
    )


def _error(use: Use, message: str, notes: tuple[str, ...], help: str) -> CompileError:
    span = use.calls[0].span or use.span
    return CompileError([Diagnostic("E404", message, span, notes=notes, help=(help,))])
