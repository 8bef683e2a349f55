"""Arithmetic and functions on each element (torch.add, torch.maximum and the like)."""

from __future__ import annotations

from functools import reduce
from typing import Any, ClassVar, TypeGuard

from ..dims import Dim, Size
from ..formulas import Number, code
from ..layer import Category, Example, Foreign, Layer, Made, Reach, Refused, Tensor
from ..lifting import CannotLift, Lift, Lifted, OpCall, is_infinite, items_at
from ..lowering import Code, Infix, Input, Lowering, call, function, method
from ..types import Dtype, TensorType
from .operands import (
    Operand,
    brief,
    common_shape,
    need_float,
    need_room,
    promote,
    refuse_bool,
    setting_code,
)

# --- lifting -----------------------------------------------------------------------------------


def lift_operator(call: OpCall) -> Lifted:
    """An operator of two tensors, or of one and a number, which is a setting."""
    first, second = list(call.arguments.values())[:2]
    if call.op.startswith("rsub"):
        first, second = second, first
    is_tensor = [call.tensor(operand) is not None for operand in (first, second)]
    second = _times(second, call.get("alpha"), is_tensor[1])
    if all(is_tensor):
        return Lifted(call.layer(), (first, second))
    if is_tensor[0]:
        return Lifted(call.layer(other=second), (first,))
    return Lifted(call.layer(other=first, reversed=True), (second,))


def _times(operand: Any, factor: Any, is_tensor: bool) -> Any:
    if factor in (None, 1):
        return operand
    return Lifted(Mul(other=factor), (operand,)) if is_tensor else operand * factor


def _plus(call: OpCall, word: str, a: str, b: str) -> Lifted:
    """A tensor plus what another layer makes of two, each with a factor."""
    # PyTorch multiplies before it makes an elementwise product, and after a product of matrices.
    first = _times(call[a], call.get("value"), True)
    other = _times(call.made(word, first, call[b]), call.get("alpha"), True)
    return Lifted(Add(), (_times(call["self"], call.get("beta"), True), other))


def _plus_product(call: OpCall) -> Lifted:
    if call.type("self").rank == 1 and call["alpha"] == call["beta"] == 1:
        raise CannotLift("`linear` computes it")
    return _plus(call, "matmul", "mat1", "mat2")


def _rounded(call: OpCall) -> Lifted:
    mode = call["rounding_mode"]
    call.layer = Floordiv if mode == "floor" else Div
    lifted = lift_operator(call)
    if mode != "trunc":
        return lifted
    if any(x is not None and x.dtype != "float" for x in map(call.tensor, lifted.piped)):
        raise CannotLift("a quotient of ints that is rounded towards 0 has no counterpart")
    return call.made("trunc", lifted)


def _difference(call: OpCall) -> Lifted:
    """The difference of each element and the one before it on an axis."""
    x, dim = call["self"], call["dim"]
    if call["n"] != 1:
        raise CannotLift("differences of differences have no counterpart")
    parts = [part for part in (call["prepend"], x, call["append"]) if part is not None]
    joined = call.made("concat", *parts, dim=dim) if len(parts) > 1 else x
    later = call.made("index", joined, items=items_at(dim, slice(1, None)))
    earlier = call.made("index", joined, items=items_at(dim, slice(None, -1)))
    return call.made("sub", later, earlier)


def _between(call: OpCall) -> Lifted:
    """A tensor between two others."""
    lifted, low, high = call["self"], call["min"], call["max"]
    if low is not None:
        lifted = Lifted(Maximum(), (lifted, low))
    if high is not None:
        lifted = Lifted(Minimum(), (lifted, high))
    assert isinstance(lifted, Lifted)
    return lifted


def of_bools(call: OpCall) -> dict[str, Any]:
    """Refuses ints, whose bits an op joins."""
    if call.type("self").dtype != "bool":
        raise CannotLift("the bits of ints have no counterpart")
    return {}


# --- operators -------------------------------------------------------------------------------


class Operator(Layer):
    """Base of the infix operators: two piped tensors, or one and ``other``, a tensor or a number.

    ``reversed`` puts ``other`` first; the compiler uses it for ``2 - x``.
    """

    category: ClassVar[Category] = "math"
    arity: ClassVar[tuple[int, int | None]] = (1, 2)
    elementwise = True
    positional = 1
    symbol: ClassVar[str]
    sign: ClassVar[str] = ""
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(read=lift_operator),)
    """The operator in a diagram, if it is another sign there."""

    other: Number | Tensor | None = None
    reversed: bool = False

    def operands(self, *inputs: TensorType) -> tuple[Operand, ...]:
        """All operands, in order. Raises Refused if there are too few or too many."""
        operands = inputs if self.other is None else (*inputs, self.other)
        if len(operands) < 2:
            raise Refused(
                f"{self.word} needs a second tensor or a number",
                help=f"`[a, b] > {self.word}` or `a {self.symbol} b`",
            )
        most = self.arity[1]
        if most is not None and len(operands) > most:
            raise Refused(
                f"{self.word} takes {most} operands, got {len(operands)}", setting="other"
            )
        return operands[::-1] if self.reversed else operands

    def infer(self, *inputs: TensorType) -> TensorType:
        operands = self.operands(*inputs)
        dtype = self.dtype(*operands)
        shape = common_shape(self.word, (o for o in operands if isinstance(o, TensorType)))
        return TensorType(shape, dtype)

    def dtype(self, *operands: Operand) -> Dtype:
        """The result's dtype. Raises Refused for operands that PyTorch refuses."""
        return promote(*operands)

    def lower(self, *inputs: TensorType) -> Lowering:
        self.operands(*inputs)
        codes: list[Code] = [Input(i) for i in range(len(inputs))]
        if self.other is not None:
            codes.append(setting_code(self, "other", len(inputs)))
        if self.reversed:
            codes.reverse()
        return Lowering(forward=reduce(lambda a, b: Infix(self.symbol, a, b), codes))

    def caption(self) -> tuple[str, str]:
        sign = self.sign or self.symbol
        if self.other is None or isinstance(self.other, TensorType):
            return sign, ""
        number = brief(self.other)
        return (f"{number} {sign}", "") if self.reversed else (f"{sign} {number}", "")


def _is_whole(number: object) -> TypeGuard[Dim]:
    return isinstance(number, int | Size) and not isinstance(number, bool)


def _shifted(reach: Reach | None, by: object) -> Reach | None:
    return (reach[0] + by, reach[1] + by) if reach is not None and _is_whole(by) else None


class Add(Operator):
    """The sum: ``a + b``, ``[a, b, c] > add``, ``x > add(1)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.add.html
    """

    word = "add"
    complexes = True
    foreign = (Foreign("add", ""),)
    role = "sum"
    symbol = "+"
    arity = (1, None)
    lifts = (
        Lift(read=lift_operator),
        Lift("addmm", _plus_product),
        Lift("baddbmm", lambda call: _plus(call, "matmul", "batch1", "batch2")),
        Lift("addcmul", lambda call: _plus(call, "mul", "tensor1", "tensor2")),
        Lift("addcdiv", lambda call: _plus(call, "div", "tensor1", "tensor2")),
    )
    examples = (Example("add", "3x8", "3x8"), Example("add(1)", "8"), Example("add(a)", "8", a="8"))

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return _shifted(how.taken, self.other)


class Sub(Operator):
    """The difference: ``a - b``, ``[a, b] > sub``, ``x > sub(1)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.sub.html
    """

    word = "sub"
    complexes = True
    symbol = "-"
    sign = "−"
    lifts = (
        Lift("sub subtract", lift_operator),
        Lift("rsub", lift_operator),
        Lift("diff", _difference),
    )
    examples = (Example("sub", "3x8", "3x8"), Example("sub(0.5)", "8"))

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        by = -self.other if _is_whole(self.other) and not self.reversed else None
        return _shifted(how.taken, by)

    def dtype(self, *operands: Operand) -> Dtype:
        refuse_bool("`-`", *operands, help="`logical_xor` tells where two masks differ")
        return promote(*operands)


class Mul(Operator):
    """The product, elementwise: ``a * b``, ``[a, b, c] > mul``, ``x > mul(0.5)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.mul.html
    """

    word = "mul"
    complexes = True
    foreign = (Foreign("mul", ""),)
    symbol = "*"
    sign = "×"
    arity = (1, None)
    examples = (Example("mul", "3x8", "3x8"), Example("mul(0.5)", "8"))


class Div(Operator):
    """The quotient: ``a / b``, ``[a, b] > div``, ``x > div(2)``. The result is never ints.

    https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """

    word = "div"
    complexes = True
    symbol = "/"
    sign = "÷"
    lifts = (Lift("div.Tensor div.Scalar true_divide", lift_operator),)
    examples = (Example("div", "3x8", "3x8"), Example("div(2)", "8 int"))

    def dtype(self, *operands: Operand) -> Dtype:
        return "complex" if promote(*operands) == "complex" else "float"


class Whole(Operator):
    """Base of the operators that divide whole numbers."""

    def dtype(self, *operands: Operand) -> Dtype:
        result = promote(*operands)
        if result == "bool":
            refuse_bool(f"`{self.symbol}`", *operands)
        if result == "int" and operands[1] == 0 and isinstance(operands[1], int):
            raise Refused(f"{self.word} cannot divide ints by 0", setting="other")
        return result


class Floordiv(Whole):
    """The quotient rounded down: ``a // b``, ``[a, b] > floordiv``, ``x > floordiv(2)``.

    https://docs.pytorch.org/docs/stable/generated/torch.floor_divide.html
    """

    word = "floordiv"
    symbol = "//"
    lifts = (
        Lift("floor_divide", lift_operator),
        Lift("div.Tensor_mode div.Scalar_mode", _rounded),
    )
    examples = (Example("floordiv(2)", "8 int"),)


class Mod(Whole):
    """The remainder, with the divisor's sign: ``a % b``, ``[a, b] > mod``, ``x > mod(2)``.

    https://docs.pytorch.org/docs/stable/generated/torch.remainder.html
    """

    word = "mod"
    symbol = "%"
    lifts = (Lift("remainder", lift_operator),)
    examples = (Example("mod(2)", "8 int"),)


class Pow(Operator):
    """The power: ``a ** b``, ``[a, b] > pow``, ``x > pow(2)``, ``2 ** x``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.pow.html
    """

    word = "pow"
    symbol = "**"
    examples = (Example("pow(2)", "3x8"), Example("pow", "8", "8"))

    def dtype(self, *operands: Operand) -> Dtype:
        result = promote(*operands)
        if result == "bool":
            refuse_bool("`**`", *operands)
        exponent = operands[1]
        if result == "int" and isinstance(exponent, int) and exponent < 0:
            raise Refused(
                f"ints to the power of {exponent} are not ints",
                code="E303",
                setting="other",
                help=f"a float exponent gives floats: `{exponent}.0`",
            )
        return result

    def caption(self) -> tuple[str, str]:
        if self.other is None or isinstance(self.other, TensorType):
            return "x ** y", ""
        number = brief(self.other)
        return (f"{number} ** x", "") if self.reversed else (f"x ** {number}", "")


# --- functions of two tensors ----------------------------------------------------------------


class Pair(Layer):
    """Base: a function of two tensors, both piped or the second as ``other``."""

    category: ClassVar[Category] = "math"
    arity: ClassVar[tuple[int, int | None]] = (1, 2)
    result: ClassVar[Dtype | None] = None
    """The result's dtype, if it is not the common dtype of the operands."""
    infix: ClassVar[str] = ""
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)
    """The operator that does the same with bools."""

    other: Number | Tensor | None = None

    def operands(self, *inputs: TensorType) -> tuple[TensorType, ...]:
        if self.other is not None and not isinstance(self.other, TensorType):
            raise Refused(f"{self.word} needs a tensor", setting="other", help=self.instead())
        operands = inputs if self.other is None else (*inputs, self.other)
        most = self.arity[1]
        if len(operands) < 2 or (most is not None and len(operands) > most):
            raise Refused(
                f"{self.word} needs two tensors, got {len(operands)}",
                help=f"`[a, b] > {self.word}` or `a > {self.word}(b)`",
            )
        return operands

    def instead(self) -> str:
        """The help for ``other`` that is a number."""
        return "`ones_like(x) * number` makes a tensor of a number"

    def infer(self, *inputs: TensorType) -> TensorType:
        operands = self.operands(*inputs)
        return TensorType(common_shape(self.word, operands), self.result or promote(*operands))

    def lower(self, *inputs: TensorType) -> Lowering:
        operands = self.operands(*inputs)
        codes: list[Code] = [Input(i) for i in range(len(operands))]
        if self.infix and all(o.dtype == "bool" for o in operands):
            return Lowering(forward=reduce(lambda a, b: Infix(self.infix, a, b), codes))
        return Lowering(forward=reduce(lambda a, b: call(f"torch.{self.word}", a, b), codes))


class Maximum(Pair):
    """The larger of each two elements: ``[a, b] > maximum``, ``a > maximum(b)``, or of more.

    https://docs.pytorch.org/docs/stable/generated/torch.maximum.html
    """

    word = "maximum"
    arity = (1, None)
    lifts = (Lift("maximum max.other"), Lift("clamp.Tensor", _between))
    examples = (Example("maximum", "3x8", "3x8"), Example("maximum(a)", "8", a="8"))

    def instead(self) -> str:
        return f"`clamp(min={self.other})`"


class Minimum(Pair):
    """The smaller of each two elements: ``[a, b] > minimum``, ``a > minimum(b)``, or of more.

    https://docs.pytorch.org/docs/stable/generated/torch.minimum.html
    """

    word = "minimum"
    arity = (1, None)
    lifts = (Lift("minimum min.other"),)
    examples = (Example("minimum", "3x8", "3x8"),)

    def instead(self) -> str:
        return f"`clamp(max={self.other})`"


class Atan2(Pair):
    """The angle of the point (b, a): ``[a, b] > atan2``.

    https://docs.pytorch.org/docs/stable/generated/torch.atan2.html
    """

    word = "atan2"
    result = "float"
    examples = (Example("atan2", "8", "8"),)


class Logaddexp(Pair):
    """``log(exp(a) + exp(b))`` without overflow: ``[a, b] > logaddexp``.

    https://docs.pytorch.org/docs/stable/generated/torch.logaddexp.html
    """

    word = "logaddexp"
    examples = (Example("logaddexp", "8", "8"),)

    def infer(self, *inputs: TensorType) -> TensorType:
        result = super().infer(*inputs)
        need_float(self.word, result, None)
        return result


class LogicalAnd(Pair):
    """True where all are: ``[a, b] > logical_and``. Numbers count as true unless they are 0.

    https://docs.pytorch.org/docs/stable/generated/torch.logical_and.html
    """

    word = "logical_and"
    arity = (1, None)
    result = "bool"
    infix = "&"
    lifts = (Lift(), Lift("__and__.Tensor bitwise_and.Tensor", of_bools))
    examples = (Example("logical_and", "8 bool", "8 bool"),)


class LogicalOr(Pair):
    """True where any is: ``[a, b] > logical_or``. Numbers count as true unless they are 0.

    https://docs.pytorch.org/docs/stable/generated/torch.logical_or.html
    """

    word = "logical_or"
    arity = (1, None)
    result = "bool"
    infix = "|"
    lifts = (Lift(), Lift("__or__.Tensor bitwise_or.Tensor", of_bools))
    examples = (Example("logical_or", "8 bool", "8 bool"),)


class LogicalXor(Pair):
    """True where the two differ: ``[a, b] > logical_xor``. Numbers count as true unless they are 0.

    https://docs.pytorch.org/docs/stable/generated/torch.logical_xor.html
    """

    word = "logical_xor"
    result = "bool"
    infix = "^"
    lifts = (Lift(), Lift("__xor__.Tensor bitwise_xor.Tensor", of_bools))
    examples = (Example("logical_xor", "8 bool", "8 bool"),)


class Lerp(Layer):
    """Goes from the first tensor to the second: ``a + weight * (b - a)``, written
    ``[a, b] > lerp(weight=0.3)`` or ``a > lerp(b, 0.3)``.

    https://docs.pytorch.org/docs/stable/generated/torch.lerp.html
    """

    word = "lerp"
    category = "math"
    arity = (1, 2)
    lifts = (Lift(),)
    examples = (Example("lerp(weight=0.3)", "8", "8"), Example("lerp(a, 0.3)", "8", a="8"))

    end: Tensor | None = None
    weight: float | Tensor | None = None

    def ends(self, *inputs: TensorType) -> tuple[TensorType, ...]:
        ends = inputs if self.end is None else (*inputs, self.end)
        if len(ends) != 2:
            raise Refused(
                f"lerp needs two tensors, got {len(ends)}",
                help="`[a, b] > lerp(weight=0.3)` or `a > lerp(b, 0.3)`",
            )
        if self.weight is None:
            raise Refused("lerp needs a weight", help="`lerp(b, 0.3)` goes 0.3 of the way to b")
        return ends

    def infer(self, *inputs: TensorType) -> TensorType:
        ends = self.ends(*inputs)
        weight = (self.weight,) if isinstance(self.weight, TensorType) else ()
        for operand in (*ends, *weight):
            need_float("lerp", operand, None)
        return TensorType(common_shape("lerp", (*ends, *weight)))

    def lower(self, *inputs: TensorType) -> Lowering:
        self.ends(*inputs)
        end = Input(1) if self.end is None else setting_code(self, "end", len(inputs))
        weight = setting_code(self, "weight", len(inputs))
        return function("torch.lerp", Input(0), end, weight)


def _chosen(call: OpCall, condition: str, a: str, b: str) -> Lifted:
    """A choice between tensors and numbers."""
    settings: dict[str, Any] = {}
    tensors: dict[str, Any] = {}
    for name, value in (("a", call[a]), ("b", call[b])):
        source = call.infinite(value) if is_infinite(value) else value
        type_ = TensorType(()) if isinstance(source, Lifted) else call.tensor(value)
        settings[name] = value if type_ is None else type_
        if type_ is not None:
            tensors[name] = source
    return Lifted(Where(**settings), (call[condition],), tensors)


def _filled(call: OpCall) -> dict[str, Any] | Lifted:
    value = call["value"]
    return _chosen(call, "mask", "value", "self") if is_infinite(value) else {"value": value}


class Where(Layer):
    """One of two by a condition: ``mask > where(a, b)`` is ``a`` where the mask is true, else
    ``b``; both tensors or numbers. Also ``[mask, a, b] > where``.

    https://docs.pytorch.org/docs/stable/generated/torch.where.html
    """

    word = "where"
    category = "math"
    arity = (1, 3)
    lifts = (
        Lift(
            "where.self where.ScalarOther where.ScalarSelf where.Scalar",
            lambda call: _chosen(call, "condition", "self", "other"),
        ),
        Lift("masked_fill.Tensor", lambda call: _chosen(call, "mask", "value", "self")),
    )
    examples = (Example("where(a, 0.0)", "8 bool", a="8"), Example("where", "8 bool", "8", "8"))

    a: Number | Tensor | None = None
    b: Number | Tensor | None = None

    def choices(self, *piped: TensorType) -> tuple[Operand, ...]:
        choices = (*piped, *(c for c in (self.a, self.b) if c is not None))
        if len(choices) != 2:
            raise Refused(
                f"where chooses between two values, got {len(choices)}",
                help="`mask > where(a, b)` is a where the mask is true, else b",
            )
        return choices

    def infer(self, condition: TensorType, *piped: TensorType) -> TensorType:
        if condition.dtype != "bool":
            raise Refused(
                f"where needs a bool condition, got {condition.dtype}s",
                code="E303",
                input=0,
                help="`x > gt(0) > where(a, b)`",
            )
        choices = self.choices(*piped)
        tensors = [c for c in choices if isinstance(c, TensorType)]
        return TensorType(common_shape("where", (condition, *tensors)), promote(*choices))

    def lower(self, *piped: TensorType) -> Lowering:
        self.choices(*piped[1:])
        count = len(piped)
        named = (n for n in ("a", "b") if getattr(self, n) is not None)
        settings = [setting_code(self, n, count) for n in named]
        return function("torch.where", *(Input(i) for i in range(count)), *settings)


class MaskedFill(Layer):
    """``value`` where the mask is true, the input elsewhere: ``x > masked_fill(mask, 0)``.

    As in PyTorch, true means *fill* here (attention masks say *keep*).

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
    """

    word = "masked_fill"
    category = "math"
    lifts = (Lift("masked_fill.Scalar", _filled),)
    examples = (Example("masked_fill(a, -1e9)", "8", a="8 bool"),)

    mask: Tensor
    value: Number

    def infer(self, x: TensorType) -> TensorType:
        if self.mask.dtype != "bool":
            raise Refused(
                f"masked_fill needs a bool mask, got {self.mask.dtype}s",
                code="E303",
                setting="mask",
                help="`mask > cast(bool)`",
            )
        need_room(x, self.value, "value")
        return x.with_shape(*common_shape("masked_fill", (x, self.mask)))

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=method(Input(0), "masked_fill", Input(1), code(self.value)))
