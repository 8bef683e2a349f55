"""Syntax to canonical text. Parsing the text gives the same syntax again.

A tree from the parser has its parentheses; in any other tree they are added as precedence needs
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from . import syntax as s
from .document import HARD, SOFT, SPACE, Document, Group, Nest, render
from .precedence import LEVEL
from .printable import escaped

WIDTH: Final = 100
CALL: Final = LEVEL["call"]
# A line may start with any operator except these.
NEVER_FIRST: Final = frozenset({"-", "not in"})


def print_file(file: s.File) -> str:
    return render(_statements(file.statements), WIDTH) if file.statements else ""


def print_expression(expression: s.Expr) -> str:
    """The text of an expression, on one line."""
    return render(_expression(expression), 1_000_000_000).rstrip("\n")


# --- statements ----------------------------------------------------------------------------


def _statements(statements: Sequence[s.Statement]) -> Document:
    parts: list[Document] = []
    for index, statement in enumerate(statements):
        if index:
            parts.append(HARD)
            if _apart(statements[index - 1], statement):
                parts.append(HARD)
        parts.append(_statement(statement))
    return tuple(parts)


def _apart(above: s.Statement, below: s.Statement) -> bool:
    """Whether there is an empty line between two statements."""
    imports = (s.Import, s.FromImport)
    ends_imports = isinstance(above, imports) and not isinstance(below, imports)
    return ends_imports or any(isinstance(x, s.Block) and _is_large(x) for x in (above, below))


def _is_large(block: s.Block) -> bool:
    return block.braced or bool(block.documentation)


def _statement(node: s.Statement) -> Document:
    match node:
        case s.Assign():
            return (_pattern(node.target), " = ", _expression(node.value))
        case s.ExpressionStatement():
            return _expression(node.value)
        case s.Require():
            message = (", ", _expression(node.message)) if node.message else ""
            return ("require ", _expression(node.condition), message)
        case s.Default():
            return ("default ", node.layer, _bracketed("(", map(_setting, node.settings), ")"))
        case s.Share():
            index = ("[", _expression(node.index), "]") if node.index else ""
            return ("share ", node.name, index, " = ", _expression(node.value))
        case s.Import():
            return f"import {_renamed(node.module, node.alias)}"
        case s.FromImport():
            return f"from {node.module} import {', '.join(_renamed(*pair) for pair in node.names)}"
        case s.Extern():
            return _extern(node)
        case s.Block():
            return _block(node)


def _renamed(name: str, alias: str | None) -> str:
    return f"{name} as {alias}" if alias else name


def _block(node: s.Block) -> Document:
    parameters = _bracketed("(", map(_parameter, node.parameters), ")") if node.parameters else ""
    inputs = "" if node.inputs is None else (": ", _ports(node.inputs) if node.inputs else "()")
    outputs = (" -> ", _ports(node.outputs)) if node.outputs else ""
    if node.braced:
        body: Document = (" ", _body(node.body))
    else:
        body = (" = ", tuple(map(_statement, node.body)))
    return (_documentation(node), node.kind, " ", node.name, parameters, inputs, outputs, body)


def _extern(node: s.Extern) -> Document:
    parameters = _bracketed("(", map(_parameter, node.parameters), ")")
    inputs = (": ", _ports(node.inputs)) if node.inputs else ""
    outputs = (" -> ", _ports(node.outputs)) if node.outputs else ""
    facts = (("params", node.params), ("macs", node.macs))
    settings = tuple((", ", name, "=", _expression(e)) for name, e in facts if e is not None)
    target = Nest((SPACE, '= "', node.target, '"', settings))
    head = ("extern ", node.name, parameters, inputs, outputs)
    return (_documentation(node), Group((*head, target)))


def _documentation(node: s.Block) -> Document:
    lines = node.documentation.split("\n") if node.documentation else []
    return tuple((f"## {line}".rstrip(), HARD) for line in lines)


def _parameter(node: s.Parameter) -> Document:
    return (node.name, "=", _expression(node.default)) if node.default else node.name


def _ports(ports: Iterable[s.DeclaredPort]) -> Document:
    return Group(Nest(_joined(map(_port, ports), ",", SPACE)))


def _port(node: s.DeclaredPort) -> Document:
    axes = ("[", _joined(_axes(node), ", "), "]")
    shape = "" if node.shape is None else axes
    dtype = f" {node.dtype}" if node.dtype else ""
    return ("*" if node.many else "", node.name, shape, dtype)


def _axes(node: s.DeclaredPort) -> Iterable[Document]:
    """The axes; a default is written where its name comes next."""
    waiting = list(node.defaults)
    for axis in node.shape or ():
        if waiting and axis == s.Name(waiting[0].name, span=axis.span):
            yield _setting(waiting.pop(0))
        else:
            yield _expression(axis)


def _body(statements: Sequence[s.Statement]) -> Document:
    if not statements:
        return "{}"
    if len(statements) == 1 and not isinstance(statements[0], s.Block):
        return Group(("{", Nest((SPACE, _statement(statements[0]))), SPACE, "}"))
    return ("{", Nest((HARD, _statements(statements))), HARD, "}")


def _pattern(node: s.Pattern, *, inside: bool = False) -> Document:
    if isinstance(node, s.Name):
        return node.id
    names = _joined((_pattern(item, inside=True) for item in node.items), ", ")
    return ("(", names, ")") if inside else names


# --- expressions ---------------------------------------------------------------------------


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


def _operand(node: s.Expr, least: int) -> Document:
    """The expression, in parentheses if it binds less tightly than ``least``."""
    document = _expression(node)
    return _parenthesised(document) if _level(node) < least else document


def _parenthesised(document: Document) -> Document:
    return Group(("(", Nest((SOFT, document)), SOFT, ")"))


def _expression(node: s.Expr | s.Slice | s.Ellipsis) -> Document:
    match node:
        case s.Broken():
            return node.span.text
        case s.Number():
            return _number(node.value)
        case s.NamedConstant():
            return {True: "true", False: "false", None: "none"}[node.value]
        case s.Text():
            return _text(node)
        case s.Dims():
            return "x".join(map(str, node.values))
        case s.Name():
            return node.id
        case s.List():
            return _bracketed("[", map(_expression, node.items), "]")
        case s.Comprehension():
            return _comprehension(node)
        case s.Attribute():
            return (_owner(node), ".", _attribute_name(node.name))
        case s.Indexed():
            items = _bracketed("[", map(_expression, node.items), "]")
            return (_operand(node.value, CALL), items)
        case s.Call():
            given = [*map(_expression, node.arguments), *map(_setting, node.settings)]
            return (_operand(node.function, CALL), _bracketed("(", given, ")"))
        case s.Unary():
            word, level = ("not ", "not") if node.operator == "not" else ("-", "unary -")
            return (word, _operand(node.operand, LEVEL[level]))
        case s.Binary():
            return _binary(node)
        case s.Conditional():
            return _conditional(node)
        case s.Labelled():
            return (_operand(node.body, LEVEL["as"]), " as ", _label(node.label))
        case s.Paren():
            return _parenthesised(_expression(node.body))
        case s.For():
            head = ("for ", _pattern(node.pattern), " in ", _expression(node.iterable), " ")
            return (head, _body(node.body))
        case s.Slice():
            return _slice(node)
        case s.Ellipsis():
            return "..."


def _number(value: float) -> str:
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def _attribute_name(name: str | s.Text) -> str:
    if isinstance(name, s.Text):
        return _text(name)
    bare = name.isidentifier() or (name.isascii() and name.isdecimal())
    return name if bare else f'"{_part(name)}"'


def _owner(node: s.Attribute) -> Document:
    """The value before a ``.``, in parentheses if the scanner would read the dot as part of a
    number."""
    named = isinstance(node.value, s.Name | s.Text | s.Attribute | s.Indexed | s.Call | s.Paren)
    document = _operand(node.value, CALL)
    is_position = isinstance(node.name, str) and node.name.isdecimal()
    bare = named or not (is_position or isinstance(node.value, s.Number))
    return document if bare or _level(node.value) < CALL else _parenthesised(document)


def _setting(node: s.Setting) -> Document:
    return (node.name, "=", _expression(node.value))


def _binary(node: s.Binary) -> Document:
    """A chain of operators of one level, from its first operand on."""
    level = LEVEL[node.operator]
    links: list[Document] = []
    first: s.Expr = node
    while isinstance(first, s.Binary) and _level(first) == level:
        links.append(_link(first, level))
        first = first.left
        if node.operator == "**":
            break
    to_the_right = node.operator == "**"
    return (_operand(first, level + to_the_right), *reversed(links))


def _link(node: s.Binary, level: int) -> Document:
    least = LEVEL["unary -"] if node.operator == "**" else level + 1
    right = _operand(node.right, least)
    if node.operator == "**":
        return ("**", right)
    if node.operator in NEVER_FIRST:
        return (f" {node.operator}", Group(Nest((SPACE, right))))
    return Group(Nest((SPACE, f"{node.operator} ", right)))


def _conditional(node: s.Conditional) -> Document:
    least = LEVEL["or"]
    condition = (SPACE, "if ", _operand(node.condition, least))
    otherwise = (SPACE, "else ", _expression(node.otherwise))
    return Group((_operand(node.then, least), Nest((condition, otherwise))))


def _comprehension(node: s.Comprehension) -> Document:
    clauses = tuple((SPACE, _clause(clause)) for clause in node.clauses)
    inner = (SOFT, _expression(node.element), clauses)
    return Group(("[", Nest(inner), SOFT, "]"))


def _clause(node: s.Clause) -> Document:
    least = LEVEL["or"]
    conditions = tuple((SPACE, "if ", _operand(c, least)) for c in node.conditions)
    return ("for ", _pattern(node.pattern), " in ", _operand(node.iterable, least), conditions)


def _slice(node: s.Slice) -> Document:
    bounds = [_expression(x) if x else "" for x in (node.start, node.stop)]
    step = (":", _expression(node.step)) if node.step else ""
    return (bounds[0], ":", bounds[1], step)


def _label(node: s.LabelName) -> Document:
    name = _text(node.name) if isinstance(node.name, s.Text) else node.name
    return (name, *(("[", _expression(index), "]") for index in node.indices))


def _text(node: s.Text) -> str:
    return f'"{"".join(map(_part, node.parts))}"'


def _part(part: str | s.Expr) -> str:
    if isinstance(part, str):
        return escaped(part)
    return f"{{{print_expression(part)}}}".replace('"', "'")


def _bracketed(opener: str, items: Iterable[Document], closer: str) -> Document:
    parts = tuple(items)
    if not parts:
        return opener + closer
    return Group((opener, Nest((SOFT, _joined(parts, ",", SPACE))), SOFT, closer))


def _joined(items: Iterable[Document], *separators: Document) -> Document:
    parts: list[Document] = []
    for item in items:
        if parts:
            parts.extend(separators)
        parts.append(item)
    return tuple(parts)
