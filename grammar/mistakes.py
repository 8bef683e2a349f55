"""Explains why a statement does not parse.

Each rule looks at the token that did not fit, its neighbours, the brackets around it and the tokens
that the parser expected. The first rule that recognises the mistake makes the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeAlias

from .diagnostics import Diagnostic, Edit, Fix, Label
from .lalr import Token, expected
from .layout import CLOSERS, CLOSES, DOCUMENTED
from .mend import Mend
from .record import Record
from .scanner import reserved
from .source import Source, Span
from .wording import clip

OPERATORS: Final = frozenset({"OPERATOR", "MINUS", "NOT", "IN", "NOT_IN", "AS", "IF", "ELSE"})
VALUES: Final = frozenset({"NAME", "NUMBER", "STRING", "DIMS", "CONSTANT", "POSITION"})
OPERANDS: Final = VALUES | {"RPAR", "RSQB", "RBRACE"}
TARGET: Final = '"mylib.layers:Deform"'


class Failure(Record):
    """A token that did not fit, in its statement.

    ``body_end`` is the end of the indented lines that follow, if they look like its body.
    """

    source: Source
    tokens: list[Token]
    index: int
    start: str = "file"
    body_end: int | None = None

    @cached_property
    def at(self) -> Token:
        if self.index < len(self.tokens):
            return self.tokens[self.index]
        end = self.tokens[-1].end if self.tokens else 0
        return Token("END", "", end, end)

    @property
    def before(self) -> Token:
        return self.tokens[self.index - 1] if self.index else Token("START", "", 0, 0)

    @property
    def after(self) -> Token:
        following = self.tokens[self.index + 1 :]
        return following[0] if following else Token("END", "", self.at.end, self.at.end)

    @cached_property
    def first(self) -> Token:
        return next((t for t in self.tokens if t.kind != "DOC"), self.at)

    @cached_property
    def expected(self) -> set[str]:
        return expected(self.tokens[: self.index], self.start)

    @property
    def wants_value(self) -> bool:
        return "NUMBER" in self.expected

    @property
    def has_value(self) -> bool:
        """Whether a whole value is before the token."""
        return "OPERATOR" in self.expected

    @cached_property
    def opener(self) -> int | None:
        """The index of the innermost open bracket."""
        depth = 0
        for index in range(self.index - 1, -1, -1):
            kind = self.tokens[index].kind
            if kind in CLOSES and not depth:
                return index
            depth += (kind in CLOSERS) - (kind in CLOSES)
        return None

    @cached_property
    def role(self) -> str:
        """What the innermost open bracket holds, such as the arguments of a ``call``."""
        if self.opener is None:
            return ""
        before = self.tokens[self.opener - 1].kind if self.opener else "START"
        applied = before in OPERANDS
        if self.tokens[self.opener].kind == "LBRACE":
            return "body"
        if self.tokens[self.opener].kind == "LSQB":
            return "index" if applied else "list"
        if applied and self.opener > 1 and self.tokens[self.opener - 2].kind in DOCUMENTED:
            return "parameters"
        return "call" if applied else "paren"

    @cached_property
    def in_header(self) -> bool:
        """Whether the body of a block or net, or the target of an extern, has not begun."""
        kinds = {t.kind for t in self._outside_brackets()}
        return bool(DOCUMENTED & kinds) and not {"EQUAL", "LBRACE"} & kinds

    def earlier(self, *kinds: str) -> Token | None:
        """The last token of these kinds before this one that is not inside closed brackets, or
        None."""
        return next((t for t in reversed(self._outside_brackets()) if t.kind in kinds), None)

    def _outside_brackets(self) -> list[Token]:
        result: list[Token] = []
        depth = 0
        for token in reversed(self.tokens[: self.index]):
            depth += token.kind in CLOSERS
            if not depth:
                result.append(token)
            depth -= depth > 0 and token.kind in CLOSES
        return result[::-1]

    def span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)

    def closer(self, opener: int) -> Token | None:
        """The token that closes the bracket at an index, or None."""
        depth = 0
        for token in self.tokens[opener:]:
            depth += (token.kind in CLOSES) - (token.kind in CLOSERS)
            if not depth:
                return token if token.kind in CLOSERS else None
        return None

    def rebracketed(self, opener: int, left: str, right: str, title: str) -> Fix | None:
        """A fix that replaces the brackets that open at an index, or None if they do not close."""
        close = self.closer(opener)
        if close is None:
            return None
        edits = Edit(self.span(self.tokens[opener]), left), Edit(self.span(close), right)
        return Fix(title, edits)

    def starts_line(self, token: Token) -> bool:
        span = self.span(token)
        return not self.source.line(span.line)[: span.column - 1].strip()

    def quoted(self, token: Token) -> str:
        return f"`{clip(token.text)}`" if token.text else "the end of the statement"

    def error(
        self,
        code: str,
        message: str,
        token: Token | None = None,
        detail: str = "",
        help: str = "",
        fix: Fix | None = None,
    ) -> Diagnostic:
        span = self.span(token or self.at)
        return Diagnostic(code, message, span, detail, help=(help,) if help else (), fix=fix)

    def put(self, token: Token, text: str, title: str = "") -> Fix:
        return Fix(title or f"replace it with `{text}`", (Edit(self.span(token), text),))

    def insert(self, offset: int, text: str, title: str = "") -> Fix:
        edit = Edit(Span(self.source, offset, offset), text)
        return Fix(title or f"insert `{text.strip()}`", (edit,))


Rule: TypeAlias = Callable[[Failure], Diagnostic | None]


def explain(failure: Failure) -> Diagnostic:
    return next(d for rule in RULES if (d := rule(failure)))


def misplaced(at: Span, mend: Mend, opened: Span | None) -> Diagnostic:
    """The error for a token that fits at its place and is the wrong one, as the repair shows.

    ``opened`` is a bracket that nothing closes, or None.
    """
    word = f"`{mend.text}`" if mend.text else "a value"
    if mend.kind == "KIND":
        word = "`net` or `block`"
    if not at.text and opened and mend.kind in CLOSERS:
        labels = (Label(opened, "opened here"),)
        return Diagnostic("E103", f"{word} is missing", at, "here", labels)
    if not at.text:
        return Diagnostic("E102", f"{word} is missing", at, "here")
    detail = f"expected {word}" if mend.kind else "not expected"
    return Diagnostic("E101", f"`{clip(at.text)}` does not fit here", at, detail)


# --- statements of other languages ---------------------------------------------------------

PYTHON_STATEMENTS: Final = {
    **dict.fromkeys(
        ("def", "func", "function", "fn", "async"),
        "a template is a `block name(parameters): input { ... }`",
    ),
    **dict.fromkeys(
        ("class", "struct", "module", "model"),
        "a module is a `block name(parameters): x { ... }`; a `net` can also be compiled",
    ),
    **dict.fromkeys(("let", "var", "const", "val"), "`name = value` is all that assigns a name"),
    **dict.fromkeys(
        ("while", "do", "loop", "repeat"), "`for i in range(n) { ... }` and `f * n` repeat"
    ),
    "assert": 'a checked assumption is `require condition, "message"`',
    "elif": "a choice is `a if condition else b if condition else c`",
    **dict.fromkeys(
        ("with", "try", "except", "finally", "raise", "del", "global", "yield", "await", "switch"),
        "a spec is evaluated once, when it is compiled, and becomes a graph",
    ),
}


def _python_statement(f: Failure) -> Diagnostic | None:
    word = f.first.text
    assigned = len(f.tokens) > 1 and f.tokens[1].kind == "EQUAL"
    if f.first.kind != "NAME" or word not in PYTHON_STATEMENTS or assigned:
        return None
    message = f"there is no `{word}` statement"
    return f.error("E118", message, f.first, help=PYTHON_STATEMENTS[word])


def _lambda(f: Failure) -> Diagnostic | None:
    token = next((t for t in f.tokens[: f.index] if t.text == "lambda"), None)
    if token is None:
        return None
    help = "a network is a value: `f > g`; a `block` gives it a name"
    return f.error("E118", "there is no `lambda`", token, help=help)


def _if_behind_pipe(f: Failure) -> Diagnostic | None:
    """``x > if c { relu } else { id }``."""
    braces = any(t.kind == "LBRACE" for t in f.tokens[f.index :])
    if f.at.kind != "IF" or f.before.kind != "OPERATOR" or not braces:
        return None
    help = "`x > (f if condition else g)`, without braces; `id` changes nothing"
    return f.error("E114", "`if` is written between the two values", help=help)


def _if_statement(f: Failure) -> Diagnostic | None:
    token = f.at if f.at.kind in ("IF", "ELSE") and f.starts_line(f.at) else None
    if f.at.kind == "IF" and f.before.kind == "ELSE":
        help = "a choice of three is `a if c else b if d else e`"
        return f.error("E114", "`else if` is not a construct", help=help)
    if f.at.kind in ("LBRACE", "COLON") and "ELSE" in f.expected:
        token = f.earlier("IF")
    if token is None:
        return None
    help = "`x = a if condition else b` chooses a value, `x > (f if condition else id)` a network"
    message = f"`{token.text}` is not a statement"
    return f.error("E114", message, token, "chooses between two values", help)


def _no_else(f: Failure) -> Diagnostic | None:
    if "ELSE" not in f.expected or (f.has_value and f.at.kind in VALUES):
        return None
    token = f.earlier("IF")
    if token is None or f.at.kind not in {"END", "NEWLINE", "COMMA", *CLOSERS}:
        return None
    help = "a choice has two sides: `f if condition else id` (`id` changes nothing)"
    return f.error("E102", "this `if` has no `else`", token, "expected `else`", help)


def _decorator(f: Failure) -> Diagnostic | None:
    if f.at is not f.first or f.at.text != "@":
        return None
    return f.error("E118", "there are no decorators", help="`@` is the matrix product: `a @ b`")


# --- imports, defaults, headers ------------------------------------------------------------


def _import(f: Failure) -> Diagnostic | None:
    if f.first.kind not in ("IMPORT", "FROM"):
        return None
    help = "`import a.b`, `import a.b as c` or `from a.b import c, d as e`"
    if f.at.kind == "STRING":
        path = re.sub(r"\.net$", "", f.at.text[1:-1]).strip("./").replace("/", ".")
        fix = f.put(f.at, path) if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", path) else None
        return f.error("E136", "an import names a file without quotes", help=help, fix=fix)
    if f.at.text == "*":
        return f.error("E136", "an import lists the names that it needs", help=help)
    if f.at.kind == "DOT" and f.before.kind in ("IMPORT", "FROM", "DOT"):
        help = "files are searched beside this one, then on the search path"
        return f.error("E136", "imports do not start with a dot", help=help)
    if f.at.kind == "COMMA" and f.first.kind == "IMPORT":
        fix = f.put(f.at, "\nimport", "split it into two lines")
        return f.error("E136", "each import has a line of its own", help=help, fix=fix)
    if f.at.kind == "LPAR":
        return f.error("E136", "imported names have no parentheses", help=help)
    if f.at.kind in ("OPERATOR", "MINUS") and f.before.kind == "NAME":
        message = "an import has only names and dots"
        return f.error("E136", message, help="a file is found by a name like `my_blocks`")
    return f.error("E136", f"{f.quoted(f.at)} does not fit in an import", help=help)


def _default(f: Failure) -> Diagnostic | None:
    if f.first.kind != "DEFAULT" or f.role:
        return None
    help = "`default conv(bias=false)` sets `bias` for every `conv` from here on"
    if f.at.kind == "EQUAL" and f.before is f.first:
        return _keyword(f, f.first)
    return f.error("E129", "`default` takes a layer with its settings", help=help)


def _header(f: Failure) -> Diagnostic | None:
    if not f.in_header or f.role in ("list", "index"):
        return None
    word = f.first.text
    if f.before.kind in DOCUMENTED:
        if f.at.kind == "EQUAL":
            return _keyword(f, f.before)
        help = f"`{word} name(parameters): input[3, 224, 224] {{ ... }}`"
        if f.at.kind in reserved():
            return _keyword(f, f.at)
        return f.error("E133", f"this {word} has no name", f.first, "expected a name", help)
    if f.role == "parameters":
        return _parameter(f)
    return _ports(f) or (_no_target(f) if f.first.kind == "EXTERN" else _no_body(f))


def _parameter(f: Failure) -> Diagnostic | None:
    if f.at.kind == "COLON" and f.after.kind == "LSQB":
        return f.error("E133", "inputs are written after a `:`", f.before, "an input", _PARENTHESES)
    if f.at.kind == "COLON":
        help = "`name` or `name=default`; numbers, lists, networks and tensors may be given"
        return f.error("E133", "parameters have no types", help=help)
    if f.at.text in ("*", "**"):
        help = "a parameter can be a list"
        return f.error("E133", "parameters are listed one by one", help=help)
    if f.at.kind in reserved():
        return _keyword(f, f.at)
    if f.at.kind in VALUES and f.before.kind in OPERANDS:
        return _side_by_side(f)
    if f.at.kind == "LSQB" and f.before.kind == "NAME":
        return _port_in_parentheses(f)
    help = "`name` or `name=default`, with commas between"
    return f.error("E133", f"a parameter is a name, not {f.quoted(f.at)}", help=help)


_PARENTHESES: Final = (
    "parentheses hold parameters: `net name(classes=10): image[3, 224, 224] { ... }`"
)


def _port_in_parentheses(f: Failure) -> Diagnostic:
    """``net a(x[3, 8, 8]) {``."""
    assert f.opener is not None
    alone = f.before is f.tokens[f.opener + 1]
    fix = f.rebracketed(f.opener, ": ", "", "put them after a `:`") if alone else None
    message = "inputs are written after a `:`"
    return f.error("E133", message, f.before, "an input", _PARENTHESES, fix)


def _ports(f: Failure) -> Diagnostic | None:
    inputs = f.earlier("COLON") is not None
    if f.at.kind == "NAME" and not inputs and f.earlier("ARROW") is None:
        fix = f.insert(f.before.end, ":")
        return f.error("E133", "a `:` is missing before the inputs", help="", fix=fix)
    if f.at.kind == "LPAR" and f.before.kind == "NAME" and (inputs or f.earlier("ARROW")):
        help = f"`{f.before.text}[3, 224, 224]`, without the batch axis"
        brackets = f.rebracketed(f.index, "[", "]", "write square brackets")
        return f.error("E133", "a shape is written in square brackets", help=help, fix=brackets)
    if f.at.kind == "COLON" and inputs:
        help = "`x[T, d] int`: the shape follows the name, then the dtype"
        return f.error("E133", "an input's shape and dtype have no `:`", help=help)
    if f.at.kind == "DIMS" and f.before.kind == "NAME":
        shape = f"[{', '.join(f.at.text.split('x'))}]"
        fix = f.put(f.at, shape)
        return f.error("E133", "a shape is written in square brackets", help="", fix=fix)
    return None


def _no_body(f: Failure) -> Diagnostic | None:
    kind = f.first.text
    name = f.tokens[f.tokens.index(f.first) + 1]
    if f.before.kind == "COLON" and f.at.kind == "END":
        return _braces(f, f.before, f"the body of a {kind}")
    if f.at.kind == "END" and f.before.kind not in ("COMMA", "ARROW"):
        help = f"`{kind} {name.text} = ...` or `{kind} {name.text}: x {{ ... }}`"
        return f.error("E133", f"`{name.text}` has no body", name, "", help)
    if f.before.kind == "COLON":
        help = f"`{kind} {name.text}: x {{ ... }}`; without inputs there is no `:`"
        return f.error("E133", "the inputs are missing", f.before, "after this", help)
    if f.at.kind in reserved() and "NAME" in f.expected:
        return _keyword(f, f.at)
    help = f"`{kind} name(parameters): inputs -> outputs {{ ... }}`"
    return f.error("E133", f"{f.quoted(f.at)} does not fit in the head of a {kind}", help=help)


def _no_target(f: Failure) -> Diagnostic:
    name = f.tokens[f.tokens.index(f.first) + 1].text
    if f.at.kind == "LBRACE":
        help = f"`extern {name}(...): x[T, d] -> [T, d] = {TARGET}`, or `block {name}`"
        return f.error("E141", "an extern has no body: its class is in Python", help=help)
    if f.at.kind == "END" and f.before.kind not in ("COMMA", "ARROW", "COLON"):
        help = f"its target follows: `= {TARGET}`"
        return f.error("E141", f"the extern `{name}` has no class", f.before, "after this", help)
    if f.at.kind == "END" and f.before.kind == "COLON":
        help = "the inputs follow in the same line; `->` and `=` may begin the next one"
        return f.error("E141", "the inputs are missing", f.before, "after this", help)
    help = f"`extern {name}(parameters): inputs -> results = {TARGET}`"
    return f.error("E141", f"{f.quoted(f.at)} does not fit in the head of an extern", help=help)


def _extern(f: Failure) -> Diagnostic | None:
    """What is wrong after the head of an extern, or with ``extern`` before something else than
    ``name(``."""
    if f.first.kind == "EXTERN" and f.earlier("EQUAL") and f.role in ("", "body"):
        if f.at.kind == "COLON":
            return _unquoted_target(f)
        help = "`params=` and `macs=` may follow the target, each after a comma"
        return f.error("E141", f"{f.quoted(f.at)} does not fit behind a target", help=help)
    if f.first.kind != "NAME" or f.first.text != "extern":
        return None
    following = f.tokens[f.tokens.index(f.first) + 1 :]
    declares = any(t.kind == "ARROW" for t in following)
    if following and following[0].kind == "NAME" and f.at is following[0]:
        fix = f.insert(f.at.end, "()", "insert `()`")
        message = "the parameters of an extern are written in parentheses"
        help = f"without parameters: `extern {f.at.text}()`"
        return f.error("E141", message, help=help, fix=fix)
    if declares and following[0].kind == "LPAR":
        return f.error("E141", "this extern has no name", f.first, "", "`extern name(...): ...`")
    return None


def _unquoted_target(f: Failure) -> Diagnostic:
    """``= mylib.layers:Deform``."""
    equal = f.earlier("EQUAL")
    assert equal is not None
    parts = f.tokens[f.tokens.index(equal) + 1 : f.index + 2]
    start, end = parts[0].start, parts[-1].end
    token = Token("TARGET", f.source.text[start:end], start, end)
    fix = f.put(token, '"' + re.sub("[\"']", "", token.text) + '"')
    return f.error("E141", "the target of an extern is written in quotes", token, fix=fix)


def _braces(f: Failure, colon: Token, what: str) -> Diagnostic:
    end = colon.end if f.body_end is None else f.body_end
    line = f.source.line(f.span(colon).line)
    indent = line[: len(line) - len(line.lstrip())]
    close = Edit(Span(f.source, end, end), f"\n{indent}}}")
    fix = Fix("put the body in braces", (Edit(f.span(colon), " {"), close))
    help = "indentation has no meaning"
    return f.error("E119", f"{what} is written in braces", colon, "expected `{`", help, fix)


def _loop(f: Failure) -> Diagnostic | None:
    if f.earlier("FOR") is None or f.role == "list":
        return None
    if f.before.kind == "FOR" or ("IN" in f.expected and not f.has_value):
        help = "`for i in range(3) { ... }`, `for i, (a, b) in enumerate(pairs) { ... }`"
        detail = "expected a name" if f.before.kind == "FOR" else "expected `in`"
        return f.error("E119", "a `for` takes names, then `in`", detail=detail, help=help)
    if f.at.kind == "COLON" and f.has_value:
        return _braces(f, f.at, "the body of a `for`")
    if f.at.kind == "END" and "LBRACE" in f.expected:
        help = "`for i in range(3) { ... }`"
        return f.error("E119", "this `for` has no body", f.earlier("FOR"), "", help)
    return None


# --- words ---------------------------------------------------------------------------------


def _keyword(f: Failure, token: Token) -> Diagnostic:
    message = f"`{token.text}` is a word of the language"
    help = f"choose another name, like `{token.text}_` or `my_{token.text}`"
    if token.kind in ("KIND", "SHARE") and f.at.kind == "EQUAL":
        help = f"`{token.text} name = ...` gives it a name; a value may be called `{token.text}_`"
    return f.error("E109", message, token, "cannot be a name here", help)


def _keyword_as_name(f: Failure) -> Diagnostic | None:
    if f.at.kind == "EQUAL" and f.before.kind in reserved() and not f.has_value:
        return _keyword(f, f.before)
    if f.at.kind == "KIND" and f.wants_value and f.after.kind == "NAME":
        message = f"a {f.at.text} is declared in a statement of its own"
        help = f"write `{f.at.text} {f.after.text} = ...` first, and use the name here"
        return f.error("E109", message, help=help)
    starts_statement = f.index == 0 and f.start == "file"
    if f.at.kind in reserved() - OPERATORS and "NAME" in f.expected and not starts_statement:
        return _keyword(f, f.at)
    return None


def _quoted_path(f: Failure) -> Fix:
    """``as model.decoder`` with quotes around the path."""
    end = f.index + 1
    while end + 1 < len(f.tokens) and f.tokens[end + 1].kind == "DOT":
        end += 2
    end = min(end, len(f.tokens) - 1)
    path = Span(f.source, f.before.start, f.tokens[end].end)
    return Fix(f'write `"{path.text}"`', (Edit(path, f'"{path.text}"'),))


def _label(f: Failure) -> Diagnostic | None:
    """After ``as``."""
    help = 'a label is a name, `name[i]` or a string: `as stem`, `as layer[i]`, `as "layer{i}"`'
    if f.before.kind == "AS":
        return f.error("E134", "a label must follow `as`", detail="not a label", help=help)
    labelled = f.index > 1 and f.tokens[f.index - 2].kind == "AS" and f.before.kind == "NAME"
    if not labelled or f.at.kind not in ("DOT", "LPAR"):
        return None
    if f.after.kind in ("POSITION", "NUMBER"):
        fix = Fix(
            f"write `{f.before.text}[{f.after.text}]`",
            (Edit(Span(f.source, f.at.start, f.after.end), f"[{f.after.text}]"),),
        )
        return f.error("E134", "a label is one name", help=help, fix=fix)
    if f.at.kind == "DOT":
        help = 'a label with dots is written in quotes: `as "model.decoder"`'
        fix = _quoted_path(f)
        return f.error("E134", "a label is one name", detail="a dot", help=help, fix=fix)
    return f.error("E134", "a label has no parentheses", help=help)


# --- values --------------------------------------------------------------------------------


def _spaced_dims(f: Failure) -> Diagnostic | None:
    """``3 x 3``."""
    number = f.before.kind in ("NUMBER", "DIMS")
    if not number or f.at.kind != "NAME" or not re.fullmatch(r"x([0-9]+x?)*", f.at.text):
        return None
    line = f.source.text[f.before.start :].partition("\n")[0]
    match = re.match(r"[0-9]+(\s*x\s*[0-9]+)+", line)
    if not match:
        return None
    span = Span(f.source, f.before.start, f.before.start + match.end())
    dims = re.sub(r"\s", "", match.group())
    fix = Fix(f"write `{dims}`", (Edit(span, dims),))
    return Diagnostic("E121", "sizes are written without spaces", span, f"`{dims}`", fix=fix)


def _string_prefix(f: Failure) -> Diagnostic | None:
    """``f"..."``."""
    adjacent = f.at.kind == "STRING" and f.before.kind == "NAME" and f.before.end == f.at.start
    if not adjacent or f.before.text.lower() not in ("f", "r", "b", "u", "fr", "rf"):
        return None
    fix = f.put(f.before, "", "remove it")
    help = '`"layer{i}"` fills in `i` by itself'
    return f.error("E110", "strings have no prefix", f.before, "not needed", help, fix)


def _equals(f: Failure) -> Diagnostic | None:
    if f.at.kind != "EQUAL" or f.wants_value:
        return None
    if f.role == "call":
        help = "`f(name=value)`; a comparison is `==`"
        return f.error("E120", "a setting's name is a single word", help=help)
    if f.role or f.start == "expression" or f.earlier("IF", "REQUIRE"):
        return f.error("E120", "a comparison is `==`", fix=f.put(f.at, "=="))
    return _target(f)


def _target(f: Failure) -> Diagnostic:
    if f.earlier("EQUAL"):
        help = "write `a = value` and `b = a`, on two lines"
        return f.error("E128", "a statement has only one `=`", help=help)
    target = f.source.text[f.first.start : f.before.end]
    help = "`name = value`, or `a, b = value` for several"
    token = Token("TARGET", target, f.first.start, f.before.end)
    if "\n" in target:
        message = "only names can be assigned"
        return f.error("E128", message, detail="not after a name", help=help)
    if target.startswith("self."):
        help = "a layer gets its name where it is used: `conv(3x3, 64) as stem`; `share stem = ...`"
        help += " names a layer that is used several times"
        return f.error("E128", "there is no `self`", token, "", help)
    if f.before.kind == "RSQB":
        help = "lists and tensors do not change: build a new one, `xs + [x]`"
        return f.error("E128", "an element cannot be assigned", token, "", help)
    if f.before.kind == "RPAR":
        help = f"a template is `block {target} = ...`"
        return f.error("E128", "a call cannot be assigned", token, "", help)
    if f.first.kind == "SHARE":
        return f.error("E128", "`share` gives a name to one network", help="`share enc = ...`")
    return f.error("E128", "only names can be assigned", token, "not a name", help)


def _colon(f: Failure) -> Diagnostic | None:
    if f.at.kind != "COLON":
        return None
    if f.role == "call" and f.before.kind == "NAME":
        edit = Edit(Span(f.source, f.at.start, f.after.start), "=")
        fix = Fix("replace it with `=`", (edit,))
        return f.error("E120", "a setting is given with `=`", fix=fix)
    if not f.role and f.index == 1:
        help = f"`{f.before.text} = value`"
        return f.error("E120", "names are assigned with `=` and have no types", help=help)
    return None


def _arrow(f: Failure) -> Diagnostic | None:
    """``->`` and ``>>``. The fix replaces all of them in the statement."""
    doubled = f.at.text == f.before.text == ">" and f.at.start == f.before.end
    if doubled:
        pairs = zip(f.tokens, f.tokens[1:], strict=False)
        again = [b for a, b in pairs if a.text == b.text == ">" and a.end == b.start]
        fix = Fix("write `>`", tuple(Edit(f.span(t), "") for t in again))
        return f.error(
            "E122", "the pipe is `>`", Token("", ">>", f.before.start, f.at.end), fix=fix
        )
    if f.at.kind != "ARROW" or not f.has_value:
        return None
    arrows = [t for t in f.tokens[f.index :] if t.kind == "ARROW"]
    help = "`->` is written before the outputs of a block or net"
    fix = Fix("write `>`", tuple(Edit(f.span(t), ">") for t in arrows))
    return f.error("E122", "the pipe is `>`", help=help, fix=fix)


def _brace(f: Failure) -> Diagnostic | None:
    if f.at.kind != "LBRACE":
        return None
    if f.before.kind == "EQUAL" and f.first.kind == "KIND":
        fix = f.put(f.before, "", "remove the `=`")
        help = "`= expression` or `{ statements }`"
        return f.error("E133", "a body in braces has no `=`", f.before, "", help, fix)
    help = "braces hold the body of a `block`, a `net` or a `for`"
    if f.wants_value:
        message = "there are no dictionaries and sets"
        return f.error("E138", message, help="a list is `[a, b]`; settings are `f(name=value)`")
    return f.error("E138", "a `{` without `block`, `net` or `for`", help=help)


def _comma(f: Failure) -> Diagnostic | None:
    """Several values without a list."""
    pair = f.at.kind == "END" and {"EQUAL", "COMMA"} <= f.expected and not f.has_value
    if not pair and (f.at.kind != "COMMA" or not f.has_value):
        return None
    if f.opener is not None and f.opener and f.tokens[f.opener - 1].kind == "REQUIRE":
        help = '`require condition, "message"`'
        return f.error("E139", "`require` takes no parentheses", f.tokens[f.opener], "", help)
    if f.role not in ("", "paren", "body"):
        return None
    if f.role == "paren" and f.opener is not None:
        return _tuple(f, f.opener)
    token = next(t for t in f.tokens if t.kind == "COMMA") if pair else f.at
    help = "several values are a list: `[a, b]`; on the left of `=` they are `a, b = ...`"
    return f.error("E139", "there are no tuples", token, "expected a list", help)


def _tuple(f: Failure, opener: int) -> Diagnostic:
    fix = f.rebracketed(opener, "[", "]", "write a list")
    help = "several values are a list: `[a, b]`"
    return f.error("E139", "there are no tuples", f.at, "expected a list", help, fix)


def _tuple_first(f: Failure) -> Diagnostic | None:
    """``(x, y) > concat``. Up to the ``)`` it could be the start of ``(x, y) = ...``."""
    if f.before.kind != "RPAR" or f.at.kind not in OPERATORS or f.has_value:
        return None
    opener = f.tokens.index(f.first)
    return _tuple(f, opener) if f.closer(opener) is f.before else None


def _pattern(f: Failure) -> Diagnostic | None:
    """``rearrange(n c h w -> n (c h w))``: the quotes are missing."""
    if f.role != "call" or f.opener is None or f.at.kind not in ("NAME", "LPAR", "ARROW", "COMMA"):
        return None
    close = f.closer(f.opener)
    word = f.tokens[f.opener - 1].text
    if close is None or word not in ("rearrange", "reduce", "repeat", "einsum"):
        return None
    start = f.tokens[f.opener].end
    text = f.source.text[start : close.start]
    pattern = text if word == "einsum" else re.split(r",\s*\w+\s*(?:=|$)", text)[0]
    if "->" not in pattern or '"' in pattern:
        return None
    span = Span(f.source, start, start + len(pattern.rstrip()))
    fix = Fix("put it in quotes", (Edit(span, f'"{span.text}"'),))
    return Diagnostic("E105", "a pattern is written in quotes", span, "", fix=fix)


def _repeated(f: Failure) -> Diagnostic | None:
    """``linear(8) x 3``."""
    if f.at.text != "x" or f.after.kind != "NUMBER" or f.before.kind not in OPERANDS:
        return None
    fix = f.put(f.at, "*")
    help = f"`f * {f.after.text}` is `f > f > ...`, each with its own weights"
    return f.error("E112", "a network is repeated with `*`", help=help, fix=fix)


def _generator(f: Failure) -> Diagnostic | None:
    if f.at.kind != "FOR" or not f.has_value:
        return None
    help = "`[f(x) for x in xs]`"
    return f.error("E110", "a comprehension is written in square brackets", help=help)


def _is(f: Failure) -> Diagnostic | None:
    if f.at.text != "is" or not f.has_value:
        return None
    word = "!=" if f.after.kind == "NOT" else "=="
    span = Span(f.source, f.at.start, f.after.end if word == "!=" else f.at.end)
    fix = Fix(f"write `{word}`", (Edit(span, word),))
    return f.error("E112", f"`{span.text}` is written `{word}`", help="", fix=fix)


def _dotted_range(f: Failure) -> Diagnostic | None:
    """``1..3``, which reads as ``1.`` and ``.3``."""
    first, last = f.before.text, f.at.text
    if f.before.end != f.at.start or not re.fullmatch(r"\d+\.\.\d+", first + last):
        return None
    span = Span(f.source, f.before.start, f.at.end)
    meant = f"range({first[:-1]}, {last[1:]})"
    help = f"`{meant}` ends before {last[1:]}"
    fix = Fix(f"write `{meant}`", (Edit(span, meant),))
    return Diagnostic("E110", "ranges are not written with dots", span, help=(help,), fix=fix)


def _side_by_side(f: Failure) -> Diagnostic | None:
    if f.before.kind not in OPERANDS or f.at.kind not in VALUES | {"FOR", "LPAR"}:
        return None
    if f.role in ("call", "list", "index", "parameters"):
        fix = f.insert(f.before.end, ",")
        return f.error("E110", "a comma is missing", detail="before this", fix=fix)
    help = "a pipe is `a > b`; each statement has a line of its own"
    fix = f.insert(f.before.end, " >", "put a pipe between them")
    message = f"there is nothing between `{clip(f.before.text)}` and `{clip(f.at.text)}`"
    return f.error("E110", message, detail="a second value", help=help, fix=fix)


def _unpacking(f: Failure) -> Diagnostic | None:
    if f.at.text not in ("*", "**") or f.before.kind not in ("LPAR", "COMMA", "LSQB"):
        return None
    if not f.wants_value and f.role != "call":
        return None
    help = "a list is one argument: `f(layers)`; `+` joins lists"
    return f.error("E124", f"there is no unpacking with `{f.at.text}`", help=help)


def _missing_operand(f: Failure) -> Diagnostic | None:
    if not f.wants_value:
        return None
    closes = f.at.kind in {"END", "NEWLINE", *CLOSERS}
    if closes and f.before.kind in OPERATORS:
        message = f"`{f.before.text}` has nothing on its right"
        help = "`%` is the remainder; 20 % is `0.2`" if f.before.text == "%" else ""
        return f.error("E102", message, f.before, "expected a value after this", help)
    if closes and f.before.kind == "EQUAL":
        return f.error("E102", "a value is missing", f.before, "after this")
    if closes and f.before.kind in CLOSES:
        span = Span(f.source, f.before.start, f.at.end)
        return Diagnostic("E124", f"`{span.text}` is empty", span, "expected a value")
    if not f.tokens:
        return f.error("E102", "a value is missing")
    if f.at.kind in OPERATORS | {"ARROW"} and f.before.kind in OPERATORS:
        message = f"a value is missing between `{f.before.text}` and `{f.at.text}`"
        return f.error("E124", message, detail="expected a value before this")
    if f.at.kind in OPERATORS | {"COMMA", "DOT", "ARROW", "EQUAL", "COLON"}:
        return f.error("E124", f"`{f.at.text}` has nothing on its left", detail="nothing before it")
    return None


# --- anything else -------------------------------------------------------------------------

GROUPS: Final = (
    ({"NAME", "NUMBER", "LPAR"}, "a value"),
    ({"OPERATOR", "MINUS"}, "an operator"),
    ({"NAME"}, "a name"),
    ({"STRING"}, "a string"),
    ({"IN"}, "`in`"),
    ({"ELSE"}, "`else`"),
    ({"IMPORT"}, "`import`"),
    ({"EQUAL"}, "`=`"),
    ({"COLON"}, "`:`"),
    ({"COMMA"}, "`,`"),
    ({"RPAR"}, "`)`"),
    ({"RSQB"}, "`]`"),
    ({"LBRACE"}, "`{`"),
    ({"$END"}, "the end of the line"),
)
# Kinds that are not listed beside "a value" or "an operator".
COVERED: Final = {
    "a value": {"NAME", "STRING", "EQUAL", "COLON"},
    "an operator": {"IN", "COLON", "EQUAL"},
}


def _unexpected(f: Failure) -> Diagnostic:
    left = set(f.expected)
    words: list[str] = []
    for kinds, word in GROUPS:
        if kinds <= left:
            words.append(word)
            left -= kinds | COVERED.get(word, set())
    *rest, last = words or ["something else"]
    detail = f"expected {', '.join(rest)} or {last}" if rest else f"expected {last}"
    if f.at.kind == "END":
        message = f"something is missing after {f.quoted(f.before)}"
        return f.error("E102", message, f.before, detail)
    return f.error("E101", f"{f.quoted(f.at)} does not fit here", detail=detail)


RULES: Final[tuple[Rule, ...]] = (
    _python_statement,
    _lambda,
    _if_behind_pipe,
    _if_statement,
    _no_else,
    _decorator,
    _import,
    _default,
    _extern,
    _header,
    _loop,
    _keyword_as_name,
    _label,
    _spaced_dims,
    _string_prefix,
    _equals,
    _colon,
    _arrow,
    _brace,
    _pattern,
    _comma,
    _tuple_first,
    _repeated,
    _generator,
    _is,
    _dotted_range,
    _side_by_side,
    _unpacking,
    _missing_operand,
    _unexpected,
)
