"""From a PyTorch model to the text of a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...grammar import syntax as s
from ...grammar.printer import print_file
from . import formulas, state_dicts, tree
from . import trace as tracing
from .blocks import Blocks, documentation
from .defaults import with_defaults
from .loops import with_loops
from .open_sizes import conditions, sizes_left_open
from .polish import polished, with_plain_heads, with_plain_names
from .shared_modules import with_shared_modules
from .tied_subclasses import dissolve_tied_subclasses
from .trace import Run, Trace
from .training import note_training
from .types import CannotImport
from .widths import with_width
from .writer import Body, Writer, expression, is_sequence

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["CannotImport", "import_model"]

_SURPRISES = (LookupError, AssertionError, TypeError, ValueError, AttributeError, RuntimeError)
"""What a model can raise that no part of the importer is made for."""


def import_model(
    model: nn.Module,
    inputs: Sequence[Tensor] | Mapping[str, Tensor],
    *,
    name: str = "model",
    arguments: Mapping[int, Mapping[str, Any]] | None = None,
    all_open: bool = False,
) -> str:
    """The text of a spec that computes what a model computes, in evaluation mode.

    ``inputs`` are example tensors with a batch of at least 2, in order or by name; ``name`` becomes
    the name of the net. ``arguments`` are the arguments of the modules' constructors by
    ``id(module)``, if they are known. With ``all_open``, sizes of the inputs that the model leaves
    open have names, with those of the example as defaults. Raises CannotImport.
    """
    try:
        with state_dicts.same_modes(model):
            traced = tracing.trace(model.eval(), inputs, all_open=all_open)
        traced = with_shared_modules(traced, model)
        note_training(traced.root, model, inputs)
        dissolve_tied_subclasses(traced)
        file = _file(traced, name, arguments or {})
        file = with_plain_names(with_defaults(with_loops(file)))
        return print_file(with_width(file, model.modules(), (arguments or {}).values()))
    except _SURPRISES as error:
        said = f"{type(error).__name__}: {error}"
        raise CannotImport(f"the importer does not know what to make of it ({said})") from error


def _file(traced: Trace, name: str, arguments: Mapping[int, Mapping[str, Any]]) -> s.File:
    sizes = sizes_left_open(traced)
    writer = Writer(traced, sizes)
    blocks = Blocks(traced, writer, arguments, name)
    try:
        body = _root_body(traced.root, writer, blocks)
    except CannotImport as reason:
        raise CannotImport(*reason.reasons, *_others(writer)) from None
    net = s.Block(
        "net",
        name,
        (),
        _ports(writer, body),
        None,
        (*map(_require, conditions(traced, sizes)), *polished(body.statements, body.words)),
        True,
        documentation(traced.root.module),
        span=tree.NOWHERE,
        name_span=tree.NOWHERE,
    )
    statements = (*blocks.blocks, net)
    file = s.File((*formulas.imports(statements), *statements), span=tree.NOWHERE)
    return with_plain_heads(file)


def _root_body(root: Run, writer: Writer, blocks: Blocks) -> Body:
    if not is_sequence(root):
        return writer.body(root, blocks.call)
    words = root.words or ["x"]
    group = writer.near(tree.labelled(tree.paren(writer.group(root, blocks.call)), "_"), root)
    return Body(root.inputs, words, [tree.result(tree.pipe(tree.name(words[0]), group))])


def _others(writer: Writer) -> list[str]:
    """How many ops stand in the way of a model, if they are several."""
    names = writer.without_counterpart()
    return [f"{len(names)} ops have no counterpart: {', '.join(names)}"] if len(names) > 1 else []


def _require(condition: str) -> s.Require:
    return s.Require(expression(condition), None, span=tree.NOWHERE)


def _ports(writer: Writer, body: Body) -> tuple[s.DeclaredPort, ...]:
    """The inputs with their shapes. The first that names an open size has its default."""
    ports: list[s.DeclaredPort] = []
    left = dict(writer.sizes.defaults)
    words = {size: name for name, size in writer.sizes.named.items()}
    for value, word in zip(body.inputs, body.words, strict=True):
        type_ = writer.type(value)
        axes = [words.get(d, d) for d in type_.shape[1:]]
        named = [d for d in dict.fromkeys(axes) if isinstance(d, str) and d in left]
        defaults = [s.Setting(n, tree.number(left.pop(n)), span=tree.NOWHERE) for n in named]
        shape = tuple(expression(str(d)) for d in axes)
        dtype = None if type_.dtype == "float" else type_.dtype
        ports.append(s.DeclaredPort(word, shape, dtype, tuple(defaults), span=tree.NOWHERE))
    return tuple(ports)
