"""Declarations of externs: what the grammar does not exclude.

The target and the names of the parameters are written into Python source, so only identifiers of
Python are allowed there.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import normalize

from . import syntax as s
from .diagnostics import Diagnostic, Edit, Fix
from .nearby import closest
from .source import Span

FACTS: Final = ("params", "macs")
SHAPE: Final = 'a target is a module, a colon and a class: `"mylib.layers:Deform"`'
EXAMPLE: Final = 'extern deform(out): x[C, H, W] -> [out, H, W] = "mylib.layers:Deform"'


def target_of(value: s.Expr) -> str:
    """The target, or "" if it is wrong."""
    text = _plain_text(value)
    return text if text and _mistake(text) is None else ""


def problems(extern: s.Extern, value: s.Expr, facts: Sequence[s.Setting]) -> Iterator[Diagnostic]:
    """The mistakes in a declaration."""
    if not extern.target and not isinstance(value, s.Broken):
        yield _wrong_target(value)
    yield from _wrong_head(extern)
    for parameter in extern.parameters:
        if not is_python_name(parameter.name):
            yield _keyword_parameter(parameter)
    for fact in facts:
        if fact.name not in FACTS:
            yield _unknown_fact(fact)


def is_python_name(name: str) -> bool:
    """Whether Python takes the text as a name, in the form in which it compares names."""
    plain = name.isidentifier() and normalize("NFKC", name) == name
    return plain and not keyword.iskeyword(name) and name != "__debug__"


def _plain_text(value: s.Expr) -> str | None:
    """The text of a string without inserted values, or None."""
    if not isinstance(value, s.Text):
        return None
    text = "".join(part for part in value.parts if isinstance(part, str))
    return text if all(isinstance(part, str) for part in value.parts) else None


def _mistake(target: str) -> str | None:
    """What is wrong with a target, or None."""
    module, colon, name = target.partition(":")
    if not target:
        return "the target is empty"
    if not colon:
        return "the target has no colon"
    if not module or not name:
        return f"the target has no {'class' if module else 'module'}"
    wrong = next((w for w in (*module.split("."), name) if not is_python_name(w)), None)
    if wrong is not None:
        kind = "is a word of Python" if keyword.iskeyword(wrong) else "is not a name in Python"
        shown = wrong.replace("\n", "\\n")
        return f"`{shown}` {kind}" if wrong else "a name is missing before or after a dot"
    return "`__future__` has no layers" if module.startswith("__future__") else None


def _wrong_target(value: s.Expr) -> Diagnostic:
    text = _plain_text(value)
    if text is None:
        message = "the target of an extern is a string without inserted values"
        return Diagnostic("E142", message, value.span, "not a target", help=(SHAPE,))
    message = _mistake(text) or "the target is wrong"
    dotted = re.fullmatch(r"(\w+(?:\.\w+)*)\.(\w+)", text)
    fix = None
    if dotted and _mistake(":".join(dotted.groups())) is None:
        target = ":".join(dotted.groups())
        fix = Fix(f'write `"{target}"`', (Edit(value.span, f'"{target}"'),))
    return Diagnostic("E142", message, value.span, "not a target", help=(SHAPE,), fix=fix)


def _wrong_head(extern: s.Extern) -> Iterator[Diagnostic]:
    if not extern.inputs:
        message = f"the extern `{extern.name}` has no inputs"
        yield _incomplete(message, extern.name_span)
    if not extern.outputs:
        message = f"the extern `{extern.name}` does not declare its results"
        yield _incomplete(message, extern.name_span)
    for port in extern.outputs or ():
        if port.shape is None:
            message = f"the result `{port.name}` of the extern `{extern.name}` has no shape"
            yield _incomplete(message, port.span)


def _incomplete(message: str, span: Span) -> Diagnostic:
    notes = ("a check does not import the class: the declaration tells the shapes",)
    return Diagnostic("E141", message, span, notes=notes, help=(f"`{EXAMPLE}`",))


def _keyword_parameter(parameter: s.Parameter) -> Diagnostic:
    message = f"`{parameter.name}` is a word of Python"
    notes = ("the parameters of an extern are the keywords of its class",)
    help = "choose another name, and translate it in a class of your own"
    return Diagnostic("E141", message, parameter.span, "not a keyword", notes=notes, help=(help,))


def _unknown_fact(fact: s.Setting) -> Diagnostic:
    close = closest(fact.name, FACTS)
    help = f"did you mean `{close}`?" if close else "an extern takes `params=` and `macs=`"
    span = Span(fact.span.source, fact.span.start, fact.span.start + len(fact.name))
    fix = Fix(f"write `{close}`", (Edit(span, close),)) if close else None
    message = f"the declaration of an extern has no `{fact.name}`"
    return Diagnostic("E141", message, span, help=(help,), fix=fix)
