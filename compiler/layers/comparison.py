"""Comparisons of tensors, elementwise: the results are bools (torch.gt and the like)."""

from __future__ import annotations

from ..layer import Example
from ..types import Dtype
from .elementwise import Operator
from .operands import Operand


class Comparison(Operator):
    """Base: compares the input with ``other``, a number or a tensor, or two piped tensors."""

    def dtype(self, *_: Operand) -> Dtype:
        return "bool"


class Gt(Comparison):
    """Whether the first is greater: ``x > gt(0)``, ``[a, b] > gt``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.gt.html
    """

    word = "gt"
    symbol = ">"
    examples = (Example("gt(0)", "3x8"), Example("gt", "8", "8"))


class Ge(Comparison):
    """Whether the first is greater or equal: ``a >= b``, ``x > ge(0)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.ge.html
    """

    word = "ge"
    symbol = ">="
    sign = "≥"
    examples = (Example("ge(0)", "3x8"), Example("ge(a)", "8", a="8"))


class Lt(Comparison):
    """Whether the first is less: ``a < b``, ``x > lt(0)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.lt.html
    """

    word = "lt"
    symbol = "<"
    examples = (Example("lt(0)", "3x8"),)


class Le(Comparison):
    """Whether the first is less or equal: ``a <= b``, ``x > le(0)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.le.html
    """

    word = "le"
    symbol = "<="
    sign = "≤"
    examples = (Example("le(0)", "3x8"),)


class Eq(Comparison):
    """Whether the two are equal: ``a == b``, ``x > eq(0)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.eq.html
    """

    word = "eq"
    symbol = "=="
    sign = "="
    examples = (Example("eq(0)", "8 int"),)


class Ne(Comparison):
    """Whether the two differ: ``a != b``, ``x > ne(0)``. Shapes broadcast.

    https://docs.pytorch.org/docs/stable/generated/torch.ne.html
    """

    word = "ne"
    symbol = "!="
    sign = "≠"
    examples = (Example("ne(0)", "8 int"),)
