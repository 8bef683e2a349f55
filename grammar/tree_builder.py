"""Makes the syntax tree: a method for each rule of net.lark, with the rule's name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, cast

from . import extern_heads
from . import syntax as s
from .diagnostics import Diagnostic, Edit, Fix
from .lalr import Token
from .nearby import closest
from .precedence import LEVEL
from .printable import printable
from .scanner import words
from .source import Source, Span
from .wording import clip

CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "none": None}
DTYPES: Final = ("float", "int", "bool", "complex")
OTHERS_DTYPES: Final = {
    **dict.fromkeys(
        ("long", "int8", "int16", "int32", "int64", "integer", "uint8", "short"), "int"
    ),
    **dict.fromkeys(("boolean", "mask"), "bool"),
    **dict.fromkeys(("complex32", "complex64", "complex128", "cfloat"), "complex"),
    **dict.fromkeys(("float16", "float32", "float64", "half", "double", "bfloat16"), "float"),
}
ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
MAX_DIGITS: Final = 100

Place = Token | s.SyntaxNode


class TreeBuilder:
    """Makes the nodes of a text, and reports mistakes that the grammar does not exclude.

    ``expression`` parses the text between two offsets; it is needed for strings with ``{...}``.
    """

    def __init__(
        self, source: Source, expression: Callable[[Source, TreeBuilder, int, int], s.Expr | None]
    ) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.lost: set[str] = set()
        """The words of statements that do not parse; see ``syntax.File``."""
        self.inner = expression
        self.actions = {
            name: getattr(self, name) for name in vars(type(self)) if not name.startswith("_")
        }

    def _report(
        self,
        code: str,
        message: str,
        span: Span,
        detail: str = "",
        help: str = "",
        fix: Fix | None = None,
    ) -> None:
        helps = (help,) if help else ()
        self.diagnostics.append(Diagnostic(code, message, span, detail, help=helps, fix=fix))

    def _fix(self, span: Span, text: str) -> Fix:
        return Fix(f"write `{text}`", (Edit(span, text),))

    def _span(self, first: Place, last: Place) -> Span:
        start = first.start if first.__class__ is Token else first.span.start  # type: ignore[union-attr]
        end = last.end if last.__class__ is Token else last.span.end  # type: ignore[union-attr]
        return Span(self.source, start, end)

    # --- statements ------------------------------------------------------------------------

    def file(self, c: list[Any]) -> tuple[s.Statement, ...]:
        return self._statements(c)

    def _statements(self, c: Sequence[Any]) -> tuple[s.Statement, ...]:
        statements: tuple[s.Statement, ...] = _nodes(c)
        for above, statement in pairwise(statements):
            if self.source.text[statement.span.start] in "-([":
                self._warn_of_split(above.span, statement.span)
        return statements

    def _warn_of_split(self, above: Span, span: Span) -> None:
        """Warn if a line is indented more than the one above: it looks as if it continued that
        one."""
        gap = self.source.text[above.end : span.start]
        if span.column <= above.column or gap.count("\n") != 1:
            return
        sign = self.source.text[span.start]
        first = Span(self.source, span.start, span.start + 1)
        self.diagnostics.append(
            Diagnostic(
                "W510",
                f"a line that starts with `{sign}` is a statement of its own",
                first,
                "does not continue the line above",
                help=(f"to continue it, end the line above with an operator: `... {sign}`",)
                if sign == "-"
                else (),
                severity="warning",
            )
        )

    def evaluation(self, c: list[Any]) -> s.ExpressionStatement:
        return s.ExpressionStatement(c[0], span=c[0].span)

    def assignment(self, c: list[Any]) -> s.Assign:
        target = self._pattern(c[:-2])
        if isinstance(target, s.Names) and _is_pipe(c[-1]):
            target = self._flat(target)
        return s.Assign(target, c[-1], span=self._span(c[0], c[-1]))

    def _flat(self, target: s.Names) -> s.Names:
        """The target without nesting: a pipe gives its results in one row, while PyTorch nests
        them in tuples."""
        flat = tuple(_flatten(target))
        if flat != target.items:
            fix = self._fix(target.span, ", ".join(name.id for name in flat))
            help = "`y, h, c = x > lstm(128)`: the results of a pipe are not nested"
            message = "these names are nested"
            self._report("E117", message, target.span, "leave out the parentheses", help, fix)
        return s.Names(flat, span=target.span)

    def _pattern(self, c: Sequence[Any]) -> s.Pattern:
        if len(c) == 1:
            return cast(s.Pattern, c[0])
        return s.Names(_nodes(c), span=self._span(c[0], c[-1]))

    def names(self, c: list[Any]) -> s.Names:
        return s.Names(_nodes(c), span=self._span(c[0], c[-1]))

    def require(self, c: list[Any]) -> s.Require:
        condition, *rest = _nodes(c)
        if len(rest) > 1:
            help = '`require condition, "message"`'
            self._report(
                "E139", "`require` takes a condition and a message", rest[1].span, "", help
            )
        return s.Require(condition, rest[0] if rest else None, span=self._span(c[0], c[-1]))

    def default(self, c: list[Any]) -> s.Default:
        given = _nodes(c)
        settings = tuple(x for x in given if isinstance(x, s.Setting))
        for other in given:
            if not isinstance(other, s.Setting):
                help = "`default conv(bias=false)`"
                self._report("E129", "`default` takes settings by name", other.span, "", help)
        self._once("setting", settings)
        return s.Default(
            c[1].text, settings, layer_span=self._span(c[1], c[1]), span=self._span(c[0], c[-1])
        )

    def share(self, c: list[Any]) -> s.Share:
        index, name = c[3] if len(c) > 4 else None, self._span(c[1], c[1])
        span = self._span(c[0], c[-1])
        return s.Share(c[1].text, c[-1], index, name_span=name, span=span)

    def block(self, c: list[Any]) -> s.Block:
        kind, name, parameters, inputs, outputs, body = c[-6:]
        statements, braced, end = body
        self._apart(parameters, inputs)
        self._many((inputs or ())[:-1], "only the last input has a `*`")
        if kind.text != "block":
            self._many((inputs or ())[-1:], "a net names each of its inputs")
        self._many(outputs or (), "outputs have no `*`: a list of results is written `[a, b]`")
        outputs = None if any(port.many for port in outputs or ()) else outputs
        if kind.text == "block":
            self._no_defaults(inputs or (), "the input of a block takes the sizes that it gets")
        self._no_defaults(outputs or (), "the sizes of a result follow from the inputs")
        return s.Block(
            kind.text,
            name.text,
            parameters,
            inputs,
            outputs,
            statements,
            braced,
            "\n".join(printable(t.text.lstrip("#").strip()) for t in c[:-6]),
            name_span=self._span(name, name),
            span=self._span(kind, end),
        )

    def extern(self, c: list[Any]) -> s.Extern:
        at = _find(c, "EXTERN")
        keyword, name, parameters, inputs, outputs, _, value, *rest = c[at:]
        facts = _nodes(rest)
        self._apart(parameters, inputs)
        self._many(inputs or (), "an extern names each of its inputs")
        self._many(outputs or (), "an extern names each of its results")
        self._no_defaults(inputs or (), "the input of an extern takes the sizes that it gets")
        self._no_defaults(outputs or (), "the sizes of a result follow from the inputs")
        self._once("setting", facts)
        by_name = {fact.name: fact.value for fact in facts}
        extern = s.Extern(
            "extern",
            name.text,
            parameters,
            inputs,
            outputs,
            (),
            False,
            "\n".join(printable(t.text.lstrip("#").strip()) for t in c[:at]),
            extern_heads.target_of(value),
            by_name.get("params"),
            by_name.get("macs"),
            target_span=value.span,
            name_span=self._span(name, name),
            span=self._span(keyword, facts[-1] if facts else value),
        )
        for problem in extern_heads.problems(extern, value, facts):
            self.diagnostics.append(problem)
        return extern

    def fact(self, c: list[Any]) -> s.Setting:
        return self.setting(c)

    def parameters(self, c: list[Any]) -> tuple[s.Parameter, ...]:
        parameters = _nodes(c)
        self._once("parameter", parameters)
        return parameters

    def parameter(self, c: list[Any]) -> s.Parameter:
        default = c[2] if len(c) > 1 else None
        if c[0].text in words() or c[0].text in ("block", "net", "true", "false", "none"):
            help = f"choose another name, like `{c[0].text}_`"
            message = f"`{c[0].text}` is a word of the language"
            self._report("E109", message, self._span(c[0], c[0]), "cannot be a name here", help)
        return s.Parameter(c[0].text, default, span=self._span(c[0], c[-1]))

    def inputs(self, c: list[Any]) -> tuple[s.DeclaredPort, ...] | None:
        ports: tuple[s.DeclaredPort, ...] = _nodes(c)
        for port in ports:
            if not port.name:
                help = "`image[3, 224, 224]`"
                self._report("E133", "this input has no name", port.span, "", help)
        self._once("input", ports)
        return ports if c else None

    def outputs(self, c: list[Any]) -> tuple[s.DeclaredPort, ...] | None:
        ports: tuple[s.DeclaredPort, ...] = _nodes(c)
        self._once("output", [port for port in ports if port.name])
        return ports or None

    def port(self, c: list[Any]) -> s.DeclaredPort:
        start, many = c[0], c[0].__class__ is Token and c[0].kind == "OPERATOR"
        if many:
            self._only_star(c.pop(0))
        name = c[0].text if c[0].__class__ is Token else ""
        shape = next((x for x in c if isinstance(x, s.List)), None)
        dtype = c[-1] if len(c) > 1 and c[-1].__class__ is Token else None
        return s.DeclaredPort(
            name,
            tuple(_axes(shape.items)) if shape else None,
            self._dtype(dtype) if dtype else None,
            tuple(x for x in shape.items if isinstance(x, s.Setting)) if shape else (),
            many,
            span=self._span(start, c[-1]),
        )

    def _only_star(self, sign: Token) -> None:
        if sign.text != "*":
            message = f"`{sign.text}` does not fit here"
            help = "`*name` is the last input of a block: it takes the remaining tensors"
            self._report("E101", message, self._span(sign, sign), "expected a name", help)

    def _many(self, ports: Sequence[s.DeclaredPort], why: str) -> None:
        """Report inputs with a ``*`` that cannot have one."""
        for port in ports:
            if port.many:
                message = f"`{port.span.text}` cannot take the remaining tensors here"
                self._report("E133", message, port.span, "", why)

    def _no_defaults(self, ports: Iterable[s.DeclaredPort], why: str) -> None:
        for port in ports:
            for default in port.defaults:
                self._misplaced_default(default, default.name, why)

    def _misplaced_default(self, default: s.Setting, meant: str, why: str) -> None:
        message = "only the inputs of a net have default sizes"
        fix = self._fix(default.span, meant)
        self._report("E140", message, default.span, "", f"write `{meant}`: {why}", fix)

    def _dtype(self, token: Token) -> str:
        if token.text in DTYPES:
            return token.text
        ours = OTHERS_DTYPES.get(token.text) or closest(token.text, DTYPES) or ""
        span = self._span(token, token)
        fix = self._fix(span, ours) if ours else None
        help = "a dtype is `float` (which needs no word), `int` or `bool`"
        self._report("E135", f"there is no dtype `{token.text}`", span, "", help, fix)
        return ours or "float"

    def shape(self, c: list[Any]) -> s.List:
        """A declared shape; it may hold defaults, which are settings, until ``port`` takes them."""
        items = _nodes(c)
        self._no_slices(items)
        return s.List(items, span=self._span(c[0], c[-1]))

    def dtype(self, c: list[Any]) -> Token:
        return cast(Token, c[0])

    def body(self, c: list[Any]) -> tuple[tuple[s.Statement, ...], bool, Place]:
        if c[0].kind == "EQUAL":
            return (s.ExpressionStatement(c[1], span=c[1].span),), False, c[1]
        return self._statements(c), True, c[-1]

    def import_(self, c: list[Any]) -> s.Import:
        _, module, alias = c
        return s.Import(module.text, alias and alias.text, span=self._span(c[0], alias or module))

    def from_import(self, c: list[Any]) -> s.FromImport:
        pairs = tuple(x for x in c[3:] if x.__class__ is tuple)
        end = pairs[-1][1] or pairs[-1][0]
        names = tuple((name.text, alias and alias.text) for name, alias in pairs)
        return s.FromImport(c[1].text, names, span=self._span(c[0], end))

    def module(self, c: list[Any]) -> Token:
        return Token("NAME", "".join([t.text for t in c]), c[0].start, c[-1].end)

    def alias(self, c: list[Any]) -> Token | None:
        return c[1] if c else None

    def imported(self, c: list[Any]) -> tuple[Token, Token | None]:
        return c[0], c[1]

    # --- expressions -----------------------------------------------------------------------

    def conditional(self, c: list[Any]) -> s.Conditional:
        then, _, condition, _, otherwise = c
        return s.Conditional(condition, then, otherwise, span=self._span(then, otherwise))

    def operation(self, c: list[Any]) -> s.Expr:
        """Operands and operators as a tree, by precedence. A loop, so a chain has any length."""
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
                    self._after_label(operands[-1], item)
                elif word == "not" and waiting and LEVEL[waiting[-1][0]] > LEVEL[word]:
                    help = f"`{waiting[-1][1].text} (not ...)`"
                    message = "`not` binds less tightly than the operator before it"
                    span = self._span(item, item)
                    self._report("E123", message, span, "needs parentheses", help)
                waiting.append((word, item))
                after_operand = False
        self._apply(operands, waiting, 0)
        return operands[0]

    def _apply(self, operands: list[s.Expr], waiting: list[tuple[str, Token]], level: int) -> None:
        """Give their operands to the waiting operators that bind at least as tightly as
        ``level``."""
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

    def _after_label(self, left: s.Expr, operator: Token) -> None:
        if left.__class__ is not s.Labelled or LEVEL[operator.text] < LEVEL["as"]:
            return
        body, label = left.body.span.text, left.label.span.text
        help = f"`({body} as {label}) {operator.text} ...` labels the left side,"
        help += f" `{body} {operator.text} ... as {label}` the whole"
        message = f"`{operator.text}` cannot follow a label"
        self._report(
            "E123", message, self._span(operator, operator), "binds tighter than `as`", help
        )

    def label(self, c: list[Any]) -> s.LabelName:
        name = self.text(c[:1]) if c[0].kind == "STRING" else c[0].text
        return s.LabelName(name, _nodes(c), span=self._span(c[0], c[-1]))

    def attribute(self, c: list[Any]) -> s.Attribute:
        if c[0].__class__ is s.Number:
            span = self._span(c[0], c[2])
            self._report("E107", f"`{clip(span.text)}` is not a number", span)
        name: str | s.Text = c[2].text
        if c[2].kind == "STRING":
            name = self.text(c[2:])
            if all(isinstance(part, str) for part in name.parts):
                name = "".join(map(str, name.parts))
        return s.Attribute(c[0], name, span=self._span(c[0], c[2]))

    def call(self, c: list[Any]) -> s.Call:
        given = _nodes(c[1:])
        settings = tuple([x for x in given if x.__class__ is s.Setting])
        arguments = tuple([x for x in given if x.__class__ is not s.Setting])
        if settings:
            self._order(given[len(arguments) :])
            self._once("setting", settings)
        return s.Call(c[0], arguments, settings, span=self._span(c[0], c[-1]))

    def _order(self, last: Sequence[s.SyntaxNode]) -> None:
        """Report an argument without a name after a setting."""
        for argument in last:
            if argument.__class__ is s.Setting:
                continue
            help = "arguments without a name come first, since their place tells what they are"
            message = "this argument comes after a setting"
            self._report("E129", message, argument.span, "without a name", help)
            return

    def _once(self, noun: str, named: Iterable[Any]) -> None:
        names: set[str] = set()
        for node in named:
            if node.name in names:
                message = f"the {noun} `{node.name}` is given twice"
                self._report("E130", message, node.span, "the second")
            names.add(node.name)

    def _apart(self, parameters: Iterable[Any], inputs: Iterable[Any] | None) -> None:
        names = {parameter.name for parameter in parameters or ()}
        for port in inputs or ():
            if port.name in names:
                message = f"`{port.name}` is a parameter and an input"
                help = "rename one of them"
                self._report("E130", message, port.span, "the input", help)

    def setting(self, c: list[Any]) -> s.Setting:
        return s.Setting(c[0].text, c[2], span=self._span(c[0], c[2]))

    def index(self, c: list[Any]) -> s.Indexed:
        items = self._values(_nodes(c[1:]))
        return s.Indexed(c[0], items, span=self._span(c[0], c[-1]))

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
        text = token.text.replace("_", "")
        if len(text) > MAX_DIGITS:
            self._report("E107", f"this number has more than {MAX_DIGITS} digits", span)
            return s.Number(1, span=span)
        value = int(text) if text.isdecimal() else float(text)
        if value == math.inf:
            self._report("E107", "this number is too large for a float", span, "infinite")
        return s.Number(value, span=span)

    def dims(self, c: list[Any]) -> s.Dims:
        (token,) = c
        span = self._span(token, token)
        if len(token.text) > MAX_DIGITS:
            self._report("E107", f"these sizes have more than {MAX_DIGITS} digits", span)
            return s.Dims((1, 1), span=span)
        return s.Dims(tuple([int(v) for v in token.text.split("x")]), span=span)

    def constant(self, c: list[Any]) -> s.NamedConstant:
        return s.NamedConstant(CONSTANTS[c[0].text], span=self._span(c[0], c[0]))

    def paren(self, c: list[Any]) -> s.Paren:
        return s.Paren(c[1], span=self._span(c[0], c[2]))

    def list_(self, c: list[Any]) -> s.List:
        items = self._values(_nodes(c))
        self._no_slices(items)
        return s.List(items, span=self._span(c[0], c[-1]))

    def _no_slices(self, items: Iterable[s.SyntaxNode]) -> None:
        for item in items:
            if isinstance(item, s.Slice | s.Ellipsis):
                help = "`range(3)` is the list of 0, 1 and 2; `x[1:]` is a part of `x`"
                message = "a slice needs a value before it"
                self._report("E137", message, item.span, "a slice of what?", help)

    def _values(self, items: Sequence[Any]) -> tuple[Any, ...]:
        """The items of a list or an index, with values in place of defaults (``[H=224]``)."""
        for item in items:
            if item.__class__ is s.Setting:
                why = "the items of a list and of an index have no names"
                self._misplaced_default(item, item.value.span.text, why)
        return tuple(x.value if x.__class__ is s.Setting else x for x in items)

    def comprehension(self, c: list[Any]) -> s.Comprehension:
        return s.Comprehension(c[1], _nodes(c[2:]), span=self._span(c[0], c[-1]))

    def clause(self, c: list[Any]) -> s.Clause:
        at = _find(c, "IN")
        pattern, span = self._pattern(c[1:at]), self._span(c[0], c[-1])
        return s.Clause(pattern, c[at + 1], _nodes(c[at + 2 :]), span=span)

    def for_(self, c: list[Any]) -> s.For:
        at = _find(c, "IN")
        pattern = self._pattern(c[1:at])
        body = self._statements(c[at + 2 :])
        return s.For(pattern, c[at + 1], body, span=self._span(c[0], c[-1]))

    # --- strings ---------------------------------------------------------------------------

    def text(self, c: list[Any]) -> s.Text:
        (token,) = c
        span = self._span(token, token)
        return s.Text(tuple(self._parts(token.text[1:-1], token.start + 1)), span=span)

    def _parts(self, text: str, base: int) -> list[str | s.Expr]:
        parts: list[str | s.Expr] = []
        plain = ""
        for match in re.finditer(_PIECE, text):
            piece = match.group()
            start, end = base + match.start(), base + match.end()
            if match.lastgroup != "inner":
                plain += self._plain(piece, Span(self.source, start, end))
                continue
            if plain:
                parts.append(plain)
            plain = ""
            value = self._inner(start + 1, end - 1)
            if value is not None:
                parts.append(value)
        if plain:
            parts.append(plain)
        return parts

    def _inner(self, start: int, end: int) -> s.Expr | None:
        if self.source.text[start:end].strip():
            return self.inner(self.source, self, start, self._without_format(start, end))
        span = Span(self.source, start - 1, end + 1)
        fix = self._fix(span, "{{}}")
        help = "`{i + 1}` inserts a value; for a brace, write two"
        self._report("E108", "there is nothing between these braces", span, "", help, fix)
        return None

    def _without_format(self, start: int, end: int) -> int:
        """The end of the expression, without a format such as ``:02d`` after it."""
        inner = self.source.text[start:end]
        if ":" not in inner or "[" in inner:
            return end
        match = re.search(r":[<>^+-]?[0-9]*\.?[0-9]*[a-z%]?\s*$", inner)
        if not match:
            return end
        span = Span(self.source, start + match.start(), end)
        fix = Fix("remove it", (Edit(span, ""),))
        self._report("E108", "values are inserted as they are", span, "no formats", "", fix)
        return span.start

    def _plain(self, piece: str, span: Span) -> str:
        if piece == "{":
            help = "`{i + 1}` inserts a value; for a brace, write two"
            self._report("E108", "this `{` is not closed in its string", span, "opened here", help)
        elif piece == "}":
            help = "`{i + 1}` inserts a value; for a brace, write two"
            self._report("E108", "this `}` closes nothing", span, "", help, self._fix(span, "}}"))
        elif piece[0] == "\\":
            return self._escape(piece, span)
        return piece[0] if piece in ("{{", "}}") else printable(piece)

    def _escape(self, piece: str, span: Span) -> str:
        if piece[1:] in ESCAPES:
            return ESCAPES[piece[1:]]
        help = "a backslash is followed by n, t, a quote or another backslash"
        fix = self._fix(span, "\\" + piece)
        self._report("E108", f"`{piece}` is not an escape", span, "", help, fix)
        return piece


_PIECE: Final = r"\{\{|\}\}|\\.|(?P<inner>\{(?:[^{}\"']|\"[^\"]*\"|'[^']*')*\})|[^{}\\]+|[{}]"


def _is_pipe(value: s.Expr) -> bool:
    return isinstance(value, s.Binary) and value.operator == ">"


def _flatten(pattern: s.Pattern) -> Iterable[s.Name]:
    if isinstance(pattern, s.Name):
        yield pattern
        return
    for item in pattern.items:
        yield from _flatten(item)


def _axes(shape: Iterable[Any]) -> Iterable[s.Expr]:
    """``[3x224x224]`` is ``[3, 224, 224]``, and ``[H=224]`` is ``[H]`` with a default."""
    for item in shape:
        if isinstance(item, s.Dims):
            yield from (s.Number(v, span=item.span) for v in item.values)
        elif item.__class__ is s.Setting:
            start = item.span.start
            place = Span(item.span.source, start, start + len(item.name))
            yield s.Name(item.name, span=place)
        else:
            yield item


def _nodes(children: Sequence[Any]) -> tuple[Any, ...]:
    """The children without brackets, commas and line ends."""
    return tuple([x for x in children if x.__class__ is not Token])


def _find(children: Sequence[Any], kind: str) -> int:
    return next(i for i, x in enumerate(children) if x.__class__ is Token and x.kind == kind)
