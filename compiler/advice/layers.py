"""Errors in layers: their settings, and the tensors that they are applied to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args, get_origin

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ...grammar.wording import counted, either, listing
from ..dims import Dim, Size, symbols
from ..formulas import Formula
from ..layer import Init, Layer, Refused, hints, options, takes
from ..types import TensorType
from ..values import Data, LayerNetwork, LayerWord, NetworkValue, Tensor, describe
from . import error
from .shapes import OPEN_WEIGHT, mismatch_help, open_weight_help, producers
from .sizes import quotient_help


def no_index(item: Data, span: Span) -> Diagnostic:
    help = "`x[:, 0]`, `x[..., 1:]`, `x[:, none]`, `x[:, index]` with an int tensor"
    message = f"{describe(item)} cannot be an index"
    return error("E218", message, span, help=quotient_help(item, span) or help)


def unknown_rank(word: str, span: Span) -> Diagnostic:
    return error(
        "E308",
        f"the rank of the input of `{word}` is not known",
        span,
        help="start with `input(3x32x32)`, give `--input 3x32x32`, or write a kernel "
        "for each axis: `3x3`",
    )


def nothing_left(
    network: LayerNetwork, span: Span, outputs: Sequence[TensorType], inputs: list[Tensor]
) -> Diagnostic:
    return error(
        "E301",
        f"the result of `{network.word}` is empty: an axis has size 0",
        span,
        detail=f"its result would be {' and '.join(map(str, outputs))}",
        labels=producers(inputs, span),
    )


def given_twice(name: str, span: Span, order: list[str]) -> Diagnostic:
    return error(
        "E202",
        f"`{name}` is given twice",
        span,
        help=f"arguments without a name come first, in this order: {listing(order)}",
    )


def too_many_of_init(
    word: str, order: list[str], types: Mapping[str, Any], span: Span
) -> Diagnostic:
    return error(
        "E205",
        f"`{word}` takes {counted(len(order), 'argument')} by position",
        span,
        help=f"the settings are {listing(list(types))}" if types else "",
    )


def wrong_init(word: str, name: str, what: str, place: Span) -> Diagnostic:
    return error("E204", f"`{name}` of `{word}` {what}", place)


def no_setting_of_init(word: str, name: str, place: Span, types: Mapping[str, Any]) -> Diagnostic:
    return error(
        "E202",
        f"`{word}` has no setting `{name}`",
        place,
        help=f"it has {listing(list(types))}",
    )


# --- settings --------------------------------------------------------------------------------


def renamed(setting: syntax.Setting, name: str | None) -> Fix | None:
    """``stride=2`` for ``strid=2``."""
    start = setting.span.start
    at = Span(setting.span.source, start, start + len(setting.name))
    return Fix(f"write `{name}`", (Edit(at, name),)) if name else None


def no_setting(
    word: LayerWord, setting: syntax.Setting, replacement: str | None, help: str
) -> Diagnostic:
    return error(
        "E202",
        f"`{word.word}` has no setting `{setting.name}`",
        setting.span,
        help=help or f"it has {listing(list(hints(word.layer)))}",
        fix=renamed(setting, replacement),
    )


def unnamed_option(word: LayerWord, name: str, option: syntax.Name) -> Diagnostic:
    """``conv(3x3, 8, same)``."""
    text = f"{name}={option.id}"
    return error(
        "E205",
        f"`{option.id}` is an option of `{name}`",
        option.span,
        help=f"`{word.word}(..., {text})`",
        fix=Fix(f"write `{text}`", (Edit(option.span, text),)),
    )


def applied_by_parentheses(
    word: LayerWord,
    arguments: Sequence[syntax.Expr],
    tensors: Sequence[syntax.Expr],
    blamed: syntax.Expr,
    span: Span,
    *,
    in_pipe: bool,
) -> Diagnostic:
    """``relu(x)``, ``concat(x, y)``: the fix keeps the settings beside the tensors."""
    most = word.layer.arity[1]
    name, texts = word.word, [tensor.span.text for tensor in tensors[:most]]
    settings = [a.span.text for a in arguments if a.span.text not in texts]
    if span.end > arguments[-1].span.end:
        named = span.source.text[arguments[-1].span.end : span.end - 1].strip(" ,")
        settings += [named] if named else []
    called = f"{name}({', '.join(settings)})" if settings else name
    piped = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    help, fix = f"to apply it: `{piped} > {called}`", None
    if not in_pipe:
        fix = Fix("pipe it", (Edit(span, f"({piped} > {called})"),))
    elif word.layer.arity[1] != 1:
        help = f"`[..., {', '.join(texts)}] > {called}` joins them"
    else:
        help = "the layer gets its tensor from the pipe"
    kind = "a bundle" if isinstance(blamed, syntax.List) else "a tensor"
    message = f"`{name}(...)` holds settings, and `{blamed.span.text}` is {kind}"
    return error("E206", message, blamed.span, help=help, fix=fix)


def network_as_setting(
    word: LayerWord, arguments: tuple[syntax.Expr, ...], index: int, span: Span
) -> Diagnostic:
    """``linear(128, relu)``, as Keras takes it."""
    network = arguments[index].span
    before = ", ".join(a.span.text for a in arguments[:index])
    called = f"{word.word}({before})" if before else word.word
    piped = f"{called} > {network.text}"
    alone = len(arguments) == index + 1 and span.end == network.end + 1
    return error(
        "E205",
        f"`{network.text}` is a network, not a setting",
        network,
        help=f"continue the pipe: `{piped}`",
        fix=Fix("continue the pipe", (Edit(span, piped),)) if alone else None,
    )


def too_many_by_position(
    word: LayerWord, arguments: tuple[syntax.Expr, ...], names: list[str]
) -> Diagnostic:
    """``names`` are the settings that can be given by position."""
    help, fix = _instead_of_positions(word, arguments, names)
    by_position = f"`{word.word}` takes {counted(len(names), 'argument')} by position"
    return error(
        "E205",
        by_position + (f": {listing(names)}" if names else ""),
        arguments[len(names)].span.to(arguments[-1].span),
        help=help,
        fix=fix,
    )


def tensor_by_position(word: LayerWord, name: str, span: Span, names: list[str]) -> Diagnostic:
    """``index_select(1, index)``, the order of PyTorch."""
    message = (
        f"`{name}` of `{word.word}` takes {describe_hint(hints(word.layer)[name])}, got a tensor"
    )
    help = f"by position it takes {listing(names)}, in this order"
    return error("E204", message, span, help=help)


def _instead_of_positions(
    word: LayerWord, arguments: tuple[syntax.Expr, ...], names: list[str]
) -> tuple[str, Fix | None]:
    texts = [a.span.text for a in arguments]
    others = list(hints(word.layer))[len(names) :]
    if word.layer.role == "linear":
        return _rewritten(word, arguments, texts[1], "the input's size is inferred")
    if word.layer.category == "conv" and isinstance(arguments[0], syntax.Dims):
        fixed = f"{texts[0]}, {texts[1]}, stride={texts[2]}"
        return _rewritten(word, arguments, fixed, "give the others by name")
    if word.layer.category == "conv":
        fixed = f"{'x'.join([texts[2]] * 2) if texts[2].isdigit() else texts[2]}, {texts[1]}"
        return _rewritten(word, arguments, fixed, "the input's channels are inferred")
    if word.layer.word == "attention" and len(arguments) == 2:
        return _rewritten(word, arguments, texts[1], "the input's size is inferred")
    if word.layer.category == "norm" and not names:
        return f"the channels are inferred: `{word.word}`", _without(arguments, word)
    if not others:
        return f"write `{word.word}` without parentheses", None
    return f"give the others by name: {listing(others)}", None


def _rewritten(
    word: LayerWord, arguments: tuple[syntax.Expr, ...], fixed: str, why: str
) -> tuple[str, Fix | None]:
    """The help and the fix with other arguments. No fix for more than the three arguments that
    PyTorch users give."""
    help = f"{why}: `{word.word}({fixed})`"
    at = arguments[0].span.to(arguments[-1].span)
    few = len(arguments) <= 3
    return help, Fix(f"write `{word.word}({fixed})`", (Edit(at, fixed),)) if few else None


def _without(arguments: tuple[syntax.Expr, ...], word: LayerWord) -> Fix | None:
    """The fix that writes ``bn`` for ``bn(64)``, or None if settings follow."""
    at = arguments[0].span.to(arguments[-1].span)
    before, after = at.source.text[: at.start].rstrip(), at.source.text[at.end :]
    if not before.endswith("(") or not after.lstrip().startswith(")"):
        return None
    end = at.end + after.index(")") + 1
    edit = Edit(Span(at.source, len(before) - 1, end), "")
    return Fix(f"write `{word.word}`", (edit,))


def lacks_settings(word: LayerWord, missing: list[str], span: Span) -> Diagnostic:
    layer = word.layer
    example = layer.examples[0].text if layer.examples else word.word
    if example.startswith(layer.word):
        example = word.word + example.removeprefix(layer.word)
    message = f"`{word.word}` needs {listing(missing)}"
    return error("E203", message, span, help=f"as in `{example}`")


def not_whole(word: LayerWord, name: str, value: float | Formula, span: Span) -> Diagnostic:
    help, fix = quotient_help(value, span), None
    if not help and isinstance(value, float) and value.is_integer() and _is_float(span.text):
        fix = Fix(f"write `{int(value)}`", (Edit(span, str(int(value))),))
    message = f"`{name}` of `{word.word}` takes a whole number, got {value}"
    return error("E204", message, span, help=help, fix=fix)


def wrong_value(
    word: str, name: str, hint: Any, value: Data, close: str | None, span: Span
) -> Diagnostic:
    help, fix = "" if takes(hint, float) else quotient_help(value, span), None
    unquoted = span.text.strip("\"'")
    if close is not None:
        help = f"did you mean `{close}`?"
        fix = Fix(f"write `{close}`", (Edit(span, close),))
    elif isinstance(value, str) and _is_size(unquoted) and takes(hint, int):
        help = "write numbers and sizes without quotes"
        fix = Fix(f"write `{unquoted}`", (Edit(span, unquoted),))
    elif isinstance(value, NetworkValue | str) and takes(hint, Init):
        help = f"give the name of an initialiser: `{name}=kaiming_normal`"
    elif isinstance(value, NetworkValue | str) and options(hint):
        help = f"its options are {listing(list(options(hint)))}"
    message = f"`{name}` of `{word}` takes {describe_hint(hint)}, got {describe(value)}"
    return error("E204", message, span, help=help, fix=fix)


def tensor_in_inner_layer(word: str, inner: LayerNetwork, span: Span) -> Diagnostic:
    """``spectral_norm(linear(4, weight=w))``"""
    name = next(iter(inner.tensors))
    message = f"`{word}` needs a layer with weights of its own: `{name}` of this `{inner.word}` is "
    help = f"without `{name}=` the layer has a weight that `{word}` computes"
    return error("E204", f"{message}a tensor", span, help=help)


def _is_float(text: str) -> bool:
    """Whether a text is a float: ``3.0``."""
    return text.replace(".", "", 1).isdecimal()


def _is_size(text: str) -> bool:
    """Whether a text is a size: ``3`` or ``3x3``."""
    return all(part.isdecimal() for part in text.split("x"))


def describe_hint(hint: Any) -> str:
    """A setting's type in words: ``a size (3 or 3x3)``, ``true or false``."""
    names = options(hint)
    composed = get_origin(hint) not in (None, tuple)
    kinds = list(get_args(hint)) if composed and not names else [hint]
    if get_origin(hint) is not None and names:
        kinds = [k for k in get_args(hint) if not isinstance(k, str) and not options(k)]
    words = [_describe_kind(k) for k in kinds if k is not Formula]
    if Size in kinds and int in kinds:
        words = [w for w in words if w not in ("a whole number", "a symbolic size")]
        has_tuple = any(get_origin(k) is tuple for k in kinds)
        words = ["a size (3 or 3x3)"] if has_tuple else ["a size", *words]
    return either(list(dict.fromkeys([f"`{n}`" for n in names] + words)))


def _describe_kind(kind: Any) -> str:
    if get_origin(kind) is tuple and get_args(kind) == (int, ...):
        return "a list of whole numbers"
    return "a list" if get_origin(kind) is tuple else _KINDS.get(kind, "another value")


_KINDS: Final[dict[Any, str]] = {
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


# --- tensors ---------------------------------------------------------------------------------


def other_arity(layer: Layer, word: str, given: int, span: Span) -> Diagnostic:
    """A layer is given too few or too many tensors."""
    least, most = layer.arity
    if least == 0:
        return error("E307", f"`{word}` is a source: nothing can be piped into it", span)
    if given > 1 and most == 1:
        return error(
            "E307",
            f"`{word}` takes one tensor, and a bundle of {given} is piped in",
            span,
            help=[
                f"`[t > {word} for t in bundle]` runs it on each tensor",
                "`concat` joins a bundle",
            ],
        )
    wanted = f"{least}" if most == least else f"at least {least}"
    wanted = f"{least} to {most}" if most not in (least, None) else wanted
    names = ", ".join("abcdefgh"[: least if given < least else most])
    message = f"`{word}` takes {wanted} tensors, got {given}"
    return error("E307", message, span, help=f"`[{names}] > {word}`")


def open_weight(
    network: LayerNetwork,
    inputs: Sequence[Tensor],
    types: Sequence[TensorType],
    name: str,
    size: Dim,
    span: Span,
) -> Diagnostic:
    """A weight as large as an axis whose size is known only when the network runs."""
    names = symbols(size)
    axes = [
        f"axis {i} of {t}"
        for t in types
        for i, d in enumerate(t.shape)
        if isinstance(d, Size) and set(names).intersection(symbols(d))
    ]
    what = "the batch" if names == ("N",) else f"{listing(list(names))}, which has no number"
    return error(
        "E312",
        f"the {name or 'parameter'} of `{network.word}` would be as large as {what}",
        span,
        detail=f"its size is {size}" + (f", from {axes[0]}" if axes else ""),
        labels=producers(inputs, span),
        notes=[OPEN_WEIGHT],
        help=open_weight_help(network.layer, network.word, types[0] if types else None, names),
    )


def refused(
    network: LayerNetwork,
    refusal: Refused,
    inputs: Sequence[Tensor],
    types: Sequence[TensorType],
    span: Span,
) -> Diagnostic:
    """The refusal of a layer, at the setting or the tensor that it blames."""
    place = network.spans.get(refusal.setting or "", span)
    blamed = inputs if refusal.input is None else [inputs[refusal.input]]
    help = list(refusal.help)
    if refusal.code == "E302" and not help and _joins(network.layer):
        help = mismatch_help(inputs, types, any_channels=network.layer.role == "join")
    return error(
        refusal.code,
        refusal.message,
        place,
        detail=refusal.detail,
        labels=producers(blamed, place),
        notes=refusal.notes,
        help=help,
        fix=_fix(refusal, network.spans),
    )


def _fix(refusal: Refused, spans: Mapping[str, Span]) -> Fix | None:
    """The fix that rewrites the settings, or None if one of them is not written in this call."""
    places = [spans.get(name) for name in refusal.fix]
    edits = [Edit(at, text) for at, text in zip(places, refusal.fix.values(), strict=True) if at]
    if not edits or len(edits) < len(places):
        return None
    return Fix(f"write `{', '.join(refusal.fix.values())}`", tuple(edits))


def _joins(layer: Layer) -> bool:
    """Whether a layer takes tensors of one shape: sums and their like, ``concat``, ``stack``."""
    return layer.category == "math" or layer.role in ("join", "stack")
