"""What to compile: which net of a file, with which arguments and input shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from unicodedata import normalize

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic
from ..grammar.nearby import closest
from ..grammar.record import Record
from ..grammar.source import Source
from .dims import symbol
from .types import TensorType


class Choice(Record):
    """``net`` is the one to compile ("" the bare pipeline, None: none or not clear),
    ``checked`` those that a check goes through."""

    nets: tuple[str, ...]
    net: str | None
    checked: tuple[str, ...]
    findings: tuple[Diagnostic, ...]


def choose_nets(
    source: Source, tree: syntax.File, found: tuple[Diagnostic, ...], net: str | None,
    *, every: bool = False,
) -> Choice:  # fmt: skip
    blocks = {s.name: s for s in tree.statements if isinstance(s, syntax.Block) and s.kind == "net"}
    pipeline = any(isinstance(s, syntax.ExpressionStatement) for s in tree.statements)
    nets = tuple(blocks)
    if net is not None:
        net = normalize("NFKC", net)
        if net in blocks:
            return Choice(nets, net, (net,), found)
        return Choice(nets, None, (), (*found, _unknown_net(source, net, nets)))
    ready = [name for name, b in blocks.items() if all(p.default for p in b.parameters)]
    checked = (*ready, *([""] if pipeline else []))
    chosen = _meant(source, ready, pipeline, blocks)
    if chosen is not None and not checked:
        checked = (chosen,)
    if chosen is None and not (every and checked):
        found = (*found, *([] if found else [_no_choice(source, tree, nets, ready)]))
    return Choice(nets, chosen, checked, found)


def _meant(
    source: Source, ready: list[str], pipeline: bool, blocks: Mapping[str, syntax.Block]
) -> str | None:
    if pipeline:
        return ""
    if len(ready) == 1:
        return ready[0]
    stem = _plain(PurePath(source.name).stem)
    named = [name for name in ready if _plain(name) == stem]
    if len(named) == 1:
        return named[0]
    return next(iter(blocks)) if len(blocks) == 1 else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _unknown_net(source: Source, net: str, nets: tuple[str, ...]) -> Diagnostic:
    close = closest(net, nets)
    help = (f"did you mean `{close}`?",) if close else ()
    names = ", ".join(nets) or "none"
    message = f"{source.name} has no net `{net}`"
    return Diagnostic("E219", message, notes=(f"its nets: {names}",), help=help)


def _no_choice(
    source: Source, tree: syntax.File, nets: tuple[str, ...], ready: Sequence[str]
) -> Diagnostic:
    if nets:
        return Diagnostic(
            "E219", f"{source.name} has several nets: which one?",
            notes=(f"its nets: {', '.join(nets)}",),
            help=(f"`--net {(*ready, *nets)[0]}` chooses one",),
        )  # fmt: skip
    if any(isinstance(s, syntax.Block) for s in tree.statements):
        return Diagnostic(
            "E219", f"{source.name} holds blocks and no net",
            help=("a `net` is what can be compiled: `net name = block(...)`",),
        )  # fmt: skip
    return Diagnostic(
        "E219", f"{source.name} holds no network", help=("for example `conv(3x3, 64) > relu`",)
    )


def input_shapes(
    inputs: Mapping[str, str] | str | None,
) -> tuple[dict[str, TensorType | None], list[Diagnostic]]:
    """Shapes by input name; ``""`` is the first input (``--input 3x32x32``)."""
    given = {"": inputs} if isinstance(inputs, str) else dict(inputs or {})
    shapes = {name: parse_input(text) for name, text in given.items()}
    bad = [text for name, text in given.items() if shapes[name] is None]
    return shapes, [_no_shape(text) for text in bad]


def _no_shape(text: str) -> Diagnostic:
    sizes = re.findall(r"\d+", re.sub(r"(float|int|bool)\d*", "", text))
    named = re.match(r"([a-z_]\w*)\s*:", text)
    meant = (f"{named[1]}=" if named else "") + "x".join(sizes)
    help = "sizes are joined by `x`, without the batch axis; `'12 int'` for whole numbers"
    clear = len(sizes) > 1 and "0" not in sizes
    helps = (f"did you mean `{meant}`?", help) if clear else (help,)
    return Diagnostic("E204", f"`{text}` is no input shape", help=helps)


def parse_input(text: str) -> TensorType | None:
    """``3x32x32``, ``T,64``, ``12 int``: sizes are numbers or names, joined by ``x`` or commas."""
    words = text.split()
    dtype = words[1] if len(words) == 2 else "float"
    if len(words) > 2 or dtype not in ("float", "int", "bool"):
        return None
    parts = words[0].replace(",", "x").split("x") if words else []
    if not all(_is_size(p) or p.isidentifier() for p in parts):
        return None
    sizes = [int(p) if p.isdecimal() else symbol(p) for p in parts]
    return TensorType((symbol("N"), *sizes), dtype)  # type: ignore[arg-type]


def _is_size(text: str) -> bool:
    return text.isdecimal() and len(text) <= 10 and 0 < int(text) < 2**31
