"""Syntax to text in one style. Parsing the text gives the same syntax again.

A tree from the parser has its parentheses; in any other tree they are added as precedence needs
them. If the text of the tree is given, its comments are kept, and its line ends where they show how
parts belong together: between statements, before operators, between the items of brackets and after
an opening bracket. So what is printed is printed again as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, TypeGuard

from . import syntax as s
from .document import (
    HARD,
    SOFT,
    SPACE,
    STEP,
    Align,
    Based,
    Bracket,
    Document,
    Group,
    IfBroken,
    Link,
    Nest,
    render,
)
from .precedence import LEVEL
from .printable import escaped
from .syntax import LEAVES, children
from .written import Written

WIDTH: Final = 100
CALL: Final = LEVEL["call"]
# A line may start with any operator except these.
NEVER_FIRST: Final = frozenset({"-", "not in"})
_CONSTANTS: Final = {True: "true", False: "false", None: "none"}
_LITERAL: Final = r"(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_ANY_WIDTH: Final = 1_000_000_000


def print_file(file: s.File, text: str = "") -> str:
    """The file in our style. ``text`` is what it was parsed from, if its comments and lines are to
    be kept."""
    if not file.statements:
        return ""
    return render(_Printer(Written(text)).file(file), WIDTH)


def print_expression(expression: s.Expr) -> str:
    """The text of an expression, on one line."""
    return _Printer(Written("")).line(expression)


class _Printer:
    """Visits the nodes in the order of the text, since comments are taken in that order."""

    def __init__(self, written: Written) -> None:
        self.written = written

    # --- statements ------------------------------------------------------------------------

    def file(self, file: s.File) -> Document:
        head = self.written.head(file.statements[0].span.start)
        return (head, self._statements(file.statements, file.span.end))

    def _statements(self, statements: Sequence[s.Statement], end: int) -> Document:
        """Statements with the comments between them, and those before the end of their body."""
        parts: list[Document] = [self._statement(statements[0])]
        for above, statement in pairwise(statements):
            flat = HARD if self.written.text or not _apart(above, statement) else (HARD, HARD)
            parts.append(self.written.gap(above.span.end, statement.span.start, flat, blank=True))
            parts.append(self._statement(statement))
        return (*parts, self.written.tail(statements[-1].span.end, end, blank=True))

    def _statement(self, node: s.Statement) -> Document:
        span = node.span
        match node:
            case s.Assign():
                return (self._pattern(node.target), " = ", self._value(node.value))
            case s.ExpressionStatement():
                return self.expression(node.value)
            case s.Require():
                texts = (node.condition, node.message) if node.message else (node.condition,)
                return ("require ", Nest(self._row(self.expression, texts)))
            case s.Default():
                end = node.layer_span.end
                given = self._brackets("()", self._setting, node.settings, end, node.span.end - 1)
                return ("default ", node.layer, given)
            case s.Share():
                index = ("[", self.expression(node.index), "]") if node.index else ""
                return ("share ", node.name, index, " = ", self._value(node.value))
            case s.Import():
                return (self.written.before(span.end), "import ", _renamed(node.module, node.alias))
            case s.FromImport():
                first, *names = (_renamed(*pair) for pair in node.names)
                head = (self.written.before(span.end), f"from {node.module} import {first}")
                return (head, Nest(tuple((",", Link(SPACE, name)) for name in names)))
            case s.Extern():
                return (self._documentation(node), self._extern(node))
            case s.Block():
                return (self._documentation(node), self._block(node))

    def _value(self, node: s.Expr) -> Document:
        """The value after a ``=``."""
        if not self.written.comes(node.span.start):
            return self.expression(node)
        return Nest((self.written.opening(node.span.start), self.expression(node)))

    def _block(self, node: s.Block) -> Document:
        head, end = self._head(node), _head_end(node)
        if node.braced:
            return (head, " ", self._body(node.body, end, node.span.end))
        (body,) = node.body
        assert isinstance(body, s.ExpressionStatement)
        first = body.span.start
        if self.written.ends_line(first, body.span.end) and not self.written.opens(first):
            return (head, " = ", self.expression(body.value))
        gap = self.written.gap(end, first, SPACE, keep=False)
        return (head, Group((" =", Nest((gap, self._hanging(body.value))))))

    def _documentation(self, node: s.Block) -> Document:
        if self.written.text or not node.documentation:
            return ()  # in a text it is among the comments
        return tuple((f"## {line}".rstrip(), HARD) for line in node.documentation.split("\n"))

    def _hanging(self, node: s.Expr) -> Document:
        """The body of a block in a line of its own. If it has more lines, its operators hang
        outside, so that the operands are below one another."""
        if not _is_chain(node) or isinstance(_leftmost(node), s.List):
            return self.expression(node)
        first, links = self._chain(node)
        return Group((IfBroken("  "), first, *links))

    def _head(self, node: s.Block) -> Document:
        """A block up to its body."""
        name = (node.kind, " ", node.name)
        parameters = self._parameters(node)
        inputs: Document = "" if node.inputs is None else ": ()"
        if node.inputs:
            inputs = (": ", Nest(self._row(self._port, node.inputs)))
        outputs = (" -> ", Nest(self._row(self._port, node.outputs))) if node.outputs else ""
        return Group((name, parameters, inputs, outputs))

    def _parameters(self, node: s.Block) -> Document:
        """In lines of their own if the head of the block does not fit on its line."""
        # No line may end after the colon, so comments must be before it.
        end = node.inputs[0].span.start if node.inputs else 0
        if not node.parameters:
            tail = self.written.tail(node.name_span.end, end)
            return ("(", Nest(tail), HARD, ")") if tail else "()" * (node.kind == "extern")
        first, last = node.parameters[0].span.start, node.parameters[-1].span.end
        opening = self.written.opening(first) if self.written.comes(first) else SOFT
        row = self._row(self._parameter, node.parameters)
        return ("(", Nest((opening, row, self.written.tail(last, end))), SOFT, ")")

    def _extern(self, node: s.Extern) -> Document:
        head, end = self._head(node), node.target_span.end
        gap = self.written.gap(_head_end(node), node.target_span.start, SPACE, keep=False)
        facts: list[Document] = []
        for name, value in _facts(node):
            before = self.written.gap(end, value.span.start, SPACE)
            facts.append((",", Link(before, (name, "=", self.expression(value)))))
            end = value.span.end
        return Group((head, Nest((gap, '= "', node.target, '"', *facts))))

    def _parameter(self, node: s.Parameter) -> Document:
        return (node.name, "=", self.expression(node.default)) if node.default else node.name

    def _port(self, node: s.DeclaredPort) -> Document:
        axes = ("[", _joined(self._axes(node), ", "), "]")
        shape = "" if node.shape is None else axes
        dtype = f" {node.dtype}" if node.dtype else ""
        return ("*" if node.many else "", node.name, shape, dtype)

    def _axes(self, node: s.DeclaredPort) -> Iterable[Document]:
        """The axes; a default is written where its name comes next."""
        waiting = list(node.defaults)
        for axis in node.shape or ():
            if waiting and axis == s.Name(waiting[0].name, span=axis.span):
                yield self._setting(waiting.pop(0))
            else:
                yield self.expression(axis)

    def _body(self, body: Sequence[s.Statement], start: int, end: int) -> Document:
        """Statements in braces: one may be on the line of the braces."""
        if not body:
            tail = self.written.tail(start, end)
            return ("{", Nest(tail), HARD, "}") if tail else "{}"
        first = body[0].span.start
        several = len(body) > 1 or isinstance(body[0], s.Block)
        if several or self.written.opens(first):
            inner = (self.written.opening(first), self._statements(body, end))
            return ("{", Nest(inner), HARD, "}")
        return Group(("{", Nest((SPACE, self._statements(body, end))), SPACE, "}"))

    def _pattern(self, node: s.Pattern, *, inside: bool = False) -> Document:
        if isinstance(node, s.Name):
            return node.id
        names = Nest(self._row(lambda item: self._pattern(item, inside=True), node.items))
        return ("(", names, ")") if inside else names

    # --- rows ------------------------------------------------------------------------------

    def _row(
        self,
        show: Callable[[Any], Document],
        nodes: Sequence[s.SyntaxNode],
        separator: str = ",",
        *,
        blank: bool = False,
    ) -> tuple[Document, ...]:
        """Nodes that fill their lines, with ``blank`` also with empty lines between them."""
        parts: list[Document] = []
        for index, node in enumerate(nodes):
            gap: Document = ""
            if index:
                end, start = nodes[index - 1].span.end, node.span.start
                gap = self.written.gap(end, start, SPACE, blank=blank)
            shown = (show(node), separator if index < len(nodes) - 1 else "")
            parts.append(Link(gap, shown) if index else shown)
        return tuple(parts)

    def _brackets(
        self,
        brackets: str,
        show: Callable[[Any], Document],
        nodes: Sequence[s.SyntaxNode],
        start: int,
        end: int,
        separator: str = ",",
        last: str = "",
    ) -> Document:
        """Nodes in brackets, from the offset of the first to that of the second one. The author's
        line ends are kept; if one is after the first bracket, the nodes are in lines of their own,
        with ``last`` after the last."""
        opener, closer = brackets[0], brackets[1]
        if not nodes:
            tail = self.written.tail(start, end)
            return Based((opener, Nest(tail), HARD, closer)) if tail else brackets
        first = nodes[0].span.start
        if self.written.opens(first):
            opening = self.written.opening(first)
            columns = self._in_columns(nodes) if brackets == "[]" else None
            row = self._row(columns or show, nodes, separator, blank=True)
            tail = self.written.tail(nodes[-1].span.end, end)
            return Based((opener, Nest((opening, *row, last, tail)), HARD, closer))
        row = self._row(show, nodes, separator)
        tail = self.written.tail(nodes[-1].span.end, end)
        inner = (*row, tail, HARD if tail else "")
        if len(nodes) == 1 and isinstance(nodes[0], s.List | s.Comprehension | s.Call | s.For):
            return (opener, *inner, closer)  # the brackets inside have the lines
        hung = Based((opener, Nest((HARD, *row, last, tail)), HARD, closer))
        return Bracket((opener, Align(inner), closer), hung, row)

    def _in_columns(self, nodes: Sequence[s.SyntaxNode]) -> Callable[[Any], Document] | None:
        """How to show the rows of a table: lists of words and numbers, of one length, each in a
        line of its own. None for other nodes."""
        sizes = {len(node.items) if _is_row(node) else 0 for node in nodes}
        apart = all(self.written.ends_line(a.span.end, b.span.start) for a, b in pairwise(nodes))
        if len(nodes) < 2 or not apart or len(sizes) > 1 or max(sizes) < 2:
            return None
        inner = _Printer(self.written.without_comments())
        if any(self.written.has_comments(n.span) or "\n" in inner.line(n) for n in nodes):
            return None
        cells = [[inner.line(item) for item in children(node)] for node in nodes]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = {id(n): _columns(row, widths) for n, row in zip(nodes, cells, strict=True)}
        fits = max(map(len, lines.values())) <= WIDTH // 2
        return (lambda node: lines[id(node)]) if fits else None

    def line(self, node: Any) -> str:
        """An expression on one line."""
        return render(self.expression(node), _ANY_WIDTH).rstrip("\n")

    # --- expressions -----------------------------------------------------------------------

    def expression(self, node: s.Expr | s.Slice | s.Ellipsis) -> Document:
        if self.written.comes(node.span.start):
            return (self.written.opening(node.span.start), self._expression(node))
        return self._expression(node)

    def _expression(self, node: s.Expr | s.Slice | s.Ellipsis) -> Document:
        span = node.span
        match node:
            case s.Broken():
                return span.text
            case s.Number():
                return self._number(node)
            case s.NamedConstant():
                return _CONSTANTS[node.value]
            case s.Text():
                return self._text(node)
            case s.Dims():
                return "x".join(map(str, node.values))
            case s.Name():
                return node.id
            case s.List():
                items = node.items
                end = span.end - 1
                return self._brackets("[]", self.expression, items, span.start, end, last=",")
            case s.Comprehension():
                parts = (node.element, *node.clauses)
                return self._brackets("[]", self._item, parts, span.start, span.end - 1, "")
            case s.Attribute():
                return (self._owner(node), ".", self._attribute_name(node.name))
            case s.Indexed():
                owner, end = self._operand(node.value, CALL), node.value.span.end
                return (owner, self._brackets("[]", self.expression, node.items, end, span.end - 1))
            case s.Call():
                return self._call(node)
            case s.Unary():
                word, level = ("not ", "not") if node.operator == "not" else ("-", "unary -")
                return (word, self._operand(node.operand, LEVEL[level]))
            case s.Binary():
                return self._power(node) if node.operator == "**" else self._binary(node)
            case s.Conditional():
                return self._conditional(node)
            case s.Labelled():
                body = self._operand(node.body, LEVEL["as"])
                gap = self.written.gap(node.body.span.end, node.label.span.start, SPACE)
                return Align((body, Link(gap, ("as ", self._label(node.label)))), by=STEP)
            case s.Paren():
                return self._parenthesised(node.body, span.start, span.end - 1)
            case s.For():
                head = ("for ", self._pattern(node.pattern), " in ", self.expression(node.iterable))
                return Align((head, " ", self._body(node.body, node.iterable.span.end, span.end)))
            case s.Slice():
                return self._slice(node)
            case s.Ellipsis():
                return "..."

    def _operand(self, node: s.Expr, least: int) -> Document:
        """The expression, in parentheses if it binds less tightly than ``least``."""
        if _level(node) < least:
            return self._parenthesised(node, node.span.start, node.span.end)
        return self.expression(node)

    def _parenthesised(self, body: s.Expr, start: int, end: int) -> Document:
        """An expression in parentheses. Its operators may be below its first letter."""
        first = body.span.start
        if self.written.opens(first):
            inner = (self.written.opening(first), self.expression(body))
            tail = self.written.tail(body.span.end, end)
            return Based(("(", Nest((*inner, tail)), HARD, ")"))
        below = self._binary(body, by=0) if _is_chain(body) else self.expression(body)
        tail = self.written.tail(body.span.end, end)
        return ("(", Align((below, tail, HARD if tail else "")), ")")

    def _number(self, node: s.Number) -> str:
        text = self.written.spelling(node.span)
        if not re.fullmatch(_LITERAL, text):
            text = repr(node.value)
        mantissa, e, exponent = text.lower().partition("e")
        whole, dot, fraction = mantissa.partition(".")
        mantissa = f"{whole or 0}.{fraction or 0}" if dot else mantissa
        return f"{mantissa}e{int(exponent)}" if e else mantissa

    def _text(self, node: s.Text) -> str:
        text = self.written.spelling(node.span)
        if not text:
            return f'"{"".join(map(_part_of_text, node.parts))}"'
        plain = text[0] == "'" and not re.search(r'["\\]', text)
        return f'"{text[1:-1]}"' if plain else text

    def _attribute_name(self, name: str | s.Text) -> str:
        if isinstance(name, s.Text):
            return self._text(name)
        bare = name.isidentifier() or (name.isascii() and name.isdecimal())
        return name if bare else f'"{_part_of_text(name)}"'

    def _owner(self, node: s.Attribute) -> Document:
        """The value before a ``.``, in parentheses if the scanner would read the dot as part of a
        number."""
        value = node.value
        named = isinstance(value, s.Name | s.Text | s.Attribute | s.Indexed | s.Call | s.Paren)
        is_position = isinstance(node.name, str) and node.name.isdecimal()
        bare = named or not (is_position or isinstance(value, s.Number))
        return self._operand(value, CALL if bare else CALL + 1)

    def _call(self, node: s.Call) -> Document:
        function, end = self._operand(node.function, CALL), node.function.span.end
        given = (*node.arguments, *node.settings)
        row = self._brackets("()", self._item, given, end, node.span.end - 1, last=",")
        return (function, row)

    def _item(self, node: Any) -> Document:
        """A part of a call or a comprehension."""
        if isinstance(node, s.Setting):
            return self._setting(node)
        return self._clause(node) if isinstance(node, s.Clause) else self.expression(node)

    def _setting(self, node: s.Setting) -> Document:
        return (node.name, "=", self.expression(node.value))

    def _power(self, node: s.Binary) -> Document:
        """Without spaces between two simple operands: ``2**i``, ``d ** -0.5``."""
        left = self._operand(node.left, LEVEL["**"] + 1)
        sign = "**" if _is_simple(node.left) and _is_simple(node.right) else " ** "
        return (left, sign, self._operand(node.right, LEVEL["unary -"]))

    def _binary(self, node: s.Binary, by: int = STEP) -> Document:
        """Operators that begin a line are below the first one, if a name is before it, or ``by``
        after the first operand."""
        first, links = self._chain(node)
        beside = isinstance(links[0], tuple) and not isinstance(links[0][-1], Link)
        if isinstance(first, str) and beside:
            by = len(first) + 1
        return Align((first, *links), by)

    def _chain(self, node: s.Binary) -> tuple[Document, list[Document]]:
        """The first operand of operators of one level, and the operators with the others."""
        level = LEVEL[node.operator]
        nodes: list[s.Binary] = []
        left: s.Expr = node
        while isinstance(left, s.Binary) and _level(left) == level:
            nodes.append(left)
            left = left.left
        first = self._operand(left, level)
        links = [self._link(link, level) for link in reversed(nodes)]
        return first, links

    def _link(self, node: s.Binary, level: int) -> Document:
        gap = self.written.gap(node.left.span.end, node.right.span.start, SPACE)
        right = self._operand(node.right, level + 1)
        if node.operator in NEVER_FIRST:
            return (f" {node.operator}", Link(gap, right))
        if gap is SPACE and isinstance(node.left, s.Name):
            return (f" {node.operator} ", right)
        return Link(gap, (f"{node.operator} ", right))

    def _conditional(self, node: s.Conditional) -> Document:
        """Each ``if`` and ``else`` that begins a line is below the first letter, those of a chain
        too."""
        least = LEVEL["or"]
        parts: list[Document] = [self._operand(node.then, least)]
        last: s.Expr = node
        while isinstance(last, s.Conditional):
            node, last = last, last.otherwise
            gap = self.written.gap(node.then.span.end, node.condition.span.start, SPACE)
            parts.append(Link(gap, ("if ", self._operand(node.condition, least))))
            gap = self.written.gap(node.condition.span.end, last.span.start, SPACE)
            then = last.then if isinstance(last, s.Conditional) else last
            parts.append(Link(gap, ("else ", self._operand(then, least))))
        return Align(tuple(parts))

    def _clause(self, node: s.Clause) -> Document:
        least, end = LEVEL["or"], node.iterable.span.end
        head = ("for ", self._pattern(node.pattern), " in ", self._operand(node.iterable, least))
        conditions: list[Document] = []
        for condition in node.conditions:
            gap = self.written.gap(end, condition.span.start, SPACE)
            conditions.append(Link(gap, ("if ", self._operand(condition, least))))
            end = condition.span.end
        return (head, *conditions)

    def _slice(self, node: s.Slice) -> Document:
        bounds = [self.expression(x) if x else "" for x in (node.start, node.stop)]
        step = (":", self.expression(node.step)) if node.step else ""
        return (bounds[0], ":", bounds[1], step)

    def _label(self, node: s.LabelName) -> Document:
        name = self._text(node.name) if isinstance(node.name, s.Text) else node.name
        return (name, *(("[", self.expression(index), "]") for index in node.indices))


# --- trees that nobody wrote -----------------------------------------------------------------


def _apart(above: s.Statement, below: s.Statement) -> bool:
    """Whether there is an empty line between two statements."""
    imports = (s.Import, s.FromImport)
    ends_imports = isinstance(above, imports) and not isinstance(below, imports)
    return ends_imports or any(isinstance(x, s.Block) and _is_large(x) for x in (above, below))


def _is_large(block: s.Block) -> bool:
    return block.braced or bool(block.documentation)


def _part_of_text(part: str | s.Expr) -> str:
    if isinstance(part, str):
        return escaped(part)
    return f"{{{print_expression(part)}}}".replace('"', "'")


# --- parts of nodes --------------------------------------------------------------------------


def _head_end(node: s.Block) -> int:
    """The offset where the head of a block ends, without brackets that may follow."""
    parts = (*node.parameters, *(node.inputs or ()), *(node.outputs or ()))
    return max([node.name_span.end, *(part.span.end for part in parts)])


def _facts(node: s.Extern) -> list[tuple[str, s.Expr]]:
    """The facts in the order of the text."""
    facts = (("params", node.params), ("macs", node.macs))
    given = [(name, value) for name, value in facts if value is not None]
    return sorted(given, key=lambda fact: fact[1].span.start)


def _renamed(name: str, alias: str | None) -> str:
    return f"{name} as {alias}" if alias else name


def _level(node: s.Expr) -> int:
    match node:
        case s.Conditional():
            return LEVEL["if"]
        case s.Binary():
            return LEVEL[node.operator]
        case s.Unary():
            return LEVEL["not" if node.operator == "not" else "unary -"]
        case s.Labelled():
            return LEVEL["as"]
        case s.Number() if node.value < 0:
            return LEVEL["unary -"]
    return CALL


def _is_chain(node: s.Expr) -> TypeGuard[s.Binary]:
    return isinstance(node, s.Binary) and node.operator != "**"


def _is_row(node: s.SyntaxNode) -> TypeGuard[s.List]:
    return isinstance(node, s.List) and all(
        item.__class__ in LEAVES or isinstance(item, s.Text) for item in node.items
    )


def _leftmost(node: s.Expr) -> s.Expr:
    while isinstance(node, s.Binary):
        node = node.left
    return node


def _is_simple(node: s.Expr) -> bool:
    """Whether a power of this operand has no spaces."""
    while isinstance(node, s.Attribute):
        node = node.value
    return isinstance(node, s.Name) or (isinstance(node, s.Number) and node.value >= 0)


def _columns(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The cells of a row, numbers at the right of their columns."""
    *others, last = (
        cell.rjust(width) if cell[0].isdecimal() else cell.ljust(width)
        for cell, width in zip(cells, widths, strict=True)
    )
    commas = [f"{cell.rstrip()},{' ' * (len(cell) - len(cell.rstrip()))} " for cell in others]
    return f"[{''.join(commas)}{last.rstrip()}]"


def _joined(items: Iterable[Document], separator: str) -> Document:
    parts: list[Document] = []
    for item in items:
        if parts:
            parts.append(separator)
        parts.append(item)
    return tuple(parts)
