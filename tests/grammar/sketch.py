"""Trees written short, so that a test shows what is parsed: ``(> x (conv 3x3 64 pad=2))``."""

from __future__ import annotations

from collections.abc import Iterable

from netwright.grammar import syntax as s
from netwright.grammar.parser import parse, parse_expression
from netwright.grammar.source import Source


def parsed(text: str) -> s.File:
    """A text without a mistake."""
    file, diagnostics = parse(Source("test.net", text))
    assert not diagnostics, diagnostics
    return file


def expression(text: str) -> s.Expr:
    found, diagnostics = parse_expression(Source("test", text))
    assert found is not None
    assert not diagnostics, diagnostics
    return found


def sketch(node: s.SyntaxNode | str | float | bool | None) -> str:
    match node:
        case s.File():
            return " ".join(map(sketch, node.statements))
        case s.Number():
            return repr(node.value)
        case s.NamedConstant():
            return f"{node.value}".lower()
        case s.Text():
            parts = (repr(p) if isinstance(p, str) else sketch(p) for p in node.parts)
            return _form("text", *parts)
        case s.Dims():
            return "x".join(map(str, node.values))
        case s.Name():
            return node.id
        case s.List():
            return f"[{_row(node.items)}]"
        case s.Comprehension():
            return _form("each", sketch(node.element), _row(node.clauses))
        case s.Clause():
            return f"{sketch(node.pattern)} {_row((node.iterable, *node.conditions))}"
        case s.Attribute():
            name = sketch(node.name) if isinstance(node.name, s.Text) else node.name
            return f"{sketch(node.value)}.{name}"
        case s.Indexed():
            return f"{sketch(node.value)}[{_row(node.items)}]"
        case s.Call():
            return _form(sketch(node.function), _row(node.arguments), _row(node.settings))
        case s.Setting() | s.Parameter():
            value = node.value if isinstance(node, s.Setting) else node.default
            return node.name if value is None else f"{node.name}={sketch(value)}"
        case s.Unary():
            return _form(node.operator, sketch(node.operand))
        case s.Binary():
            return _form(node.operator, sketch(node.left), sketch(node.right))
        case s.Conditional():
            return _form("if", sketch(node.condition), sketch(node.then), sketch(node.otherwise))
        case s.Labelled():
            return _form("as", sketch(node.body), sketch(node.label))
        case s.LabelName():
            name = sketch(node.name) if isinstance(node.name, s.Text) else node.name
            return name + "".join(f"[{sketch(index)}]" for index in node.indices)
        case s.Paren():
            return f"({sketch(node.body)})"
        case s.For():
            return _form("for", sketch(node.pattern), sketch(node.iterable), _body(node.body))
        case s.Names():
            return f"<{_row(node.items)}>"
        case s.Slice():
            bounds = (node.start, node.stop, node.step)
            return ":".join(sketch(b) if b else "" for b in bounds)
        case s.Ellipsis():
            return "..."
        case s.Assign():
            return _form("=", sketch(node.target), sketch(node.value))
        case s.ExpressionStatement():
            return sketch(node.value)
        case s.Require():
            return _form("require", sketch(node.condition), *(map(sketch, _some(node.message))))
        case s.Default():
            return _form("default", node.layer, _row(node.settings))
        case s.Share():
            name = f"{node.name}[{sketch(node.index)}]" if node.index else node.name
            return _form("share", name, sketch(node.value))
        case s.DeclaredPort():
            shape = "" if node.shape is None else f"[{_row((*node.shape, *node.defaults))}]"
            return f"{'*' * node.many}{node.name}{shape}{':' + node.dtype if node.dtype else ''}"
        case s.Extern():
            return _extern(node)
        case s.Block():
            return _block(node)
        case s.Import():
            return _form("import", node.module, *_some(node.alias))
        case s.Broken():
            return "broken"
        case s.FromImport():
            names = (f"{name}={alias}" if alias else name for name, alias in node.names)
            return _form("from", node.module, *names)
    raise AssertionError(node)


def _block(node: s.Block) -> str:
    inputs = "" if node.inputs is None else f": {_row(node.inputs) or '()'}"
    outputs = "" if node.outputs is None else f"-> {_row(node.outputs)}"
    body = _body(node.body) if node.braced else f"= {_row(node.body)}"
    head = f"{node.name}({_row(node.parameters)})" if node.parameters else node.name
    documentation = repr(node.documentation) if node.documentation else ""
    return _form(node.kind, head, inputs, outputs, body, documentation)


def _extern(node: s.Extern) -> str:
    facts = [f"{n}={sketch(e)}" for n, e in (("params", node.params), ("macs", node.macs)) if e]
    head = f"{node.name}({_row(node.parameters)}): {_row(node.inputs or ())}"
    documentation = repr(node.documentation) if node.documentation else ""
    return _form(
        "extern", head, f"-> {_row(node.outputs or ())}", node.target, *facts, documentation
    )


def _body(statements: Iterable[s.Statement]) -> str:
    return f"{{{'; '.join(map(sketch, statements))}}}"


def _row(nodes: Iterable[s.SyntaxNode]) -> str:
    return " ".join(map(sketch, nodes))


def _form(*words: str) -> str:
    return f"({' '.join(word for word in words if word)})"


def _some(value: object) -> list:  # type: ignore[type-arg]
    return [] if value is None else [value]
