"""Programs of ``torch.export`` as modules, which the importer follows like any other.

A program is flat, and says for each op in which module of the model it was. ``unflatten`` makes
modules of that; here they get the names of the model's classes, so that equal ones become blocks.

https://docs.pytorch.org/docs/stable/export.html
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...grammar.record import Record
from ...grammar.wording import first_line
from .blocks import EXPORTED
from .example_inputs import BATCH, SEED, Inputs
from .factories import FactoryError
from .trace import quiet

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

SEQUENTIAL = "torch.nn.modules.container.Sequential"


class Program(Record):
    """A program as a module, with inputs to try it with."""

    model: nn.Module
    inputs: Inputs


def load_program(path: Path) -> Program:
    """The program in a file. Reading it can run Python that is in the file. Raises FactoryError."""
    import torch

    if not path.is_file():
        raise FactoryError(f"there is no file {path}")
    try:
        with quiet():
            program = torch.export.load(path)
    except Exception as error:  # the loader raises errors of many classes
        raise FactoryError(f"{path} is no program of torch.export: {first_line(error)}") from error
    return as_module(program)


def as_module(program: ExportedProgram) -> Program:
    """A program as a module, whose classes have the names of the model's."""
    import torch

    names, keywords = _parameters(program)
    try:
        with quiet():
            model = torch.export.unflatten(program)
    except Exception as error:  # modules that run twice in other ways, for example
        raise FactoryError(f"the program has no modules: {error}") from error
    model.check_input_constraints = False
    _named_like_the_model(model, {})
    _sequentials(model)
    own: Any = model
    own.__class__ = _class(_kind(program), type(model), names, keywords)
    examples = [_example(program, name) for name in program.graph_signature.user_inputs]
    given = dict(zip((*names, *keywords), examples, strict=True))
    inputs: Inputs = given if keywords else tuple(examples)
    return Program(model.eval(), inputs)


def _parameters(program: ExportedProgram) -> tuple[list[str], list[str]]:
    """The names of the positional inputs and of those by keyword. Raises FactoryError for inputs
    that are no tensors."""
    inputs = program.graph_signature.user_inputs
    spec = program.call_spec.in_spec
    positional, keyword = spec.child(0), spec.child(1)
    flat = all(child.is_leaf() for part in (positional, keyword) for child in part.children())
    if not flat or not all(isinstance(name, str) for name in inputs):
        raise FactoryError("the program takes lists, dicts or numbers, and not tensors alone")
    return [str(name) for name in inputs[: positional.num_children]], list(keyword.context or ())


def _named_like_the_model(module: Any, classes: dict[str, type]) -> None:
    """Gives the modules inside one class for each class of the model."""
    for child in module.children():
        _named_like_the_model(child, classes)
        if hasattr(child, "type_name"):
            kind = child.type_name() or "Module"
            if kind not in classes:
                count = sum(node.op == "placeholder" for node in child.graph.nodes)
                words = ["x", *(f"x{i}" for i in range(2, count + 1))]
                classes[kind] = _class(kind, type(child), words)
            child.__class__ = classes[kind]


def _class(kind: str, base: Any, names: Sequence[str], keywords: Sequence[str] = ()) -> type:
    """A class with the name of one of the model's, and names for the parameters of ``forward``."""

    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return base.forward(self, *args, **kwargs)

    usual = inspect.Parameter.POSITIONAL_OR_KEYWORD
    takes = [inspect.Parameter(name, usual) for name in ("self", *names)]
    takes += [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in keywords]
    forward.__signature__ = inspect.Signature(takes)  # type: ignore[attr-defined]
    members = {"forward": forward, "__module__": EXPORTED, "__qualname__": kind}
    return type(kind.rpartition(".")[2], (base,), members)


def _sequentials(module: Any) -> None:
    """Puts ``nn.Sequential`` where the model had one."""
    from torch import nn

    for name, child in list(module.named_children()):
        _sequentials(child)
        if hasattr(child, "type_name") and child.type_name() == SEQUENTIAL and _is_chain(child):
            setattr(module, name, nn.Sequential(OrderedDict(child.named_children())))


def _is_chain(module: Any) -> bool:
    """Whether a module pipes its input through its children, in order."""
    first, *steps = list(module.graph.nodes)
    *calls, last = steps
    values = [first, *calls]
    names = [node.target for node in calls]
    return (
        first.op == "placeholder"
        and all(
            n.op == "call_module" and n.args == (x,) for n, x in zip(calls, values, strict=False)
        )
        and names == [name for name, _ in module.named_children()]
        and last.args == (values[-1],)
    )


def _kind(program: ExportedProgram) -> str:
    """The class of the model."""
    stacks = (node.meta.get("nn_module_stack", {}) for node in program.graph.nodes)
    return next((str(stack["L__self__"][1]) for stack in stacks if "L__self__" in stack), "Model")


def _example(program: ExportedProgram, name: str) -> Tensor:
    """An input of the shape that the program was made with, and of at least two examples."""
    import torch

    node = next(node for node in program.graph.nodes if node.name == name)
    made = node.meta["val"]
    shape = [d if isinstance(d, int) else int(d.node.hint) for d in made.shape]
    shape[:1] = [max(BATCH, size) for size in shape[:1]]
    generator = torch.Generator().manual_seed(SEED)
    if made.dtype.is_floating_point:
        return torch.randn(shape, generator=generator, dtype=made.dtype)
    return torch.randint(0, 2, shape, generator=generator).to(made.dtype)
