"""A net's arguments and input shapes from outside. Text is read as the language is, from Python and
from the command line alike: ``unit=bottleneck``, ``act=bn > relu``, ``depths=[3, 4, 6, 3]``,
``pad=same``; shapes are ``3x32x32`` or ``12 int``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, Final

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.nearby import closest
from ...grammar.parser import parse_expression
from ...grammar.source import Source
from .. import advice
from ..dims import symbol
from ..environment import Environment, FileNames
from ..layer import Init, hints, options, takes
from ..layers import layers
from ..types import TensorType
from ..values import UNKNOWN, Data, Template
from .elaborator import Elaborator
from .functions import FUNCTIONS
from .names import lookup, value_in_file
from .open_parameters import Parameter, closed_parameters, parameters_of
from .settings import setting_value


def arguments_of(
    el: Elaborator, file: FileNames, net: str, parameters: Mapping[str, object]
) -> dict[str, Data]:
    """The values of a net's parameters."""
    block = file.declared.nets[net]
    template = value_in_file(el, file, net)
    if not isinstance(template, Template):
        return {}
    declared = parameters_of(el, template)
    values: dict[str, Data] = {}
    unknown = [name for name in parameters if name not in declared]
    for name in unknown:
        closed = closed_parameters(el, template).get(name)
        giver = closed.giver.block if closed is not None and closed.giver is not None else None
        called = giver.name if giver is not None else net
        help = _instead(file, called, [*declared], name, parameters[name])
        el.report(advice.arguments.no_parameter(block, name, help, giver))
    for name, value in parameters.items():
        if name in declared:
            values[name] = _value(el, file, declared[name], value)
    if unknown:  # one of them was probably meant for a missing one
        own = block.parameters
        lacking = [p.name for p in own if p.default is None and p.name not in values]
        values |= dict.fromkeys(lacking, UNKNOWN)
    return values


def _instead(file: FileNames, net: str, names: list[str], name: str, value: object) -> str:
    """The help for a parameter that a net does not have, or that it gives itself. ``names`` are the
    parameters that there are."""
    nets = file.declared.nets
    called, given = _call_of(file, net)
    takers = [called] if name in given else [n for n, b in nets.items() if name in _names(b)]
    if takers:
        other = takers[0]
        chosen = {**(given if other == called else {}), name: str(value)}
        options = (f"-p {quote(f'{n}={v}')}" for n, v in chosen.items())
        return f"`{other}` has: `--net {other} {' '.join(options)}`"
    close = closest(name, names)
    if close is not None:
        return f"did you mean `{close}`?"
    return f"its parameters: {', '.join(names)}" if names else "it has none"


def _call_of(file: FileNames, net: str) -> tuple[str, dict[str, str]]:
    """The net of the file that a net calls, and the arguments that it gives to it:
    ``net resnet18 = ResNet(basic, [2, 2, 2, 2])``."""
    nets = file.declared.nets
    match nets[net].body if net in nets else ():
        case [syntax.ExpressionStatement(syntax.Call(syntax.Name(id=called)) as call)]:
            pass
        case _:
            return "", {}
    if called not in nets:
        return "", {}
    arguments = dict(zip(_names(nets[called]), call.arguments, strict=False))
    arguments |= {setting.name: setting.value for setting in call.settings}
    return called, {n: value.span.text.replace(", ", ",") for n, value in arguments.items()}


def _names(block: syntax.Block) -> list[str]:
    return [p.name for p in block.parameters]


# --- one value -------------------------------------------------------------------------------


def _value(el: Elaborator, file: FileNames, parameter: Parameter, value: object) -> Data:
    if isinstance(value, str):
        return _text(el, file, parameter.syntax.name, value, _wanted(parameter))
    if isinstance(value, list | tuple | range):
        return [_value(el, file, parameter, v) for v in value]
    if getattr(value, "shape", None) == () and hasattr(value, "item"):  # NumPy's and torch's
        value = value.item()
    if value is None or isinstance(value, bool | int | float):
        return value
    return el.report(advice.arguments.no_argument(parameter.syntax, value))


# --- texts -----------------------------------------------------------------------------------

VALUE: Final = object()
"""The use of a parameter whose text is an ordinary value: a number, a list, a network."""


def _text(el: Elaborator, file: FileNames, name: str, text: str, wanted: Any) -> Data:
    """The value of a text, for a setting of the type ``wanted``; `VALUE` is any value, None is not
    known."""
    source = Source(f"<{name}>", text)
    expression, problems = parse_expression(source)
    literal = isinstance(expression, syntax.Text | syntax.Number | syntax.NamedConstant)
    if wanted is str and (problems or not literal):
        return text
    if expression is None or problems:
        if wanted is None:
            return text
        el.findings.all += problems
        return UNKNOWN
    env = file.environment or Environment(file)
    if wanted is None and isinstance(expression, syntax.Name):
        meaning = lookup(el, text.strip(), env, expression.span)
        return meaning.value if meaning is not None else text
    if wanted is VALUE or wanted is None:
        return el.evaluate(expression, env)
    return setting_value(el, expression, wanted, env)


def _wanted(parameter: Parameter) -> Any:
    """The type of the layers' settings that a parameter is for; `VALUE` if it has other uses, None
    if only other files use it."""
    if isinstance(parameter.syntax.default, syntax.Text):
        return str
    file, block = parameter.owner.environment.file, parameter.owner.block
    uses = list(_uses(file, block, parameter.syntax.name, frozenset()))
    setting_type = next((use for use in uses if use is not None and use is not VALUE), None)
    return setting_type or (VALUE if VALUE in uses else None)


def _uses(
    file: FileNames, node: syntax.SyntaxNode, name: str, passed: frozenset[tuple[str, str]]
) -> Iterator[Any]:
    """The types that the places need at which a name is read."""
    for child in syntax.children(node):
        if not (isinstance(child, syntax.Name) and child.id == name):
            yield from _uses(file, child, name, passed)
        elif isinstance(node, syntax.Text) or _beside_text(node):
            yield str
        elif not isinstance(node, syntax.Call | syntax.Setting):
            yield VALUE
    if isinstance(node, syntax.Call):
        yield from _argument_uses(file, node, name, passed)


def _beside_text(node: syntax.SyntaxNode) -> bool:
    """``mode == "pre"``"""
    return isinstance(node, syntax.Binary) and any(
        isinstance(side, syntax.Text) for side in (node.left, node.right)
    )


def _argument_uses(
    file: FileNames, call: syntax.Call, name: str, passed: frozenset[tuple[str, str]]
) -> Iterator[Any]:
    """The types that a call needs for the arguments that are this name."""
    function = call.function.id if isinstance(call.function, syntax.Name) else ""
    if function == name:
        yield VALUE
    given: list[tuple[int | str, syntax.Expr]] = [*enumerate(call.arguments)]
    given += [(setting.name, setting.value) for setting in call.settings]
    for place, value in given:
        if isinstance(value, syntax.Name) and value.id == name:
            yield from _needs(file, function, place, passed)


def _needs(
    file: FileNames, function: str, place: int | str, passed: frozenset[tuple[str, str]]
) -> Iterator[Any]:
    """The types that a layer, or a block of the file, takes for an argument."""
    blocks = (s for s in file.declared.tree.statements if isinstance(s, syntax.Block))
    block = next((b for b in blocks if b.name == function), None)
    types = hints(layers()[function]) if block is None and function in layers() else {}
    names = list(types) if block is None else _names(block)
    at = names[place] if isinstance(place, int) and place < len(names) else str(place)
    if at not in names:
        yield VALUE if function in FUNCTIONS else None
    elif block is None:
        yield (
            types[at]
            if options(types[at]) or takes(types[at], Init) or takes(types[at], str)
            else VALUE
        )
    elif (function, at) not in passed:
        yield from _uses(file, block, at, passed | {(function, at)})


# --- input shapes ----------------------------------------------------------------------------


def input_shapes(
    inputs: Mapping[str, str] | str | None,
) -> tuple[dict[str, TensorType | None], list[Diagnostic]]:
    """Shapes by input name; ``""`` is the first input (``--input 3x32x32``)."""
    given = {"": inputs} if isinstance(inputs, str) else dict(inputs or {})
    shapes = {name: parse_input(text) for name, text in given.items()}
    bad = [text for name, text in given.items() if shapes[name] is None]
    return shapes, [advice.arguments.no_shape(text) for text in bad]


def parse_input(text: str) -> TensorType | None:
    """``3x32x32``, ``T,64``, ``12 int``: sizes are numbers or names, joined by ``x`` or commas."""
    words = text.split()
    dtype = words[1] if len(words) == 2 else "float"
    if len(words) > 2 or dtype not in ("float", "int", "bool", "complex"):
        return None
    parts = words[0].replace(",", "x").split("x") if words else []
    if not all(_is_size(p) or p.isidentifier() for p in parts):
        return None
    sizes = [int(p) if p.isdecimal() else symbol(p) for p in parts]
    return TensorType((symbol("N"), *sizes), dtype)  # type: ignore[arg-type]


def _is_size(text: str) -> bool:
    return text.isdecimal() and len(text) <= 10 and 0 < int(text) < 2**31
