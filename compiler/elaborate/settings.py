"""Layers with their settings: ``conv(3x3, 64)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ...grammar.wording import counted, either, listing
from ..dims import Size
from ..environment import Environment
from ..inits import INIT_SETTINGS, INITS, wrong_value
from ..layer import Init, Layer, conforms, hints, options, takes
from ..types import TensorType
from ..values import (
    UNKNOWN,
    Data,
    LayerNetwork,
    LayerWord,
    Network,
    Tensor,
    describe,
    tensors_in,
    unknown_in,
)
from .elaborator import Elaborator
from .layer_nodes import run_source
from .names import lookup, unknown_name, value_in_file
from .tensors import known_type
from .translations import after_pipe, seems_tensor


def call_layer(el: Elaborator, word: LayerWord, expr: syntax.Call, env: Environment) -> Data:
    def bind() -> Data:
        return _bind_layer(el, word, expr.arguments, expr.settings, expr.span, env)

    return _bound_once(el, word, expr.span, bind) if _is_literal(expr) else bind()


def bare_layer(el: Elaborator, word: LayerWord) -> Network | None:
    """``relu``, without parentheses."""
    made = _bound_once(el, word, word.span, lambda: _bind_layer(el, word, (), (), word.span))
    return made if isinstance(made, Network) else None


def _bound_once(el: Elaborator, word: LayerWord, span: Span, bind: Callable[[], Data]) -> Data:
    """A layer whose settings are literals is bound once, however often its text occurs."""
    key = (span.text, word.layer, word.word, word.environment.defaults.get(word.layer.word))
    known = el.memos.calls.get(key)
    if known is not None:
        return known if known.span is span else known.moved(span)
    bound = bind()
    if isinstance(bound, LayerNetwork) and not bound.tensors:
        el.memos.calls[key] = bound
    return bound


def _bind_layer(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    settings: tuple[syntax.Setting, ...],
    span: Span,
    env: Environment | None = None,
) -> Data:
    layer, types = word.layer, hints(word.layer)
    env = env or word.environment
    values: dict[str, Data] = {}
    spans: dict[str, Span] = {}
    for default, where in word.environment.defaults.get(layer.word, ()):
        if default.name in types:
            values[default.name] = setting_value(el, default.value, types[default.name], where)
            spans[default.name] = default.span
    good = _positional(el, word, arguments, values, spans, span, env)
    opened: list[tuple[str, Data]] = []
    for setting in settings:
        if setting.name in types:
            hint = types[setting.name]
            values[setting.name] = setting_value(el, setting.value, hint, env)
            spans[setting.name] = setting.value.span
        elif getattr(layer, "open_settings", False):
            opened.append((setting.name, el.evaluate(setting.value, env)))
        else:
            meant_setting(el, word, setting, env)
            good = False
    if opened:
        values["axes"] = opened
    good = good and _given_once(el, word, arguments, settings)
    if not good or unknown_in(list(values.values())):
        return UNKNOWN
    return _finish_layer(el, word, values, spans, span)


def _given_once(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    settings: tuple[syntax.Setting, ...],
) -> bool:
    """Whether no setting is there by position and by name."""
    by_position = list(hints(word.layer))[: 1 if word.layer.variadic else len(arguments)]
    twice = next((s for s in settings if arguments and s.name in by_position), None)
    broken = word.environment.file.is_broken
    if twice is not None and not any(broken(a.span) for a in arguments):
        given_twice(el, twice.name, twice.span, by_position)
    return twice is None


def given_twice(el: Elaborator, name: str, span: Span, order: list[str]) -> None:
    el.report(
        "E202",
        f"`{name}` is given twice",
        span,
        help=f"arguments without a name come first, in this order: {listing(order)}",
    )


def _positional(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    values: dict[str, Data],
    spans: dict[str, Span],
    span: Span,
    env: Environment,
) -> bool:
    layer, types = word.layer, hints(word.layer)
    names = list(types)
    if layer.variadic and arguments:
        values[names[0]] = _variadic(el, arguments, env)
        spans[names[0]] = arguments[0].span.to(arguments[-1].span)
        return True
    limit = min(layer.positional, len(names))
    for name, argument in zip(names[:limit], arguments, strict=False):
        values[name] = setting_value(el, argument, types[name], env)
        spans[name] = argument.span
        if tensors_in(values[name]) and not takes(types[name], TensorType):
            return _applied(el, word, arguments, argument, span, env)
    extra = arguments[limit:]
    if not extra:
        return True
    if _is_unnamed_option(el, word, extra[0], names[limit:], env):
        return False
    value = el.evaluate(extra[0], env)
    if tensors_in(value) or seems_tensor(el, extra[0], env):
        return _applied(el, word, arguments, extra[0], span, env)
    if isinstance(value, Network):
        return _pipes_on(el, word, arguments, names[:limit], span)
    return False if unknown_in(value) else _too_many(el, word, arguments, names[:limit])


def _is_unnamed_option(
    el: Elaborator, word: LayerWord, argument: syntax.Expr, names: list[str], env: Environment
) -> bool:
    """``conv(3x3, 8, same)``."""
    if not isinstance(argument, syntax.Name) or is_plain_name(el, argument.id, env):
        return False
    types = hints(word.layer)
    name = next((n for n in names if argument.id in options(types[n])), None)
    if name is None:
        return False
    text = f"{name}={argument.id}"
    el.report(
        "E205",
        f"`{argument.id}` is an option of `{name}`",
        argument.span,
        help=f"`{word.word}(..., {text})`",
        fix=Fix(f"write `{text}`", (Edit(argument.span, text),)),
    )
    return True


def _variadic(el: Elaborator, arguments: tuple[syntax.Expr, ...], env: Environment) -> Data:
    items = [el.evaluate(a, env) for a in arguments]
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def _applied(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    argument: syntax.Expr,
    span: Span,
    env: Environment,
) -> bool:
    """``relu(x)``, ``concat(x, y)``: the fix keeps the settings beside the tensors."""
    name = word.word
    tensors = [a.span.text for a in arguments if a is argument or seems_tensor(el, a, env)]
    settings = [a.span.text for a in arguments if a.span.text not in tensors]
    if span.end > arguments[-1].span.end:
        rest = span.source.text[arguments[-1].span.end : span.end - 1].strip(" ,")
        settings += [rest] if rest else []
    called = f"{name}({', '.join(settings)})" if settings else name
    piped = tensors[0] if len(tensors) == 1 else f"[{', '.join(tensors)}]"
    joins = word.layer.arity[1] != 1
    in_pipe = after_pipe(span)
    if in_pipe:
        help = "it gets its tensor from the pipe"
        help = f"`[..., {', '.join(tensors)}] > {called}` joins them" if joins else help
    else:
        help = f"to apply it: `{piped} > {called}`"
    kind = "a bundle" if isinstance(argument, syntax.List) else "a tensor"
    fix = Fix("pipe it", (Edit(span, f"({piped} > {called})"),))
    el.report(
        "E206",
        f"`{name}(...)` holds settings, and `{argument.span.text}` is {kind}",
        argument.span,
        help=help,
        fix=None if in_pipe else fix,
    )
    return False


def _pipes_on(
    el: Elaborator,
    word: LayerWord,
    arguments: tuple[syntax.Expr, ...],
    names: list[str],
    span: Span,
) -> bool:
    """``linear(128, relu)``, as Keras takes it."""
    held = ", ".join(a.span.text for a in arguments[: len(names)])
    called = f"{word.word}({held})" if held else word.word
    piped = f"{called} > {arguments[len(names)].span.text}"
    alone = len(arguments) == len(names) + 1 and span.end == arguments[-1].span.end + 1
    el.report(
        "E205",
        f"`{arguments[len(names)].span.text}` is a network, not a setting",
        arguments[len(names)].span,
        help=f"pipe on: `{piped}`",
        fix=Fix("pipe on", (Edit(span, piped),)) if alone else None,
    )
    return False


def _too_many(
    el: Elaborator, word: LayerWord, arguments: tuple[syntax.Expr, ...], names: list[str]
) -> bool:
    texts = [a.span.text for a in arguments]
    others = list(hints(word.layer))[len(names) :]
    help, fix = f"the others are given by name: {listing(others)}", None
    if word.layer.role == "linear":
        help, fix = _rewritten(word, arguments, texts[1], "the input's size is inferred")
    elif word.layer.category == "conv" and isinstance(arguments[0], syntax.Dims):
        fixed = f"{texts[0]}, {texts[1]}, stride={texts[2]}"
        help, fix = _rewritten(word, arguments, fixed, "the others are given by name")
    elif word.layer.category == "conv":
        fixed = f"{'x'.join([texts[2]] * 2) if texts[2].isdigit() else texts[2]}, {texts[1]}"
        why = "the input's channels are inferred"
        help, fix = _rewritten(word, arguments, fixed, why)
    elif word.layer.word == "attention" and len(arguments) == 2:
        help, fix = _rewritten(word, arguments, texts[1], "the input's size is inferred")
    elif word.layer.category == "norm" and not names:
        help, fix = f"the channels are inferred: `{word.word}`", _without(arguments, word)
    elif not others:
        help = f"write `{word.word}` without parentheses"
    el.report(
        "E205",
        f"`{word.word}` takes {counted(len(names), 'argument')} by position"
        + (f": {listing(names)}" if names else ""),
        arguments[len(names)].span.to(arguments[-1].span),
        help=help,
        fix=fix,
    )
    return False


def _rewritten(
    word: LayerWord, arguments: tuple[syntax.Expr, ...], fixed: str, why: str
) -> tuple[str, Fix | None]:
    """Help and fix where other arguments are meant; no fix for more than PyTorch's three."""
    help = f"{why}: `{word.word}({fixed})`"
    at = arguments[0].span.to(arguments[-1].span)
    few = len(arguments) <= 3
    return help, Fix(f"write `{word.word}({fixed})`", (Edit(at, fixed),)) if few else None


def _finish_layer(
    el: Elaborator, word: LayerWord, values: dict[str, Data], spans: dict[str, Span], span: Span
) -> Data:
    layer, types = word.layer, hints(word.layer)
    missing = [s.name for s in layer.settings.values() if s.required and s.name not in values]
    if missing:
        if word.environment.file.is_broken(span):
            return UNKNOWN
        example = layer.examples[0].text if layer.examples else word.word
        if example.startswith(layer.word):
            example = word.word + example.removeprefix(layer.word)
        return el.report(
            "E203", f"`{word.word}` needs {listing(missing)}", span, help=f"as in `{example}`"
        )
    tensors = {name: v for name, v in values.items() if isinstance(v, Tensor)}
    key = (layer, *((name, _typed(value)) for name, value in values.items()))
    if not tensors and key in el.memos.layers:
        return LayerNetwork(el.memos.layers[key], word.word, span, tensors, spans)
    bound: dict[str, Any] = {}
    for name, value in values.items():
        plain = known_type(el, value) if isinstance(value, Tensor) else _frozen(value)
        if isinstance(plain, float) and takes(types[name], int) and not takes(types[name], float):
            return _not_whole(el, word, name, plain, spans.get(name, span))
        if not conforms(plain, types[name]):
            return _wrong_value(el, word, name, value, spans.get(name, span))
        bound[name] = plain
    made = LayerNetwork(layer(**bound), word.word, span, tensors, spans)
    if not tensors and layer.arity != (0, 0):
        el.memos.layers[key] = made.layer
    return run_source(el, made) if layer.arity == (0, 0) else made


def _not_whole(el: Elaborator, word: LayerWord, name: str, value: float, span: Span) -> Data:
    help, fix = "", None
    if "/" in span.text:
        help = "`/` gives a float as in Python; `//` divides whole numbers"
    elif value.is_integer() and is_literal_number(span.text):
        fix = Fix(f"write `{int(value)}`", (Edit(span, str(int(value))),))
    return el.report(
        "E204",
        f"`{name}` of `{word.word}` takes a whole number, got {value}",
        span,
        help=help,
        fix=fix,
    )


def _wrong_value(el: Elaborator, word: LayerWord, name: str, value: Data, span: Span) -> Data:
    hint = hints(word.layer)[name]
    help, fix = "", None
    unquoted = span.text.strip("\"'")
    close = el.near(value, options(hint)) if isinstance(value, str) else None
    if close is not None:
        help = f"did you mean `{close}`?"
        fix = Fix(f"write `{close}`", (Edit(span, close),))
    elif isinstance(value, str) and is_size_text(unquoted) and takes(hint, int):
        help = "numbers and sizes stand without quotes"
        fix = Fix(f"write `{unquoted}`", (Edit(span, unquoted),))
    elif isinstance(value, Network | str) and takes(hint, Init):
        help = f"its name stands there itself: `{name}=kaiming_normal`"
    elif isinstance(value, Network | str) and options(hint):
        help = f"its options are {listing(list(options(hint)))}"
    return el.report(
        "E204",
        f"`{name}` of `{word.word}` takes {describe_hint(hint)}, got {describe(value)}",
        span,
        help=help,
        fix=fix,
    )


def meant_setting(
    el: Elaborator, word: LayerWord, setting: syntax.Setting, env: Environment
) -> syntax.Setting:
    """What a setting that the layer does not have is taken for; that it has none is said."""
    from .foreign import explain_setting

    types = hints(word.layer)
    replacement, help = explain_setting(
        word.layer, setting.name, list(types), setting.value.span.text
    )
    if not help:
        replacement = el.near(setting.name, types)
        help = f"did you mean `{replacement}`?" if replacement else ""
    if replacement is not None:
        setting_value(el, setting.value, types[replacement], env)
    elif not isinstance(setting.value, syntax.Name):
        el.evaluate(setting.value, env)
    el.report(
        "E202",
        f"`{word.word}` has no setting `{setting.name}`",
        setting.span,
        help=help or f"it has {listing(list(types))}",
        fix=renamed(setting, replacement),
    )
    return setting.replace(name=replacement or setting.name)


def setting_value(el: Elaborator, expr: syntax.Expr, hint: Any, env: Environment) -> Data:
    """A setting's value: bare names may mean its options and initialisers."""
    if isinstance(expr, syntax.Name) and not is_plain_name(el, expr.id, env):
        if expr.id in options(hint):
            return expr.id
        if takes(hint, Init) and expr.id in INITS:
            return Init(expr.id)
        choices = (*options(hint), *(INITS if takes(hint, Init) else ()))
        if choices and lookup(el, expr.id, env, expr.span) is None:
            return unknown_name(el, expr.id, expr.span, env, choices)
    if takes(hint, Init) and isinstance(expr, syntax.Call):
        function = expr.function
        if isinstance(function, syntax.Name) and function.id in INITS:
            return _init(el, expr, env)
    value = el.evaluate(expr, env)
    return _inner_layer(el, value) if takes(hint, Layer) else value


def _inner_layer(el: Elaborator, value: Data) -> Data:
    """``conv(3x3, 64)`` in ``spectral_norm(conv(3x3, 64))``."""
    if isinstance(value, LayerWord):
        value = bare_layer(el, value) or UNKNOWN
    if isinstance(value, LayerNetwork) and not value.tensors:
        return value.layer
    return value


def is_plain_name(el: Elaborator, name: str, env: Environment) -> bool:
    """Whether the spec itself gives the name a plain value."""
    scope = next((s for s in env.chain() if name in s.names), None)
    if scope is not None:
        return not isinstance(scope.names[name], Network | Tensor)
    return name in env.file.names and not isinstance(
        value_in_file(el, env.file, name), Network | Tensor
    )


def _init(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    assert isinstance(expr.function, syntax.Name)
    word = expr.function.id
    types, order = INIT_SETTINGS[word], list(INIT_SETTINGS[word])[:2]
    if len(expr.arguments) > len(order):
        return el.report(
            "E205",
            f"`{word}` takes {counted(len(order), 'argument')} by position",
            expr.arguments[len(order)].span,
            help=f"the settings are {listing(list(types))}" if types else "",
        )
    written = list(zip(order, expr.arguments, strict=False))
    written += [(s.name, s.value) for s in expr.settings]
    made: dict[str, Data] = {}
    for name, value in written:
        if name not in types:
            place = next(s.span for s in expr.settings if s.name == name)
            return el.report(
                "E202",
                f"`{word}` has no setting `{name}`",
                place,
                help=f"it has {listing(list(types))}",
            )
        if name in made:
            given_twice(el, name, value.span, order)
            return UNKNOWN
        made[name] = _init_value(el, word, name, value, env)
    if unknown_in(list(made.values())):
        return UNKNOWN
    wrong = wrong_value(word, made)
    if wrong is not None:
        place = next(value.span for name, value in written if name == wrong[0])
        return el.report("E204", f"`{wrong[0]}` of `{word}` {wrong[1]}", place)
    return Init(word, tuple(made.items()))


def _init_value(el: Elaborator, word: str, name: str, expr: syntax.Expr, env: Environment) -> Data:
    hint = INIT_SETTINGS[word][name]
    value = setting_value(el, expr, hint, env)
    if value is UNKNOWN or conforms(value, hint):
        return value
    return el.report(
        "E204",
        f"`{name}` of `{word}` takes {describe_hint(hint)}, got {describe(value)}",
        expr.span,
    )


def is_literal_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def is_size_text(text: str) -> bool:
    """``3`` or ``3x3``, as they stand in a string."""
    return all(part.isdecimal() for part in text.split("x"))


def renamed(setting: syntax.Setting, name: str | None) -> Fix | None:
    """``stride=2`` for ``strid=2``."""
    start = setting.span.start
    at = Span(setting.span.source, start, start + len(setting.name))
    return Fix(f"write `{name}`", (Edit(at, name),)) if name else None


def _without(arguments: tuple[syntax.Expr, ...], word: LayerWord) -> Fix | None:
    """``bn`` for ``bn(64)``; none where settings follow."""
    at = arguments[0].span.to(arguments[-1].span)
    before, after = at.source.text[: at.start].rstrip(), at.source.text[at.end :]
    if not before.endswith("(") or not after.lstrip().startswith(")"):
        return None
    end = at.end + after.index(")") + 1
    edit = Edit(Span(at.source, len(before) - 1, end), "")
    return Fix(f"write `{word.word}`", (edit,))


def _is_literal(expr: syntax.Call) -> bool:
    """Whether a call's arguments mean the same wherever it is evaluated."""
    values = (*expr.arguments, *(s.value for s in expr.settings))
    return all(isinstance(v, syntax.Number | syntax.Constant | syntax.Dims) for v in values)


def _typed(value: Data) -> Any:
    """A value that tells 1 from 1.0 and true when it is compared."""
    if isinstance(value, list | tuple):
        return (type(value), *map(_typed, value))
    if isinstance(value, slice):
        return (slice, _typed(value.start), _typed(value.stop), _typed(value.step))
    return type(value), value if value.__hash__ else id(value)


def _frozen(value: Data) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, slice):
        return slice(_frozen(value.start), _frozen(value.stop), _frozen(value.step))
    return value


def describe_hint(hint: Any) -> str:
    """A setting's type in words: ``a size (3 or 3x3)``, ``true or false``."""
    names = options(hint)
    kinds = list(get_args(hint)) if get_origin(hint) is not None and not names else [hint]
    if get_origin(hint) is not None and names:
        kinds = [k for k in get_args(hint) if not isinstance(k, str) and not options(k)]
    words = [_describe_kind(k) for k in kinds]
    if Size in kinds and int in kinds:
        words = [w for w in words if w not in ("a whole number", "a symbolic size")]
        has_tuple = any(get_origin(k) is tuple for k in kinds)
        words = ["a size (3 or 3x3)"] if has_tuple else ["a size", *words]
    return either(list(dict.fromkeys([f"`{n}`" for n in names] + words)))


def _describe_kind(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list"
    simple = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "a text",
        type(None): "none",
        Size: "a symbolic size",
        TensorType: "a tensor",
        Init: "an initialiser",
        Layer: "a layer, such as `conv(3x3, 64)`",
    }
    return simple.get(kind, "another value")
