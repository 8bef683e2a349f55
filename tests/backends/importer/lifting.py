"""Every op of an exported program in the place of which a layer runs: its PyTorch form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from netwright.backends.importer.lift import lift_op
from netwright.compiler.layer import Layer
from netwright.compiler.lifting import CannotLift, Lifted
from netwright.compiler.types import TensorType

from ...compiler.layers.harness import DTYPES, Program, flat, program, quiet


class Running(nn.Module):
    """A lowering as a module."""

    def __init__(self, code: Program) -> None:
        super().__init__()
        self.made: Any
        self.code = code
        with quiet():
            made: Any = code.build()
        if isinstance(made, torch.Tensor) and not isinstance(made, nn.Parameter):
            self.register_buffer("made", made)
        else:
            self.made = made

    def forward(self, *tensors: torch.Tensor) -> list[torch.Tensor]:
        with quiet():
            return list(flat(self.code.run(self.made, tensors)))


class Together(nn.Module):
    """Modules that run side by side, each on inputs of its own."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, inputs: list[list[torch.Tensor]]) -> list[list[torch.Tensor]]:
        pairs = zip(self.members, inputs, strict=True)
        return [member(*tensors) for member, tensors in pairs]


def type_of(value: Any) -> TensorType | None:
    """The type of a tensor, or of a node that makes one."""
    if isinstance(value, fx.Node):
        value = value.meta["val"]
    if not isinstance(value, torch.Tensor):
        return None
    dtype = "int" if value.dtype is torch.int32 else DTYPES[value.dtype]
    return TensorType(tuple(value.shape), dtype)


@dataclass
class Substitution(fx.Interpreter):
    """Runs a program with layers in the place of its ops."""

    program: ExportedProgram
    lifted: dict[str, Lifted] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.program.graph_module)
        self.order = [node.name for node in self.program.graph.nodes]

    def results(self, tensors: Sequence[torch.Tensor]) -> tuple[list[Any], list[Any]]:
        """What the program gives for its inputs, as it is and with layers."""
        arguments = list(self._arguments(list(tensors)))
        with torch.no_grad(), quiet():
            return list(fx.Interpreter(self.module).run(*arguments)), list(self.run(*arguments))

    def _arguments(self, tensors: list[torch.Tensor]) -> Iterator[Any]:
        for spec in self.program.graph_signature.input_specs:
            if spec.kind is InputKind.USER_INPUT:
                yield tensors.pop(0)
            elif spec.kind is InputKind.CONSTANT_TENSOR or spec.persistent is False:
                yield self.program.constants[str(spec.target)]
            else:
                yield self.program.state_dict[str(spec.target)]

    def run_node(self, n: fx.Node) -> Any:
        if not isinstance(n.target, torch._ops.OpOverload):
            return super().run_node(n)
        if "_assert" in str(n.target):  # of a dtype, which may be another one here
            return None
        try:
            lifted = lift_op(str(n.target), n.target._schema, n.args, n.kwargs, type_of)
        except CannotLift as reason:
            self.refused[n.name] = f"{n.target}: {reason}"
            return super().run_node(n)
        if lifted is None:
            self.refused[n.name] = f"{n.target}"
            return super().run_node(n)
        self.lifted[n.name] = lifted
        return self.run_lifted(lifted)

    def run_lifted(self, lifted: Lifted) -> Any:
        """The results of a layer with the weights that it has, and with them as tensors."""
        made = self.run_layer(lifted)
        if lifted.weights and set(lifted.weights) <= lifted.layer.settings.keys():
            again = self.run_layer(lifted.computed(*lifted.weights))
            torch.testing.assert_close(made, again, rtol=0, atol=0, equal_nan=True)
        return made

    def run_layer(self, lifted: Lifted) -> Any:
        tensors = [self.value(x) for x in lifted.inputs]
        types = [type_of(tensor) for tensor in tensors]
        piped = types[: len(lifted.piped)]
        layer = lifted.layer
        given = dict(zip(layer.tensors(), types[len(piped) :], strict=True))
        assert given == {n: getattr(layer, n) for n in layer.tensors()}, layer
        code = program(layer.lower(*piped), len(tensors))
        module = code.build()
        if isinstance(module, nn.Module):
            weights = {name: self.value(w) for name, w in lifted.weights.items()}
            missing, unexpected = module.load_state_dict(weights, strict=False)
            assert not unexpected
            assert all("num_batches_tracked" in name for name in missing), (layer, missing)
            module.eval()
        made = list(flat(code.run(module, tensors)))
        return made[0] if len(made) == 1 and layer.results != "bundle" else made

    def value(self, source: Any) -> torch.Tensor:
        tensor = self.run_layer(source) if isinstance(source, Lifted) else self.env[source]
        assert isinstance(tensor, torch.Tensor)
        return tensor


def ops_of(outputs: Sequence[fx.Node]) -> list[str]:
    """The names of all nodes that lead to some outputs."""
    found: dict[str, None] = {}
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found[node.name] = None
            waiting += node.all_input_nodes
    return list(found)


def lowers_alike(a: Layer, b: Layer, inputs: Sequence[TensorType]) -> bool:
    """Whether two layers have one PyTorch form."""
    if a == b or type(a) is not type(b) or a.tensors() != b.tensors():
        return a == b
    return a.lower(*inputs) == b.lower(*inputs)
