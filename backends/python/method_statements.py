"""The kinds of statements in generated methods, and how they are walked and printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, TypeAlias

from ...compiler.dims import Size
from ...compiler.ir import Value
from ...compiler.lowering import (
    Attr,
    CallCode,
    Code,
    Device,
    Infix,
    Input,
    Prefix,
    Raw,
    Self,
    Subscript,
)
from ...grammar.record import Exact, Record, field
from ...grammar.source import Span
from .printing import Generator, Starred, print_code
from .wrapping import wrap


class Variable(Record):
    """A tensor of the graph that will become a local variable."""

    value: Value


class Hole(Record):
    """The place of a literal that may differ between instances of a block."""

    index: int


class Assignment(Exact):
    """``a, b = value``, or only ``value`` if there are no targets."""

    targets: tuple[str, ...]
    value: Code
    span: Span | None = field(default=None, compare=False, repr=False)


class Return(Exact):
    values: tuple[Code, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


class ForLoop(Exact):
    target: str
    iterable: Code
    body: tuple[Statement, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


class If(Exact):
    condition: Code
    body: tuple[Statement, ...]
    keyword: str = "if"
    span: Span | None = field(default=None, compare=False, repr=False)


Statement: TypeAlias = Assignment | Return | ForLoop | If
Leaf: TypeAlias = Callable[[Any, str], Code]
OnCall: TypeAlias = Callable[[CallCode], CallCode]
Positional: TypeAlias = Callable[[object], tuple[str, ...]]


def do(value: Code, span: Span | None = None) -> Assignment:
    """A call whose result is not used."""
    return Assignment((), value, span)


# --- walking --------------------------------------------------------------------------------


def is_literal(code: Code) -> bool:
    """A number, string, bool or None, or a tuple or list of these."""
    if isinstance(code, tuple | list):
        return bool(code) and all(map(is_literal, code))
    return code is None or isinstance(code, int | float | str)


def _nameless(function: object) -> tuple[str, ...]:  # noqa: ARG001
    return ()


def rebuild(
    code: Any,
    leaf: Leaf,
    hint: str = "",
    call: OnCall | None = None,
    positional: Positional = _nameless,
) -> Any:
    """The code or statement with each leaf replaced by ``leaf(part, hint)``, in the order of
    evaluation, and then each call by ``call(part)``.

    A leaf is a literal, tensor, size, hole or self. The hint is the keyword of the argument that
    it stands in; ``positional`` gives the keywords of a function's positional arguments.
    """
    return _Rebuilder(leaf, call or (lambda c: c), positional).code(code, hint)


class _Rebuilder(Record):
    leaf: Leaf
    on_call: OnCall
    positional: Positional

    def code(self, code: Any, hint: str = "") -> Any:
        if is_literal(code) or isinstance(code, Variable | Hole | Input | Self | Size | Device):
            return self.leaf(code, hint)
        match code:
            case CallCode():
                return self.on_call(self.call(code, hint))
            case Attr(value, name):
                return Attr(self.code(value, hint), name)
            case Infix(operator, left, right):
                return Infix(operator, self.code(left, hint), self.code(right, hint))
            case Prefix(operator, operand):
                return Prefix(operator, self.code(operand, hint))
            case Subscript(value, items):
                return Subscript(self.code(value, hint), self.all(items, hint))
            case Starred(value):
                return Starred(self.code(value, hint))
            case Generator(element, target, iterable):
                return Generator(self.code(element, hint), target, self.code(iterable, hint))
            case slice():
                parts = (code.start, code.stop, code.step)
                return slice(*(None if p is None else self.code(p, hint) for p in parts))
            case dict():
                return {k: self.code(v, hint) for k, v in code.items()}
            case tuple() | list():
                return type(code)(self.all(code, hint))
            case Assignment() | Return() | ForLoop() | If():
                return self.statement(code)
        return code

    def all(self, codes: Iterable[Any], hint: str = "") -> tuple[Any, ...]:
        return tuple(self.code(c, hint) for c in codes)

    def call(self, code: CallCode, hint: str) -> CallCode:
        function = code.function
        callee = function if isinstance(function, str) else self.code(function, hint)
        hints = (*self.positional(function), *[hint] * len(code.args))
        args = tuple(self.code(a, h) for a, h in zip(code.args, hints, strict=False))
        return CallCode(callee, args, tuple((k, self.code(v, k)) for k, v in code.kwargs))

    def statement(self, statement: Statement) -> Statement:
        match statement:
            case Assignment():
                return statement.replace(value=self.code(statement.value))
            case Return():
                return statement.replace(values=self.all(statement.values))
            case ForLoop():
                iterable = self.code(statement.iterable)
                return statement.replace(iterable=iterable, body=self.all(statement.body))
            case If():
                condition = self.code(statement.condition)
                return statement.replace(condition=condition, body=self.all(statement.body))


def variables(code: Any) -> list[Value]:
    """The tensors that a code mentions, in the order of evaluation."""
    values: list[Value] = []

    def leaf(part: Any, hint: str) -> Any:  # noqa: ARG001
        if isinstance(part, Variable):
            values.append(part.value)
        return part

    rebuild(code, leaf)
    return values


def size(code: Any) -> int:
    """The number of names, literals and operators in a code."""
    match code:
        case CallCode(function, args, kwargs):
            callee = 0 if isinstance(function, str) else size(function)
            return 1 + callee + sum(map(size, args)) + sum(size(v) for _, v in kwargs)
        case Attr(value, _) | Prefix(_, value) | Starred(value):
            return 1 + size(value)
        case Infix(_, left, right):
            return 1 + size(left) + size(right)
        case Subscript(value, items):
            return size(value) + sum(map(size, items))
        case tuple() | list():
            return sum(map(size, code))
        case slice():
            return size((code.start, code.stop, code.step))
    return code is not None


def replace_variables(code: Any, replacement: Callable[[Value], Code]) -> Any:
    return rebuild(code, lambda p, _: replacement(p.value) if isinstance(p, Variable) else p)


def replace_calls(code: Any, replacement: OnCall) -> Any:
    """The code or statement with each call replaced, the inner ones first."""
    return rebuild(code, lambda part, _: part, call=replacement)


def typed(statements: Iterable[Statement], modules: Mapping[str, str]) -> Iterator[Statement]:
    """The statements with module expressions that type checkers accept, as ``modules`` gives them
    for the plain ones, in loops too."""

    def on_call(call: CallCode) -> CallCode:
        if isinstance(call.function, Raw) and call.function.text in modules:
            return call.replace(function=Raw(modules[call.function.text]))
        return call

    for statement in statements:
        replaced: Statement = replace_calls(statement, on_call)
        if isinstance(replaced, ForLoop):
            replaced = replaced.replace(
                iterable=_members(replaced.iterable), body=tuple(typed(replaced.body, {}))
            )
        yield replaced


def _members(iterable: Code) -> Code:
    """The iterable of a loop. For type checkers, a module inside another one is not iterable, but
    its ``children()`` are."""
    nested = isinstance(iterable, Raw) and iterable.text.endswith(("]", ")"))
    return CallCode(Attr(iterable, "children")) if nested else iterable


# --- printing -------------------------------------------------------------------------------


def lines(statement: Statement, indent: int, *, places: bool) -> Iterator[str]:
    """The lines of a statement. ``places`` adds the spec's line as a comment."""
    match statement:
        case ForLoop(target, iterable, body):
            yield from _line(f"for {target} in {_text(iterable)}:", indent, statement, places)
            for inner in body:
                yield from lines(inner, indent + 1, places=places)
        case If(condition, body, keyword):
            yield from _line(f"{keyword} {_text(condition)}:", indent, statement, places)
            for inner in body:
                yield from lines(inner, indent + 1, places=places)
        case Return(values):
            yield from _line(f"return {', '.join(map(_text, values))}", indent, statement, places)
        case Assignment(targets, value):
            several = isinstance(value, tuple) and len(targets) > 1
            text = ", ".join(map(_text, value)) if several else _text(value)
            bound = f"{', '.join(targets)} = " if targets else ""
            yield from _line(bound + text, indent, statement, places)


def _text(code: Code) -> str:
    return print_code(code, (), "self")


def _line(text: str, indent: int, statement: Statement, places: bool) -> list[str]:
    wrapped = wrap(text, indent)
    if places and statement.span is not None:
        wrapped[0] += f"  # {place(statement.span)}"
    return wrapped


def place(span: Span) -> str:
    """``resnet.net:12``, safe inside a comment."""
    file = PurePath(span.source.name).name
    return "".join(c if c.isprintable() else "?" for c in f"{file}:{span.line}")
