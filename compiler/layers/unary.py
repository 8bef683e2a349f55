"""Functions of each element of one tensor (torch.exp and the like)."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..formulas import Number, code
from ..layer import Category, Example, Layer, Refused
from ..lifting import CannotLift, Lift, Lifted, OpCall, dtype_word
from ..lowering import Input, Lowering, Prefix, function, given, method
from ..types import TensorType
from .operands import (
    need_float,
    promote,
    refuse_bool,
)


class Function(Layer):
    """Base: a function of each element."""

    category: ClassVar[Category] = "math"
    elementwise = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    def infer(self, x: TensorType) -> TensorType:
        return x if x.dtype == "complex" else x.with_dtype("float")

    def lower(self, _: TensorType) -> Lowering:
        return function(f"torch.{self.word}", Input(0))


class Numeric(Function):
    """Base: a function that gives ints for ints."""

    def infer(self, x: TensorType) -> TensorType:
        refuse_bool(self.word, x)
        return x


class FloatOnly(Function):
    """Base: a function of floats."""

    def infer(self, x: TensorType) -> TensorType:
        need_float(self.word, x)
        return x


class Question(Function):
    """Base: a question about each element."""

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("bool")


class Exp(Function):
    """``e ** x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.exp.html
    """

    word = "exp"
    complexes = True
    examples = (Example("exp", "3x8"),)


class Exp2(Function):
    """``2 ** x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.exp2.html
    """

    word = "exp2"
    examples = (Example("exp2", "3x8"),)


class Expm1(Function):
    """``exp(x) - 1``, exact near 0, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.expm1.html
    """

    word = "expm1"
    examples = (Example("expm1", "3x8"),)


class Log(Function):
    """The natural logarithm, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.log.html
    """

    word = "log"
    examples = (Example("log", "3x8"),)


class Log2(Function):
    """The logarithm to base 2, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.log2.html
    """

    word = "log2"
    examples = (Example("log2", "3x8"),)


class Log10(Function):
    """The logarithm to base 10, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.log10.html
    """

    word = "log10"
    examples = (Example("log10", "3x8"),)


class Log1p(Function):
    """``log(1 + x)``, exact near 0, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.log1p.html
    """

    word = "log1p"
    examples = (Example("log1p", "3x8"),)


class Sqrt(Function):
    """The square root, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.sqrt.html
    """

    word = "sqrt"
    examples = (Example("sqrt", "3x8"),)


class Rsqrt(Function):
    """``1 / sqrt(x)``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.rsqrt.html
    """

    word = "rsqrt"
    examples = (Example("rsqrt", "3x8"),)


class Reciprocal(Function):
    """``1 / x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.reciprocal.html
    """

    word = "reciprocal"
    examples = (Example("reciprocal", "3x8"),)


class Sin(Function):
    """The sine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.sin.html
    """

    word = "sin"
    examples = (Example("sin", "3x8"),)


class Cos(Function):
    """The cosine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.cos.html
    """

    word = "cos"
    examples = (Example("cos", "3x8"),)


class Tan(Function):
    """The tangent, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.tan.html
    """

    word = "tan"
    examples = (Example("tan", "3x8"),)


class Asin(Function):
    """The inverse sine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.asin.html
    """

    word = "asin"
    examples = (Example("asin", "3x8"),)


class Acos(Function):
    """The inverse cosine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.acos.html
    """

    word = "acos"
    examples = (Example("acos", "3x8"),)


class Atan(Function):
    """The inverse tangent, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.atan.html
    """

    word = "atan"
    examples = (Example("atan", "3x8"),)


class Sinh(Function):
    """The hyperbolic sine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.sinh.html
    """

    word = "sinh"
    examples = (Example("sinh", "3x8"),)


class Cosh(Function):
    """The hyperbolic cosine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.cosh.html
    """

    word = "cosh"
    examples = (Example("cosh", "3x8"),)


class Asinh(Function):
    """The inverse hyperbolic sine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.asinh.html
    """

    word = "asinh"
    examples = (Example("asinh", "3x8"),)


class Acosh(Function):
    """The inverse hyperbolic cosine, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.acosh.html
    """

    word = "acosh"
    examples = (Example("acosh", "3x8"),)


class Atanh(Function):
    """The inverse hyperbolic tangent, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.atanh.html
    """

    word = "atanh"
    examples = (Example("atanh", "3x8"),)


class Sinc(Function):
    """``sin(pi x) / (pi x)``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.sinc.html
    """

    word = "sinc"
    examples = (Example("sinc", "3x8"),)


class Erf(Function):
    """The error function, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.erf.html
    """

    word = "erf"
    examples = (Example("erf", "3x8"),)


class Erfc(Function):
    """``1 - erf(x)``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.erfc.html
    """

    word = "erfc"
    examples = (Example("erfc", "3x8"),)


class Erfinv(Function):
    """The inverse of the error function, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.erfinv.html
    """

    word = "erfinv"
    examples = (Example("erfinv", "3x8"),)


class Lgamma(Function):
    """The logarithm of the gamma function's absolute value, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.lgamma.html
    """

    word = "lgamma"
    examples = (Example("lgamma", "3x8"),)


class Digamma(Function):
    """The derivative of ``lgamma``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.digamma.html
    """

    word = "digamma"
    examples = (Example("digamma", "3x8"),)


class Abs(Numeric):
    """The absolute value, elementwise; of complex numbers, their lengths as floats.

    https://docs.pytorch.org/docs/stable/generated/torch.abs.html
    """

    word = "abs"
    complexes = True
    examples = (Example("abs", "3x8"), Example("abs", "3x8 complex"))

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("float") if x.dtype == "complex" else super().infer(x)


class Floor(Numeric):
    """The largest whole number that is not above ``x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.floor.html
    """

    word = "floor"
    examples = (Example("floor", "3x8"),)


class Ceil(Numeric):
    """The smallest whole number that is not below ``x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.ceil.html
    """

    word = "ceil"
    examples = (Example("ceil", "3x8"),)


class Round(Numeric):
    """The nearest whole number, elementwise; of two that are as near, the even one.

    https://docs.pytorch.org/docs/stable/generated/torch.round.html
    """

    word = "round"
    examples = (Example("round", "3x8"),)


class Trunc(Numeric):
    """The whole part of ``x``, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.trunc.html
    """

    word = "trunc"
    examples = (Example("trunc", "3x8"),)


class Frac(FloatOnly):
    """The part of ``x`` after the point, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.frac.html
    """

    word = "frac"
    examples = (Example("frac", "3x8"),)


class Isnan(Question):
    """Whether each element is not a number, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.isnan.html
    """

    word = "isnan"
    examples = (Example("isnan", "3x8"),)


class Isinf(Question):
    """Whether each element is infinite, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.isinf.html
    """

    word = "isinf"
    examples = (Example("isinf", "3x8"),)


class Isfinite(Question):
    """Whether each element is neither infinite nor not a number, elementwise.

    https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html
    """

    word = "isfinite"
    examples = (Example("isfinite", "3x8"),)


class Neg(Function):
    """``-x``.

    https://docs.pytorch.org/docs/stable/generated/torch.neg.html
    """

    word = "neg"
    complexes = True
    examples = (Example("neg", "3x8"),)

    def infer(self, x: TensorType) -> TensorType:
        refuse_bool("`-`", x, help="`logical_not` inverts a mask")
        return x

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=Prefix("-", Input(0)))

    def caption(self) -> tuple[str, str]:
        return "−", ""


class Square(Function):
    """``x * x``.

    https://docs.pytorch.org/docs/stable/generated/torch.square.html
    """

    word = "square"
    complexes = True
    examples = (Example("square", "3x8"),)

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype(promote(x, 2))

    def caption(self) -> tuple[str, str]:
        return "x²", ""


class Sign(Function):
    """-1, 0 or 1.

    https://docs.pytorch.org/docs/stable/generated/torch.sign.html
    """

    word = "sign"
    examples = (Example("sign", "3x8"),)

    def infer(self, x: TensorType) -> TensorType:
        return x


def _inverted(call: OpCall) -> Lifted:
    if call.type("self").dtype != "bool":
        raise CannotLift("the bits of ints have no counterpart")
    return Lifted(LogicalNot(), (call["self"],))


class LogicalNot(Question):
    """True where ``x`` is false (or 0).

    https://docs.pytorch.org/docs/stable/generated/torch.logical_not.html
    """

    word = "logical_not"
    lifts = (Lift(), Lift("bitwise_not", _inverted))
    examples = (Example("logical_not", "8 bool"),)

    def lower(self, x: TensorType) -> Lowering:
        if x.dtype == "bool":
            return Lowering(forward=Prefix("~", Input(0)))
        return function("torch.logical_not", Input(0))


class NanToNum(Function):
    """Replaces NaN by ``nan``, infinities by ``posinf`` and ``neginf`` (by
    default the largest and smallest floats).

    https://docs.pytorch.org/docs/stable/generated/torch.nan_to_num.html
    """

    word = "nan_to_num"
    lifts = (Lift(),)
    examples = (Example("nan_to_num(0.0)", "3x8"),)

    nan: float = 0.0
    posinf: float | None = None
    neginf: float | None = None

    def infer(self, x: TensorType) -> TensorType:
        return x

    def lower(self, _: TensorType) -> Lowering:
        settings = given(
            nan=(self.nan, 0.0), posinf=(self.posinf, None), neginf=(self.neginf, None)
        )
        return function("torch.nan_to_num", Input(0), **settings)


class Clamp(Function):
    """Limits every element to [``min``, ``max``]; either may be left out.

    https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """

    word = "clamp"
    lifts = (Lift("clamp.default clip.default clamp_min.default clamp_max.default"),)
    examples = (Example("clamp(0, 6)", "3x8"), Example("clamp(min=1e-6)", "3x8"))

    min: Number | None = None
    max: Number | None = None

    @property
    def bounds(self) -> dict[str, Number]:
        both = {"min": self.min, "max": self.max}
        return {name: bound for name, bound in both.items() if bound is not None}

    def infer(self, x: TensorType) -> TensorType:
        if not self.bounds:
            raise Refused("clamp needs `min` or `max`", help="`clamp(0, 1)` or `clamp(min=0)`")
        return x.with_dtype(promote(x, *self.bounds.values()))

    def lower(self, _: TensorType) -> Lowering:
        bounds = {name: code(bound) for name, bound in self.bounds.items()}
        return Lowering(forward=method(Input(0), "clamp", **bounds))

    def caption(self) -> tuple[str, str]:
        low, high = self.bounds.get("min", "−∞"), self.bounds.get("max", "∞")
        return "clamp", f"[{low}, {high}]"


def _converted(call: OpCall) -> Lifted:
    """The cast to another dtype; a change of the device or the memory is none."""
    dtype = call.type("self").dtype
    wanted = call.type("other").dtype if "other" in call else dtype
    if call.get("dtype") is not None:
        wanted = dtype_word(call["dtype"])
    return call.unchanged() if wanted == dtype else call.cast(wanted, call["self"])


class Cast(Layer):
    """Converts to a dtype: ``cast(float)``, ``cast(int)`` (towards zero), ``cast(bool)`` (not 0).

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
    """

    word = "cast"
    aliases = ("to",)
    category = "math"
    elementwise = True
    lifts = (Lift("to type_as _to_copy", _converted),)
    examples = (Example("cast(float)", "8 int"), Example("cast(bool)", "8"))

    dtype: Literal["float", "int", "bool"]

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype(self.dtype)

    def lower(self, x: TensorType) -> Lowering:
        # Not `.float()` on floats: that would undo a model's half precision.
        if x.dtype == self.dtype:
            return Lowering(forward=Input(0))
        names = {"float": "float", "int": "long", "bool": "bool"}
        return Lowering(forward=method(Input(0), names[self.dtype]))

    def caption(self) -> tuple[str, str]:
        return f"to {self.dtype}", ""


class Detach(Layer):
    """The same values, cut off from the gradient.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html
    """

    word = "detach"
    complexes = True
    category = "math"
    elementwise = True
    lifts = (Lift(),)
    examples = (Example("detach", "3x8"),)

    def infer(self, x: TensorType) -> TensorType:
        return x

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=method(Input(0), "detach"))
