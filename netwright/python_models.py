"""Models of PyTorch as specs: ``from_torch`` for a model, ``import_target`` for MODULE:FACTORY.

A spec is given on only if it is proved to compute what the model computes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .backends import MissingExtra
from .grammar.record import Record, field
from .grammar.source import Source

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .backends.importer.example_inputs import Example, Inputs
    from .backends.importer.prove import Proof
    from .network import Network

BATCH: Final = 2


class ImportFailed(Exception):
    """A model did not become a spec. ``reasons`` say why. ``text`` is the spec that is not equal to
    the model; it is empty if there is none."""

    def __init__(self, message: str, reasons: tuple[str, ...], text: str = "") -> None:
        super().__init__("\n".join((message, *(f"  {reason}" for reason in reasons))))
        self.message = message
        self.reasons = reasons
        self.text = text


class Written(Record):
    """A spec that was written for a model or a file. ``notes`` say what was assumed. ``files`` are
    the files that were named."""

    text: str
    name: str
    notes: tuple[str, ...] = ()
    files: frozenset[str] = field(default=frozenset(), compare=False)


class Imported(Written):
    """A spec that is proved to be equal to a model. ``state`` is the model's state dict."""

    proof: Proof = field(kw_only=True)
    state: Mapping[str, Tensor] = field(default_factory=dict, compare=False, kw_only=True)


def from_torch(
    model: nn.Module,
    example_inputs: Tensor | tuple[Tensor, ...] | list[Tensor] | dict[str, Tensor],
    *,
    name: str | None = None,
) -> Network:
    """The network of a model that is in memory, with ``to_spec()`` for its text.

    ``example_inputs`` are tensors with a batch of at least two: one, several in the order of
    ``forward``, or a dict by the names of its parameters. ``name`` is that of the net; it is the
    model's class if it is left out. The model is left as it was.

    Raises ImportFailed if the model cannot be followed, or if the spec is not equal to it.
    """
    from .network import compiled

    inputs = _checked(model, example_inputs)
    net = identifier(name or type(model).__name__)
    text, _ = proved(model, inputs, net, {}, lambda _: None)
    return compiled(Source("<from_torch>", text), net, {}, None, ())


def _checked(model: Any, inputs: Any) -> Inputs:
    """The inputs as a tuple or a dict. Raises TypeError or ValueError."""
    from torch import Tensor, nn

    from .backends.importer.example_inputs import positional

    if not isinstance(model, nn.Module):
        raise TypeError(f"a model is an nn.Module, not {type(model).__name__}")
    named = dict(inputs) if isinstance(inputs, Mapping) else None
    several = tuple(inputs) if isinstance(inputs, list | tuple) else (inputs,)
    tensors = tuple(named.values()) if named is not None else several
    wrong = next((value for value in tensors if not isinstance(value, Tensor)), None)
    if wrong is not None or not tensors:
        kind = type(wrong).__name__ if tensors else "nothing"
        raise TypeError(f"`example_inputs` are tensors with a batch, not {kind}")
    batches = {t.shape[0] if t.ndim else 0 for t in tensors}
    if len(batches) > 1 or min(batches) < BATCH:
        shapes = ", ".join(str([*t.shape]) for t in tensors)
        raise ValueError(
            f"`example_inputs` need one batch, of at least two examples: their shapes are {shapes}"
        )
    return several if named is None else positional(model, named)


def identifier(name: str) -> str:
    """A name for a net, which is not a word of the language."""
    from .compiler.pipeline import load_source

    word = re.sub(r"\W", "_", name)
    word = word if word.isidentifier() else f"net_{word}"
    trial = Source("<name>", f"net {word}: x[1] {{ x > id }}\n")
    return f"{word}_" if load_source(trial).graph is None else word


def import_target(
    target: str,
    args: str = "",
    shapes: Mapping[str, str] | str | None = None,
    example: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Imported:
    """The spec of the model that ``package.module:factory`` makes. This runs the module's Python;
    what it prints goes to standard error.

    Raises FactoryError if there is no model or no example, ImportFailed if the model does not
    become a spec that is equal to it, MissingExtra without PyTorch.
    """
    from .backends.importer.factories import current_folder_first, load_factory

    if find_spec("torch") is None:
        raise MissingExtra("PyTorch", "torch")
    with current_folder_first(), redirect_stdout(sys.stderr):
        progress(f"making the model of {target}")
        made = load_factory(target, args)
        inputs = _example(made.model, shapes, example, made.name)
        net = identifier(made.name)
        try:
            text, proof = proved(made.model, inputs.inputs, net, made.arguments, progress)
        except ImportFailed as error:
            reasons = (*error.reasons, *inputs.notes)
            raise ImportFailed(error.message, reasons, error.text) from error.__cause__
    module = sys.modules.get(target.partition(":")[0])
    files = {getattr(module, "__file__", None), example.rpartition(":")[0]}
    notes = (*inputs.notes, *proof.notes)
    state = made.model.state_dict()
    read = frozenset(filter(None, files))
    return Imported(text, net, notes, read, proof=proof, state=state)


def import_program(path: Path, progress: Callable[[str], None] = lambda _: None) -> Imported:
    """The spec of a program that ``torch.export.save`` wrote. Reading it can run Python that is in
    the file. Raises as ``import_target`` does."""
    if find_spec("torch") is None:
        raise MissingExtra("PyTorch", "torch")
    from .backends.importer.exported_programs import load_program

    progress(f"reading {path}")
    program = load_program(path)
    net = identifier(path.stem)
    text, proof = proved(program.model, program.inputs, net, {}, progress, training=False)
    state = program.model.state_dict()
    return Imported(text, net, proof.notes, frozenset([str(path)]), proof=proof, state=state)


def _example(
    model: nn.Module, shapes: Mapping[str, str] | str | None, example: str, name: str
) -> Example:
    from .backends.importer.example_inputs import example_from_file, example_inputs

    return example_from_file(example, model) if example else example_inputs(model, shapes, name)


def proved(
    model: nn.Module,
    inputs: Inputs,
    name: str,
    arguments: Mapping[int, Mapping[str, Any]],
    progress: Callable[[str], None],
    *,
    training: bool = True,
) -> tuple[str, Proof]:
    """The text of a model's spec, with the proof. Raises ImportFailed."""
    from .backends.importer import CannotImport
    from .backends.importer.proved import proved_spec

    try:
        spec = proved_spec(
            model, inputs, name=name, arguments=arguments, progress=progress, training=training
        )
    except CannotImport as error:
        message = f"{name} cannot be written as a spec"
        raise ImportFailed(message, tuple(error.reasons)) from error
    if not spec.proof.equal:
        message = f"the spec of {name} is not equal to the model"
        raise ImportFailed(message, spec.proof.reasons, spec.text)
    return spec.text, spec.proof
