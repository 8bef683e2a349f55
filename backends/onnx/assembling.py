"""A module of PyTorch that computes what a graph of ONNX computes, for the importer to follow.

Its submodules have the paths that the names in the file give. What is a layer of torch.nn is one;
other nodes are functions of PyTorch. No code is made: a module has a list of steps, and runs it.
"""

from __future__ import annotations

import inspect
import keyword
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Final

import torch
from torch import Tensor, nn

from ...grammar.wording import counted, first_line
from ..importer.types import CannotImport
from .attention_modules import attention_of
from .class_guesses import classes_of
from .folding_constants import fold
from .fusing import fuse
from .layer_modules import MAKERS
from .module_tree import Layer, Scope, tree
from .onnx_graph import Graph, Node, clean, is_path
from .onnx_shapes import shapes
from .op_table import CannotRun, checked, constant, function_of, ops

SMALL: Final = 512
"""The most elements of a constant that is no weight."""


class Sizes:
    """The sizes that a model has computed so far: all its modules see them."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}


@dataclass(frozen=True)
class Step:
    """A function or submodule with its arguments. An argument is the name of a tensor, or a
    function that takes it from the module."""

    call: Callable[[nn.Module], Callable[..., Any]]
    arguments: tuple[str | Callable[[nn.Module], Any], ...]
    results: tuple[str, ...]
    sizes: Collection[str] = ()
    """Those of the results that all modules see."""

    def run(self, module: Any, values: dict[str, Any]) -> None:
        """Adds the results to the values."""
        arguments = (values[a] if isinstance(a, str) else a(module) for a in self.arguments)
        made = self.call(module)(*arguments)
        parts = made if isinstance(made, tuple | list) else (made,)
        for name, value in zip(self.results, parts, strict=False):
            (module._sizes.values if name in self.sizes else values)[name] = value


class Assembled(nn.Module):
    """A module of a graph."""

    def __init__(self, scope: Scope, sizes: Sizes) -> None:
        super().__init__()
        self._sizes = sizes
        self._takes, self._gives = tuple(scope.takes), tuple(scope.gives)
        self._steps: list[Step] = []

    def forward(self, x: Any = None, y: Any = None, z: Any = None, *others: Any) -> Any:
        return self.computed((x, y, z, *others)[: len(self._takes)])

    def computed(self, inputs: Sequence[Any]) -> Any:
        """The results for these inputs."""
        values: dict[str, Any] = {"": None, **dict(zip(self._takes, inputs, strict=True))}
        for step in self._steps:
            step.run(self, values)
        results = tuple(values[name] for name in self._gives)
        return results[0] if len(results) == 1 else results


def prepare(graph: Graph) -> None:
    """Computes constants and joins the nodes of layers. Raises CannotImport for ops that are not
    known."""
    fold(graph)
    unknown: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.op not in ops():
            unknown.setdefault(node.op, []).append(node)
    if unknown:
        raise CannotImport(*_unknown(unknown))
    fuse(graph)


def _unknown(nodes: Mapping[str, Sequence[Node]]) -> list[str]:
    """What stands in the way, an op each; the commonest first."""
    (op, first), *others = sorted(nodes.items(), key=lambda item: -len(item[1]))
    more = f" (and {counted(len(first) - 1, 'more')})" if len(first) > 1 else ""
    reasons = [f"the op {op} of {first[0].title} has no counterpart{more}"]
    if others:
        names = ", ".join(op for op, _ in others)
        reasons.append(f"{counted(len(others), 'other op')} in the way: {names}")
    return reasons


def assemble(graph: Graph, inputs: Mapping[str, Tensor]) -> nn.Module:
    """The module of a graph that is prepared. ``inputs`` are examples by the names of the graph's
    inputs. Raises CannotImport."""
    sizes = shapes(graph, inputs)
    return _Assembly(graph, tree(graph, sizes), sizes).module(list(inputs.values()))


def input_names(graph: Graph) -> list[str]:
    """The names that ``forward`` has for the inputs."""
    names: list[str] = []
    for value in graph.inputs:
        stem = re.sub(r"\W", "_", value.name)
        stem = stem if stem.isidentifier() and not keyword.iskeyword(stem) else "x"
        stem = "x" if stem in ("input", "self") else stem
        candidates = (stem, *(f"{stem}{i}" for i in range(2, len(graph.inputs) + 2)))
        names.append(next(name for name in candidates if name not in names))
    return names


def signature(graph: Graph) -> nn.Module:
    """A module that only has the ``forward`` of the whole model, and its embeddings."""
    model = _class_of_model(input_names(graph))(Scope(""), Sizes())
    for node in graph.nodes:
        weight = graph.constants.get(node.inputs[0]) if node.op == "Embedding" else None
        if weight is not None:
            rows = nn.Embedding(weight.shape[0], 1)
            model.add_module(f"embedding{len(model._modules)}", rows)
    return model


def _class_of_model(names: Sequence[str]) -> type[Assembled]:
    """A class whose ``forward`` has these names for the inputs."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind) for name in ("self", *names)]

    def forward(self: Assembled, *args: Any, **kwargs: Any) -> Any:
        return self.computed([*args, *(kwargs[name] for name in names[len(args) :])])

    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return type("Model", (Assembled,), {"forward": forward, "__module__": "onnx_model"})


class _Assembly:
    def __init__(self, graph: Graph, root: Scope, sizes: Mapping[str, Sequence[int]]) -> None:
        self.graph, self.root, self.shapes = graph, root, sizes
        inside = [scope for scope in root.all() if scope is not root]
        self.sequences = {s for s in inside if is_sequence(s, graph.classes.get(s.path, ""))}
        self.classes = classes_of((s for s in inside if s not in self.sequences), graph)
        self.types: dict[str, type[Assembled]] = {}
        self.built: dict[str, nn.Module] = {}
        self.sizes = Sizes()
        self.matrices: dict[str, nn.Parameter] = {}
        self.weights: dict[tuple[str, str], str] = {}
        """The paths of parameters, by the path of the module that reads them and their names."""

    def module(self, example: Sequence[Tensor]) -> nn.Module:
        root: nn.Module = _class_of_model(input_names(self.graph))(self.root, self.sizes)
        self.built[""] = root
        self._place(self.root)
        for scope in self.root.all():
            module = root.get_submodule(scope.path)
            if isinstance(module, Assembled):
                module._steps = [self._step(scope, item) for item in scope.items]
        _fill_gaps(root)
        root.eval()
        _try(root, example)
        for scope in self.root.all():
            self._attend(scope)
        return root

    def _place(self, scope: Scope) -> None:
        """Puts the modules of a scope into the model, in the order in which they run."""
        for item in scope.items:
            if isinstance(item, Layer):
                self._share(item)
                self._put(item.path, item.module)
            elif isinstance(item, Scope):
                self._put(item.path, self._made(item))
                self._place(item)

    def _share(self, layer: Layer) -> None:
        """Layers with one matrix in the file, an embedding and the head, have one parameter. (The
        exporters keep equal numbers once, so that it need not be one if it is constant.)"""
        weights = MAKERS[layer.node.op].weights_of(layer.node)
        weight = self.graph.constants[weights[0]] if weights else None
        if weight is not None and weight.dim() > 1 and not weight.eq(weight.flatten()[0]).all():
            module: Any = layer.module
            module.weight = self.matrices.setdefault(weights[0], module.weight)

    def _attend(self, scope: Scope) -> None:
        """Puts PyTorch's attention in the place of a module that computes it step by step."""
        module = self.built[""].get_submodule(scope.path)
        if isinstance(module, Assembled) and scope.path:
            attention = attention_of(module, scope, self.shapes)
            if attention is not None:
                self._put(scope.path, attention)

    def _made(self, scope: Scope) -> nn.Module:
        """The module of a scope, without what is in it."""
        if scope in self.sequences:
            return nn.Sequential()
        name = self.classes[scope.path]
        if name not in self.types:
            self.types[name] = type(name, (Assembled,), {"__module__": "onnx_model"})
        return self.types[name](scope, self.sizes)

    def _put(self, path: str, module: nn.Module) -> None:
        """Gives a module its path."""
        around = self.built[""]
        *front, last = path.split(".")
        for name in front:
            if name not in around._modules:
                around.add_module(name, nn.Module())
            around = around.get_submodule(name)
        around.add_module(last, module)

    # --- steps ------------------------------------------------------------------------------

    def _step(self, scope: Scope, item: Node | Layer | Scope) -> Step:
        if isinstance(item, Scope):
            call = partial(_callable, _inside(item.path, scope.path))
            return Step(call, tuple(item.takes), tuple(item.gives))
        node = item if isinstance(item, Node) else item.node
        if isinstance(item, Layer):
            layer = attrgetter(_inside(item.path, scope.path))
            maker = MAKERS[node.op]
            piped = tuple(map(self._value, maker.piped(node)))
            return Step(layer, piped, tuple(node.outputs))
        return self._function(scope, node)

    def _value(self, name: str) -> str | Callable[[nn.Module], Any]:
        if name not in self.graph.constants:
            is_tensor = not name or name in self.shapes
            return name if is_tensor else lambda _: self.sizes.values[name]
        value = constant(self.graph.constants[name])
        return lambda _: value

    def _function(self, scope: Scope, node: Node) -> Step:
        function = _named(node, self.graph.opset)
        inputs = tuple(self._argument(scope, node, name) for name in node.inputs)
        sizes = {name for name in node.outputs if name not in self.shapes}
        return Step(lambda _: function, inputs, tuple(node.outputs), sizes)

    def _argument(self, scope: Scope, node: Node, name: str) -> str | Callable[[nn.Module], Any]:
        """A value, a constant, or a parameter of the module."""
        if name not in self.graph.constants or not self._is_state(node, name):
            return self._value(name)
        path = self._parameter(scope.path, node, name)
        return attrgetter(_inside(path, scope.path))

    def _is_state(self, node: Node, name: str) -> bool:
        """Whether a constant is a tensor of the checkpoint."""
        tensor = self.graph.constants[name]
        if ops()[node.op].kind(node.inputs.index(name)) == "Setting":
            return False
        maker = MAKERS.get(node.op)
        if maker is not None and name in maker.weights_of(node) and tensor.is_floating_point():
            return True
        if not self.graph.is_named(name):
            return tensor.numel() > SMALL
        return tensor.is_floating_point() or tensor.numel() > SMALL

    def _parameter(self, scope: str, node: Node, name: str) -> str:
        """The path of a parameter that a node in a scope reads; it is made if it is new."""
        if (scope, name) in self.weights:
            return self.weights[scope, name]
        inside = clean(name) if is_path(name) else ""
        if not inside.startswith(f"{scope}.") and scope:
            inside = f"{scope}.{self._last(node, name)}"
        elif not inside:
            inside = self._last(node, name)
        path = next(
            p for p in (inside, *(f"{inside}{i}" for i in range(2, 10**6))) if self._is_free(p)
        )
        tensor = self.graph.constants[name]
        home, _, last = path.rpartition(".")
        self._put_tensor(home, last, tensor)
        self.weights[scope, name] = path
        return path

    def _last(self, node: Node, name: str) -> str:
        """A name for a parameter: its own, or that of a weight."""
        if is_path(name):
            return clean(name.rpartition(".")[2])
        maker = MAKERS.get(node.op)
        if maker is None or name not in maker.weights_of(node):
            return "table"
        weight = maker.weights[maker.weights_of(node).index(name)]
        bias = next((n for n in node.inputs if n.endswith("_bias") and is_path(n)), None)
        if weight == "weight" and bias is not None:
            return clean(f"{bias.rpartition('.')[2].removesuffix('bias')}weight")
        return weight

    def _is_free(self, path: str) -> bool:
        home, _, last = path.rpartition(".")
        around: Any = self.built[""]
        for name in home.split(".") if home else ():
            around = around._modules.get(name) if around is not None else None
        return around is None or not hasattr(around, last)

    def _put_tensor(self, home: str, name: str, tensor: Tensor) -> None:
        around = self.built[""]
        for part in home.split(".") if home else ():
            if part not in around._modules:
                around.add_module(part, nn.Module())
            around = around.get_submodule(part)
        if tensor.is_floating_point():
            around.register_parameter(name, nn.Parameter(tensor))
        else:
            around.register_buffer(name, tensor)


def _callable(path: str, module: nn.Module) -> Callable[..., Any]:
    """The submodule with a path. Attention is called as it is."""
    inner = module.get_submodule(path)
    if isinstance(inner, nn.MultiheadAttention):
        return lambda x: inner(x, x, x, need_weights=False)[0]
    return inner


def _inside(path: str, scope: str) -> str:
    return path.removeprefix(f"{scope}.") if scope else path


def _named(node: Node, opset: int) -> Callable[..., Any]:
    """The function of a node. What goes wrong in it names the node."""
    try:
        function = function_of(node, opset)
    except CannotRun as reason:
        raise CannotImport(f"{node.title} cannot be imported: {reason}") from None

    def compute(*values: Any) -> Any:
        try:
            return checked(function(*values))
        except CannotRun as reason:
            raise CannotImport(f"{node.title} cannot be imported: {reason}") from None
        except Exception as error:
            error.add_note(node.title)
            raise

    return compute


def _try(module: nn.Module, example: Sequence[Tensor]) -> None:
    """Runs a module. Raises CannotImport with the node that does not run."""
    try:
        with torch.no_grad():
            module(*example)
    except CannotImport:
        raise
    except Exception as error:  # PyTorch raises errors of many classes
        where = next(iter(getattr(error, "__notes__", ())), "the file")
        raise CannotImport(f"{where} does not run: {first_line(error)}") from None


# --- sequences --------------------------------------------------------------------------------


def is_sequence(scope: Scope, cls: str) -> bool:
    """Whether a scope pipes its input through modules with numbers, in order."""
    if len(scope.takes) != 1 or len(scope.gives) != 1:
        return False
    value, numbers = scope.takes[0], list[int]()
    for item in scope.items:
        if isinstance(item, Node):
            return False
        path = item.path
        inputs, outputs = _ports(item)
        last = path.removeprefix(f"{scope.path}.")
        if inputs != [value] or len(outputs) != 1 or "." in last:
            return False
        value = outputs[0]
        number = re.search(r"\d+$", last)
        numbers.append(int(number[0]) if number else -1)
    if value != scope.gives[0] or not numbers:
        return False
    return cls.endswith(".Sequential") or (numbers == sorted(set(numbers)) and -1 not in numbers)


def _ports(item: Layer | Scope) -> tuple[list[str], list[str]]:
    if isinstance(item, Scope):
        return item.takes, item.gives
    return MAKERS[item.node.op].piped(item.node), item.node.outputs


def _fill_gaps(root: nn.Module) -> None:
    """Numbers that a file leaves out are modules that do nothing outside of training."""
    for module in root.modules():
        if type(module) is not nn.Sequential:
            continue
        members = dict(module._modules)
        if not all(name.isdecimal() for name in members):
            continue
        last = max(map(int, members), default=-1)
        module._modules.clear()
        for number in range(last + 1):
            module.add_module(str(number), members.get(str(number)) or nn.Identity())
