"""Translations of calls of PyTorch, Keras and Caffe: the fix for an unknown word."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..layers import layers
from ..values import UNKNOWN, tensors_in
from .elaborator import Elaborator
from .names import lookup


def translate(el: Elaborator, expr: syntax.Call, env: Environment) -> None:
    """Gives the error for a word of PyTorch or Keras a fix that translates the whole call."""
    error = el.findings.all[-1] if el.findings.all else None
    function = expr.function
    module = function if isinstance(function, syntax.Call) else None
    blamed = module.function if module is not None else function
    if error is None or error.code != "E201" or error.span != blamed.span:
        return
    translation = _translation(el, module or expr, env)
    if module is not None and translation is not None and translation[0]:  # nn.Linear(8, 4)(x)
        translation = _piped_into(expr.arguments, translation[0]), translation[1]
    if translation is not None and any(translation):
        text, why = translation
        el.findings.amend(advice.names.with_translation(error, text, why, expr.span, env.file))


def _translation(el: Elaborator, expr: syntax.Call, env: Environment) -> tuple[str, str] | None:
    """A call of another framework in the language, and why it has fewer arguments."""
    name = expr.function.span.text
    given = [_written(el, a, env) for a in expr.arguments]
    named = [(s.name, _written(el, s.value, env)) for s in expr.settings]
    if advice.foreign.is_sequential(name):
        members = [_written(el, m, env) for m in _members(expr.arguments)]
        return (f"({' > '.join(members)})" if members else ""), ""
    several = advice.foreign_calls.rewritten(name, given, dict(named))
    if several is not None:
        names = advice.foreign_names
        return several, advice.foreign_calls.WHY.get(names.bare_name(name), "")
    word = advice.foreign.native(name, layers())
    if word is None:
        return None
    tensors = [a for a in expr.arguments if seems_tensor(el, a, env)]
    if not tensors or not advice.foreign_names.bare_name(name).islower():
        return advice.foreign.translated(name, layers()[word], word, given, named)
    piped = tensors[: layers()[word].arity[1]]
    called = advice.foreign.applied(name, layers()[word], word, given[len(piped) :], named)
    if called is None or piped != list(expr.arguments[: len(piped)]):
        return None
    return (called if after_pipe(expr.span) else _piped_into(piped, called)), ""


def _piped_into(tensors: Sequence[syntax.Expr], called: str) -> str:
    """``(x > relu)``, ``([a, b] > add)``."""
    texts = ", ".join(t.span.text for t in tensors)
    return f"({texts if len(tensors) == 1 else f'[{texts}]'} > {called})" if texts else ""


def _written(el: Elaborator, expr: syntax.Expr, env: Environment) -> str:
    """The text of an argument, with the calls of another framework in it translated."""
    text = expr.span.text
    if isinstance(expr, syntax.List):
        return f"[{', '.join(_written(el, item, env) for item in expr.items)}]"
    called = expr.function if isinstance(expr, syntax.Call) else expr
    if not isinstance(called, syntax.Name | syntax.Attribute) or _is_known(el, called, env):
        return text
    if isinstance(expr, syntax.Call):
        translation = _translation(el, expr, env)
        return translation[0] if translation is not None and translation[0] else text
    return advice.foreign.native(text, layers()) or text


def _is_known(el: Elaborator, expr: syntax.Name | syntax.Attribute, env: Environment) -> bool:
    root = expr.span.text.split(".")[0]
    return lookup(el, root, env, expr.span) is not None


def seems_tensor(el: Elaborator, expr: syntax.Expr, env: Environment) -> bool:
    """Whether an argument seems to be a tensor. Only its text is used: it is not evaluated
    again."""
    if isinstance(expr, syntax.List):
        return any(seems_tensor(el, item, env) for item in expr.items)
    if not isinstance(expr, syntax.Name):
        return isinstance(expr, syntax.Binary) and expr.operator == ">"
    meaning = lookup(el, expr.id, env, expr.span)
    return meaning is not None and (meaning.value is UNKNOWN or tensors_in(meaning.value))


def after_pipe(span: Span) -> bool:
    return span.source.text[max(0, span.start - 100) : span.start].rstrip().endswith(">")


def _members(arguments: tuple[syntax.Expr, ...]) -> tuple[syntax.Expr, ...]:
    """The members of ``Sequential(f, g)`` or ``Sequential([f, g])``."""
    first = arguments[0] if arguments else None
    return first.items if isinstance(first, syntax.List) else arguments
