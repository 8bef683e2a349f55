"""Several nodes that are one layer become one node: PyTorch's exporters take layers apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from .onnx_graph import Graph, Node, owner

Pattern: TypeAlias = "Callable[[_View, Node], Node | None]"


def fuse(graph: Graph) -> None:
    """Replaces the nodes of each known pattern by one. A pattern is found at its last node."""
    for pattern in PATTERNS:
        view = _View(graph)
        for at, node in enumerate(graph.nodes):
            made = pattern(view, node)
            if made is not None:
                graph.nodes[at] = made
                view.makers.update(dict.fromkeys(made.outputs, made))
        graph.prune()


class _View:
    """A graph as patterns see it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.makers = graph.makers()
        self.uses = graph.uses()

    def maker(self, name: str, op: str, uses: int = 1) -> Node | None:
        """The node that makes a value, if it is such an op and the value is read so often."""
        node = self.makers.get(name)
        good = node is not None and node.op == op and self.uses[name] == uses
        return node if good else None

    def number(self, name: str) -> float | None:
        """A constant that is one number."""
        tensor = self.graph.constants.get(name)
        return float(tensor) if tensor is not None and tensor.numel() == 1 else None

    def is_number(self, name: str, value: float) -> bool:
        number = self.number(name)
        return number is not None and math.isclose(number, value, rel_tol=1e-4)

    def other(self, node: Node, value: float) -> str | None:
        """The other operand of a sum or product with this number."""
        for number, name in (node.inputs, node.inputs[::-1]):
            if self.is_number(number, value):
                return name
        return None

    def factors(self, node: Node) -> Iterator[str]:
        """The factors of a product of products."""
        for name in node.inputs:
            inner = self.maker(name, "Mul")
            if inner is None:
                yield name
            else:
                yield from self.factors(inner)


def _one(op: str, last: Node, *inputs: str, first: Node | None = None) -> Node:
    """A node in the place of others. Its scope is that of the first of them, if it is known."""
    return Node(op, last.name, list(inputs), last.outputs, {}, (first or last).scope)


def _pairs(node: Node) -> Iterator[tuple[str, str]]:
    """The operands of a sum or product, in both orders."""
    if len(node.inputs) == 2:
        a, b = node.inputs
        yield a, b
        yield b, a


# --- activations ------------------------------------------------------------------------------


def _gated(view: _View, node: Node) -> Node | None:
    """``x * sigmoid(x)`` and its kin."""
    if node.op != "Mul":
        return None
    for x, gate in _pairs(node):
        if (made := view.maker(gate, "Sigmoid")) and made.inputs == [x]:
            return _one("Silu", node, x)
        made = view.maker(gate, "HardSigmoid")
        if made is not None and made.inputs == [x] and _is_sixth(made.attributes.get("alpha")):
            return _one("HardSwish", node, x)
        made = view.maker(gate, "Tanh")
        inner = view.maker(made.inputs[0], "Softplus") if made is not None else None
        if inner is not None and inner.inputs == [x]:
            return _one("Mish", node, x)
    return None


def _is_sixth(value: float | None) -> bool:
    return value is not None and math.isclose(value, 1 / 6, rel_tol=1e-4)


def _gelu(view: _View, node: Node) -> Node | None:
    """``0.5 * x * (1 + erf(x / sqrt(2)))``, or the form with tanh."""
    if node.op != "Mul":
        return None
    factors = list(view.factors(node))
    others = [name for name in factors if not view.is_number(name, 0.5)]
    if len(factors) != 3 or len(others) != 2:
        return None
    for x, gate in (others, others[::-1]):
        added = view.maker(gate, "Add")
        inside = view.other(added, 1.0) if added is not None else None
        if inside is None:
            continue
        if (erf := view.maker(inside, "Erf")) and _halved(view, erf.inputs[0]) == x:
            return _one("Gelu", node, x)
        if (tanh := view.maker(inside, "Tanh")) and _cubic(view, tanh.inputs[0]) == x:
            made = _one("Gelu", node, x)
            made.attributes["approximate"] = "tanh"
            return made
    return None


def _halved(view: _View, name: str) -> str | None:
    """``x`` in ``x / sqrt(2)``."""
    if node := view.maker(name, "Div"):
        return node.inputs[0] if view.is_number(node.inputs[1], math.sqrt(2)) else None
    node = view.maker(name, "Mul")
    return view.other(node, math.sqrt(0.5)) if node is not None else None


def _cubic(view: _View, name: str) -> str | None:
    """``x`` in ``sqrt(2 / pi) * (x + 0.044715 * x**3)``."""
    node = view.maker(name, "Mul")
    inside = view.other(node, math.sqrt(2 / math.pi)) if node is not None else None
    added = view.maker(inside, "Add") if inside is not None else None
    for x, term in _pairs(added) if added is not None else ():
        scaled = view.maker(term, "Mul")
        cube = view.other(scaled, 0.044715) if scaled is not None else None
        power = view.maker(cube, "Pow") if cube is not None else None
        if power is not None and power.inputs[0] == x and view.is_number(power.inputs[1], 3):
            return x
        product = view.maker(cube, "Mul") if cube is not None else None
        if product is not None and sorted(view.factors(product)) == [x, x, x]:
            return x
    return None


# --- norms ------------------------------------------------------------------------------------


def _layer_norm(view: _View, node: Node) -> Node | None:
    """Mean, variance, scale and shift: the form before opset 17."""
    if node.op != "Add":
        return None
    for shift, scaled in _pairs(node):
        product = view.maker(scaled, "Mul")
        if shift not in view.graph.constants or product is None:
            continue
        for scale, normed in _pairs(product):
            found = _normalised(view, normed)
            if scale in view.graph.constants and found is not None:
                x, eps = found
                made = _one("LayerNormalization", node, x, scale, shift)
                made.attributes.update(axis=-view.graph.constants[scale].dim(), epsilon=eps)
                return made
    return None


def _normalised(view: _View, name: str) -> tuple[str, float] | None:
    """``x`` and ``eps`` in ``(x - mean) / sqrt(variance + eps)``."""
    node = view.maker(name, "Div")
    root = view.maker(node.inputs[1], "Sqrt") if node is not None else None
    if node is None or root is None:
        return None
    centred = view.maker(node.inputs[0], "Sub", 2)
    added = view.maker(root.inputs[0], "Add")
    if centred is None or added is None:
        return None
    mean = view.maker(centred.inputs[1], "ReduceMean")
    for squares, eps in _pairs(added):
        variance, number = view.maker(squares, "ReduceMean"), view.number(eps)
        square = view.maker(variance.inputs[0], "Pow") if variance is not None else None
        if square is None or mean is None or number is None:
            continue
        if square.inputs[0] == node.inputs[0] and mean.inputs[0] == centred.inputs[0]:
            return centred.inputs[0], number
    return None


def _group_norm(view: _View, node: Node) -> Node | None:
    """An instance norm of groups, which are put on an axis of their own, with scale and shift."""
    if node.op != "Add":
        return None
    for shift, scaled in _pairs(node):
        product = view.maker(scaled, "Mul")
        if shift not in view.graph.constants or product is None:
            continue
        for scale, normed in _pairs(product):
            back = view.maker(normed, "Reshape")
            if scale not in view.graph.constants or back is None:
                continue
            norm = view.maker(back.inputs[0], "InstanceNormalization")
            grouped = view.maker(norm.inputs[0], "Reshape") if norm is not None else None
            shape = view.graph.constants.get(grouped.inputs[1]) if grouped is not None else None
            if norm is None or grouped is None or shape is None or shape.numel() != 3:
                continue
            constants = view.graph.constants
            for name in (scale, shift):  # [C, 1, 1]
                constants[name] = constants[name].flatten()
            made = _one("GroupNorm", node, grouped.inputs[0], scale, shift)
            made.attributes["num_groups"] = int(shape[1])
            made.attributes["epsilon"] = norm.attributes.get("epsilon", 1e-5)
            return made
    return None


# --- products ---------------------------------------------------------------------------------


def _linear(view: _View, node: Node) -> Node | None:
    """A product with a constant matrix."""
    if node.op not in ("MatMul", "Gemm"):
        return None
    constants = view.graph.constants
    matrix = constants.get(node.inputs[1])
    if matrix is None or matrix.dim() != 2 or not matrix.is_floating_point():
        return None
    attributes = node.attributes
    if node.op == "Gemm":
        plain = attributes.get("alpha", 1.0) == attributes.get("beta", 1.0) == 1.0
        if attributes.get("transA") or not plain:
            return None
        bias = constants.get(node.inputs[2]) if len(node.inputs) > 2 else None
        if len(node.inputs) > 2 and (bias is None or bias.dim() != 1):
            return None
    weight = node.inputs[1]
    if node.op == "MatMul" or not attributes.get("transB"):
        if owner(weight, "weight") and view.graph.is_named(weight):
            return None  # the model itself has it the other way round
        weight = _transposed(view.graph, weight)
    return _one("Linear", node, node.inputs[0], weight, *node.inputs[2:])


def _transposed(graph: Graph, name: str) -> str:
    """The name of a constant matrix that is transposed."""
    if name in graph.transposed:
        return graph.transposed[name]
    new, tensor = f"{name}^T", graph.constants[name].t()
    for other, known in graph.constants.items():
        if known.shape == tensor.shape and owner(other, "weight") and known.equal(tensor):
            return other  # a weight that two layers share
    graph.constants[new] = tensor.contiguous()
    if name in graph.literals:
        graph.literals.add(new)
    return new


def _with_bias(view: _View, node: Node) -> Node | None:
    """A product with a constant matrix and a sum with a constant."""
    if node.op != "Add":
        return None
    constants = view.graph.constants
    for bias, product in _pairs(node):
        linear = view.maker(product, "Linear")
        if linear is None or len(linear.inputs) > 2 or bias not in constants:
            continue
        weight = constants[linear.inputs[1]]
        if constants[bias].shape == weight.shape[:1]:
            return _one("Linear", node, *linear.inputs, bias, first=linear)
    return None


def _embedding(view: _View, node: Node) -> Node | None:
    """Rows of a constant matrix of floats."""
    if node.op != "Gather" or node.attributes.get("axis", 0) != 0:
        return None
    constants = view.graph.constants
    matrix = constants.get(node.inputs[0])
    if matrix is None or matrix.dim() != 2 or not matrix.is_floating_point():
        return None
    if node.inputs[0] in view.graph.literals or node.inputs[1] in constants:
        return None
    return _one("Embedding", node, *node.inputs)


def _without_zeros(view: _View, node: Node) -> Node | None:
    """A convolution without its bias, if an exporter has made up one of zeros."""
    if node.op not in ("Conv", "ConvTranspose") or len(node.inputs) < 3:
        return None
    bias = view.graph.constants.get(node.inputs[2])
    if bias is None or view.graph.is_named(node.inputs[2]) or bool(bias.any()):
        return None
    made = _one(node.op, node, *node.inputs[:2])
    made.attributes = node.attributes
    return made


PATTERNS: Final[tuple[Pattern, ...]] = (
    _without_zeros,
    _linear,
    _with_bias,
    _embedding,
    _gated,
    _gelu,
    _layer_norm,
    _group_norm,
)
