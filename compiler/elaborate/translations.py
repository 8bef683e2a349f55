"""Calls of PyTorch, Keras and Caffe, and how they are written here: the fix of an unknown word."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ..environment import Environment
from ..layers import layers
from ..values import UNKNOWN, tensors_in
from .elaborator import Elaborator
from .names import lookup


def translate(el: Elaborator, expr: syntax.Call, env: Environment) -> None:
    """Where a word of PyTorch or Keras was explained, the fix is the whole call."""
    said = el.findings.all[-1] if el.findings.all else None
    function = expr.function
    module = function if isinstance(function, syntax.Call) else None
    blamed = module.function if module is not None else function
    if said is None or said.code != "E201" or said.span != blamed.span:
        return
    found = _translation(el, module or expr, env)
    if module is not None and found is not None:  # nn.Linear(8, 4)(x)
        found = _piped_into(expr.arguments, found[0]), found[1]
    if found is not None and found[0]:
        text, why = found
        edits = (Edit(expr.span, text), *_block_for(text, env))
        fix = Fix(f"write `{text}`" + (", and its block" if len(edits) > 1 else ""), edits)
        el.amend(fix=fix, help=(*said.help, why) if why not in ("", *said.help) else said.help)


def _block_for(text: str, env: Environment) -> tuple[Edit, ...]:
    """The block that a translation calls, at the end of the file, if it is not there."""
    from .foreign_calls import BLOCKS

    block = BLOCKS.get(text.partition("(")[0])
    if block is None or text.partition("(")[0] in env.file.names:
        return ()
    end = len(env.file.source.text)
    return (Edit(Span(env.file.source, end, end), f"\n{block}"),)


def _translation(el: Elaborator, expr: syntax.Call, env: Environment) -> tuple[str, str] | None:
    """A call of another framework as it is written here, and why it holds less."""
    from .foreign import applied, is_sequential, native, translated
    from .foreign_calls import WHY, rewritten
    from .foreign_names import bare_name

    name = expr.function.span.text
    given = [_written(el, a, env) for a in expr.arguments]
    named = [(s.name, _written(el, s.value, env)) for s in expr.settings]
    if is_sequential(name):
        members = [_written(el, m, env) for m in _members(expr.arguments)]
        return (f"({' > '.join(members)})" if members else ""), ""
    several = rewritten(name, given, dict(named))
    if several is not None:
        return several, WHY.get(bare_name(name), "")
    word = native(name, layers())
    if word is None:
        return None
    tensors = [a for a in expr.arguments if seems_tensor(el, a, env)]
    if not tensors or not bare_name(name).islower():
        return translated(name, layers()[word], word, given, named)
    called = applied(name, layers()[word], word, given[len(tensors) :], named)
    if called is None or tensors != list(expr.arguments[: len(tensors)]):
        return None
    return (called if after_pipe(expr.span) else _piped_into(tensors, called)), ""


def _piped_into(tensors: Sequence[syntax.Expr], called: str) -> str:
    """``(x > relu)``, ``([a, b] > add)``."""
    texts = ", ".join(t.span.text for t in tensors)
    return f"({texts if len(tensors) == 1 else f'[{texts}]'} > {called})" if texts else ""


def _written(el: Elaborator, expr: syntax.Expr, env: Environment) -> str:
    """The text of an argument; what is another framework's in it is written as it is here."""
    text = expr.span.text
    if isinstance(expr, syntax.List):
        return f"[{', '.join(_written(el, item, env) for item in expr.items)}]"
    called = expr.function if isinstance(expr, syntax.Call) else expr
    if not isinstance(called, syntax.Name | syntax.Attribute) or _is_known(el, called, env):
        return text
    if isinstance(expr, syntax.Call):
        found = _translation(el, expr, env)
        return found[0] if found is not None and found[0] else text
    from .foreign import native

    return native(text, layers()) or text


def _is_known(el: Elaborator, expr: syntax.Name | syntax.Attribute, env: Environment) -> bool:
    root = expr.span.text.split(".")[0]
    return lookup(el, root, env, expr.span) is not None


def seems_tensor(el: Elaborator, expr: syntax.Expr, env: Environment) -> bool:
    """Whether an argument is a tensor, as far as its text tells: it is not evaluated again."""
    if isinstance(expr, syntax.List):
        return any(seems_tensor(el, item, env) for item in expr.items)
    if not isinstance(expr, syntax.Name):
        return isinstance(expr, syntax.Binary) and expr.operator == ">"
    found = lookup(el, expr.id, env, expr.span)
    return found is not None and (found.value is UNKNOWN or tensors_in(found.value))


def after_pipe(span: Span) -> bool:
    return span.source.text[max(0, span.start - 100) : span.start].rstrip().endswith(">")


def _members(arguments: tuple[syntax.Expr, ...]) -> tuple[syntax.Expr, ...]:
    """Those of ``Sequential(f, g)`` or ``Sequential([f, g])``."""
    first = arguments[0] if arguments else None
    return first.items if isinstance(first, syntax.List) else arguments
