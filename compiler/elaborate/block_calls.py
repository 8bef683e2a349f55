"""Blocks with their arguments: ``stage(64, depth=2)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import counted, listing
from ..environment import Environment
from ..layers import layers
from ..values import UNKNOWN, BlockNetwork, Data, Template, Tensor, unknown_in
from .elaborator import Elaborator
from .settings import given_twice, renamed
from .translations import after_pipe

HIDDEN: Final = "the file's own name hides the layer: choose another one"


def call_block(
    el: Elaborator, template: Template, word: str, expr: syntax.Call, env: Environment
) -> Data:
    names = [p.name for p in template.block.parameters]
    given: dict[str, Data] = {}
    good = True
    for i, argument in enumerate(expr.arguments):
        value = el.evaluate(argument, env)
        if i >= len(names):
            good = _too_many_arguments(el, template, expr, i, value, names)
            break
        given[names[i]] = value
    for setting in expr.settings:
        value = el.evaluate(setting.value, env)
        if setting.name not in names or setting.name in names[: len(expr.arguments)]:
            good = _bad_argument(el, template, setting, names)
            continue
        given.setdefault(setting.name, value)
    if not good:
        return UNKNOWN
    network = bind_block(el, template, given, word, expr.span)
    return UNKNOWN if network is None else network


def _too_many_arguments(
    el: Elaborator, template: Template, expr: syntax.Call, index: int, value: Data, names: list[str]
) -> bool:
    argument, fix = expr.arguments[index], None
    if _head_is_wrong(el, template, len(expr.arguments) - len(names)):
        return False
    tensor = isinstance(value, Tensor) or value is UNKNOWN
    if tensor and not names and len(expr.arguments) == 1 and not after_pipe(expr.span):
        applied = f"{argument.span.text} > {expr.function.span.text}"
        help = f"`{applied}`: parentheses hold settings"
        fix = Fix("pipe it", (Edit(expr.span, f"({applied})"),))
    elif template.name in layers():
        help = HIDDEN
    elif names:
        help = f"it takes {listing(names)}"
    else:
        help = f"write `{template.name}` without parentheses"
    el.report(
        "E205",
        f"`{template.name}` takes {counted(len(names), 'argument')}",
        argument.span,
        help=help,
        fix=fix,
    )
    return False


def _bad_argument(
    el: Elaborator, template: Template, setting: syntax.Setting, names: list[str]
) -> bool:
    if setting.name in names:
        given_twice(el, setting.name, setting.span, names)
        return False
    close = el.near(setting.name, names)
    help = HIDDEN if template.name in layers() else f"it takes {listing(names)}"
    el.report(
        "E202",
        f"`{template.name}` has no parameter `{setting.name}`",
        setting.span,
        help=f"did you mean `{close}`?" if close else help,
        fix=renamed(setting, close),
    )
    return False


def _head_is_wrong(el: Elaborator, template: Template, extra: int = 0) -> bool:
    """Whether a body reads names that nothing gives: then a call that does not fit the head is
    no second mistake. ``extra`` arguments may be theirs."""
    from ..names import known_in, unknown_names
    from .foreign import explain_name

    block, file = template.block, template.environment.file
    known = {*known_in(file.tree), *template.environment.known_names()}
    unknown = [n for n in unknown_names(block, known) if n.id not in file.lost]
    names = list(dict.fromkeys(name.id for name in unknown))
    misspelt = any(explain_name(n, known)[0] or el.near(n, known) for n in names)
    if not unknown or (misspelt and len(names) != extra):
        return False
    el.report(
        "E201",
        f"`{block.name}` reads {listing(names)}, and nothing gives "
        f"{'it' if len(names) == 1 else 'them'}",
        block.name_span,
        labels=[Label(unknown[0].span, "not known here")],
        help=f"a parameter would: `{block.name}(..., {names[0]})`",
    )
    return True


def bind_block(
    el: Elaborator, template: Template, given: Mapping[str, Data], word: str, span: Span
) -> BlockNetwork | None:
    """Arguments in the order of the parameters, defaults evaluated where the block stands."""
    scope = template.environment.inner()
    bound: dict[str, Data] = {}
    for parameter in template.block.parameters:
        if parameter.name in given:
            bound[parameter.name] = given[parameter.name]
        elif parameter.default is not None:
            bound[parameter.name] = el.evaluate(parameter.default, scope)
        else:
            missing = [
                p.name
                for p in template.block.parameters
                if p.default is None and p.name not in given
            ]
            if _head_is_wrong(el, template):
                return None
            help = f"`{template.name}({', '.join(f'{m}=...' for m in missing)})`"
            if span == template.block.name_span:  # a net, from outside
                outside = " ".join(f"-p {m}=..." for m in missing)
                help = f"give it, `{outside}`, or a default: `{missing[0]}=8`"
            el.report("E203", f"`{template.name}` needs {listing(missing)}", span, help=help)
            return None
        scope.names[parameter.name] = bound[parameter.name]
    if unknown_in(list(bound.values())):
        return None
    return BlockNetwork(template, bound, word, span)
