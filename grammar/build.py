"""Reductions to syntax: one method for each rule of net.lark, named like it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from . import syntax as s
from .diagnostics import Diagnostic
from .lalr import Token
from .operators import LEVEL
from .source import Source, Span

CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "none": None}
DTYPES: Final = ("int", "bool", "float")
ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
MAX_DIGITS: Final = 100

Place = Token | s.Node


class Builder:
    """Makes the nodes of one text.

    ``interpolate`` parses the expression between two offsets, for strings with ``{...}``.
    """

    def __init__(self, source: Source, interpolate: Callable[[int, int], s.Expr | None]) -> None:
        self.source = source
        self.interpolate = interpolate
        self.diagnostics: list[Diagnostic] = []
        self.actions = {
            name: getattr(self, name) for name in vars(type(self)) if not name.startswith("_")
        }

    def _span(self, first: Place, last: Place) -> Span:
        start = first.start if first.__class__ is Token else first.span.start  # type: ignore[union-attr]
        end = last.end if last.__class__ is Token else last.span.end  # type: ignore[union-attr]
        return Span(self.source, start, end)

    # --- statements ------------------------------------------------------------------------

    def file(self, c: list[Any]) -> tuple[s.Statement, ...]:
        return cast(tuple[s.Statement, ...], _nodes(c))

    def evaluation(self, c: list[Any]) -> s.ExpressionStatement:
        return s.ExpressionStatement(c[0], span=c[0].span)

    def assignment(self, c: list[Any]) -> s.Assign:
        return s.Assign(self._pattern(c[:-2]), c[-1], span=self._span(c[0], c[-1]))

    def _pattern(self, c: Sequence[Any]) -> s.Pattern:
        if len(c) == 1:
            return cast(s.Pattern, c[0])
        return s.Names(_nodes(c), span=self._span(c[0], c[-1]))

    def names(self, c: list[Any]) -> s.Names:
        return s.Names(_nodes(c), span=self._span(c[0], c[-1]))

    def require(self, c: list[Any]) -> s.Require:
        condition, *rest = _nodes(c)
        return s.Require(condition, rest[0] if rest else None, span=self._span(c[0], c[-1]))

    def default(self, c: list[Any]) -> s.Default:
        settings = tuple(x for x in c if isinstance(x, s.Setting))
        return s.Default(
            c[1].text, settings, layer_span=self._span(c[1], c[1]), span=self._span(c[0], c[-1])
        )

    def share(self, c: list[Any]) -> s.Share:
        return s.Share(
            c[1].text, c[-1], name_span=self._span(c[1], c[1]), span=self._span(c[0], c[-1])
        )

    def block(self, c: list[Any]) -> s.Block:
        kind, name, parameters, inputs, outputs, body = c[-6:]
        statements, braced, end = body
        return s.Block(
            kind.text,
            name.text,
            parameters,
            inputs,
            outputs,
            statements,
            braced,
            "\n".join(t.text.lstrip("#").strip() for t in c[:-6]),
            name_span=self._span(name, name),
            span=self._span(kind, end),
        )

    def parameters(self, c: list[Any]) -> tuple[s.Parameter, ...]:
        return _nodes(c)

    def parameter(self, c: list[Any]) -> s.Parameter:
        default = c[2] if len(c) > 1 else None
        return s.Parameter(c[0].text, default, span=self._span(c[0], c[-1]))

    def inputs(self, c: list[Any]) -> tuple[s.Port, ...] | None:
        return _nodes(c) or None

    outputs = inputs

    def port(self, c: list[Any]) -> s.Port:
        name = c[0].text if c[0].__class__ is Token else ""
        shape = next((x for x in c if isinstance(x, s.List)), None)
        dtype = next((x.text for x in c[1:] if x.__class__ is Token), None)
        return s.Port(name, shape.items if shape else None, dtype, span=self._span(c[0], c[-1]))

    def shape(self, c: list[Any]) -> s.List:
        return self.list_(c)

    def dtype(self, c: list[Any]) -> Token:
        return cast(Token, c[0])

    def body(self, c: list[Any]) -> tuple[tuple[s.Statement, ...], bool, Place]:
        if c[0].kind == "EQUAL":
            return (s.ExpressionStatement(c[1], span=c[1].span),), False, c[1]
        return _nodes(c), True, c[-1]

    def import_(self, c: list[Any]) -> s.Import:
        _, module, alias = c
        return s.Import(module.text, alias and alias.text, span=self._span(c[0], alias or module))

    def from_import(self, c: list[Any]) -> s.FromImport:
        pairs = tuple(x for x in c[3:] if x.__class__ is tuple)
        end = pairs[-1][1] or pairs[-1][0]
        names = tuple((name.text, alias and alias.text) for name, alias in pairs)
        return s.FromImport(c[1].text, names, span=self._span(c[0], end))

    def module(self, c: list[Any]) -> Token:
        first, last = c[0], c[-1]
        if first is last:
            return cast(Token, first)
        return Token("NAME", f"{first.text}.{last.text}", first.start, last.end)

    def alias(self, c: list[Any]) -> Token | None:
        return c[1] if c else None

    def imported(self, c: list[Any]) -> tuple[Token, Token | None]:
        return c[0], c[1]

    # --- expressions -----------------------------------------------------------------------

    def conditional(self, c: list[Any]) -> s.Conditional:
        then, _, condition, _, otherwise = c
        return s.Conditional(condition, then, otherwise, span=self._span(then, otherwise))

    def operation(self, c: list[Any]) -> s.Expr:
        """Operands and operators to a tree, by precedence: one loop, any length."""
        if len(c) == 1:
            return cast(s.Expr, c[0])
        operands: list[s.Expr] = []
        waiting: list[tuple[str, Token]] = []
        after_operand = False
        for item in c:
            if item.__class__ is s.LabelName:
                self._apply(operands, waiting, LEVEL["as"])
                body = operands[-1]
                operands[-1] = s.Labelled(body, item, span=self._span(body, item))
            elif item.__class__ is not Token:
                operands.append(item)
                after_operand = True
            elif item.kind != "AS":
                word = item.text if after_operand or item.kind == "NOT" else "unary -"
                if after_operand:
                    tighter = word == "**"  # to the right: a ** b ** c is a ** (b ** c)
                    self._apply(operands, waiting, LEVEL[word] + tighter)
                waiting.append((word, item))
                after_operand = False
        self._apply(operands, waiting, 0)
        return operands[0]

    def _apply(self, operands: list[s.Expr], waiting: list[tuple[str, Token]], level: int) -> None:
        """Bind the operators that are at least as tight as ``level``."""
        while waiting and LEVEL[waiting[-1][0]] >= level:
            word, token = waiting.pop()
            right = operands.pop()
            if word in ("not", "unary -"):
                operator = cast(Any, "not" if word == "not" else "-")
                node: s.Expr = s.Unary(operator, right, span=self._span(token, right))
            else:
                left = operands.pop()
                node = s.Binary(
                    cast(Any, word),
                    left,
                    right,
                    operator_span=self._span(token, token),
                    span=self._span(left, right),
                )
            operands.append(node)

    def label(self, c: list[Any]) -> s.LabelName:
        if len(c) > 1:
            label, _, index, end = c
            indices = (*label.indices, index)
            return s.LabelName(label.name, indices, span=self._span(label, end))
        (token,) = c
        name = self.text(c) if token.kind == "STRING" else token.text
        return s.LabelName(name, span=self._span(token, token))

    def attribute(self, c: list[Any]) -> s.Attribute:
        return s.Attribute(c[0], c[2].text, span=self._span(c[0], c[2]))

    def call(self, c: list[Any]) -> s.Call:
        given = _nodes(c[1:])
        settings = tuple(x for x in given if x.__class__ is s.Setting)
        arguments = tuple(x for x in given if x.__class__ is not s.Setting)
        return s.Call(c[0], arguments, settings, span=self._span(c[0], c[-1]))

    def setting(self, c: list[Any]) -> s.Setting:
        return s.Setting(c[0].text, c[2], span=self._span(c[0], c[2]))

    def index(self, c: list[Any]) -> s.Index:
        return s.Index(c[0], _nodes(c[1:]), span=self._span(c[0], c[-1]))

    def ellipsis(self, c: list[Any]) -> s.Ellipsis:
        return s.Ellipsis(span=self._span(c[0], c[0]))

    def slice(self, c: list[Any]) -> s.Slice:
        start, _, stop, *rest = c
        step = rest[1] if rest else None
        present = [x for x in c if x is not None]
        return s.Slice(start, stop, step, span=self._span(present[0], present[-1]))

    def bound(self, c: list[Any]) -> s.Expr | None:
        return c[0] if c else None

    def name(self, c: list[Any]) -> s.Name:
        return s.Name(c[0].text, span=self._span(c[0], c[0]))

    def number(self, c: list[Any]) -> s.Number:
        (token,) = c
        span = self._span(token, token)
        if len(token.text) > MAX_DIGITS:
            self._report("E107", f"a number has at most {MAX_DIGITS} digits", span)
            return s.Number(1, span=span)
        text = token.text.replace("_", "")
        value = int(text) if text.isdecimal() else float(text)
        if value == math.inf:
            self._report("E107", "this number is too large", span)
        return s.Number(value, span=span)

    def dims(self, c: list[Any]) -> s.Dims:
        (token,) = c
        return s.Dims(tuple(int(v) for v in token.text.split("x")), span=self._span(token, token))

    def constant(self, c: list[Any]) -> s.Constant:
        return s.Constant(CONSTANTS[c[0].text], span=self._span(c[0], c[0]))

    def paren(self, c: list[Any]) -> s.Paren:
        return s.Paren(c[1], span=self._span(c[0], c[2]))

    def list_(self, c: list[Any]) -> s.List:
        return s.List(_nodes(c), span=self._span(c[0], c[-1]))

    def comprehension(self, c: list[Any]) -> s.Comprehension:
        at = _find(c, "IN")
        condition = c[at + 3] if len(c) > at + 3 else None
        pattern = self._pattern(c[3:at])
        span = self._span(c[0], c[-1])
        return s.Comprehension(c[1], pattern, c[at + 1], condition, span=span)

    def for_(self, c: list[Any]) -> s.For:
        at = _find(c, "IN")
        pattern = self._pattern(c[1:at])
        return s.For(pattern, c[at + 1], _nodes(c[at + 2 :]), span=self._span(c[0], c[-1]))

    # --- strings ---------------------------------------------------------------------------

    def text(self, c: list[Any]) -> s.Text:
        (token,) = c
        span = self._span(token, token)
        return s.Text(tuple(self._parts(token.text[1:-1], token.start + 1)), span=span)

    def _parts(self, text: str, base: int) -> list[str | s.Expr]:
        parts: list[str | s.Expr] = []
        plain = ""
        for match in _PIECE.finditer(text):
            piece = match.group()
            if match.lastgroup == "inner":
                if plain:
                    parts.append(plain)
                plain = ""
                value = self.interpolate(base + match.start() + 1, base + match.end() - 1)
                if value is not None:
                    parts.append(value)
            else:
                plain += self._plain(piece)
        if plain:
            parts.append(plain)
        return parts

    def _plain(self, piece: str) -> str:
        if piece in ("{{", "}}"):
            return piece[0]
        if piece.startswith("\\"):
            return ESCAPES[piece[1]]
        return piece

    def _report(self, code: str, message: str, span: Span) -> None:
        self.diagnostics.append(Diagnostic(code, message, span))


_PIECE: Final = re.compile(
    r"\{\{|\}\}|\\.|(?P<inner>\{(?:[^{}\"']|\"[^\"]*\"|'[^']*')*\})|[^{}\\]+|[{}]"
)


def _nodes(children: Sequence[Any]) -> tuple[Any, ...]:
    """Without brackets, commas and line ends."""
    return tuple([x for x in children if x.__class__ is not Token])


def _find(children: Sequence[Any], kind: str) -> int:
    return next(i for i, x in enumerate(children) if x.__class__ is Token and x.kind == kind)
