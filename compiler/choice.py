"""Which net of a file is meant, and which are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from unicodedata import normalize

from ..grammar import syntax
from ..grammar.diagnostics import WRONG_OPTION, Diagnostic
from ..grammar.nearby import closest
from ..grammar.record import Record
from ..grammar.source import Source


class Choice(Record):
    """``net`` is the one to compile ("" the bare pipeline, None: none or not clear),
    ``checked`` those that a check goes through."""

    nets: tuple[str, ...]
    net: str | None
    checked: tuple[str, ...]
    findings: tuple[Diagnostic, ...]


def choose_nets(
    source: Source,
    tree: syntax.File,
    syntax_errors: tuple[Diagnostic, ...],
    net: str | None,
    *,
    every: bool = False,
) -> Choice:
    """``every``: all that need no arguments are meant, as a check means them."""
    blocks = {s.name: s for s in tree.statements if isinstance(s, syntax.Block) and s.kind == "net"}
    pipeline = any(isinstance(s, syntax.ExpressionStatement) for s in tree.statements)
    nets = tuple(blocks)
    if net is not None:
        net = normalize("NFKC", net)
        if net in blocks:
            return Choice(nets, net, (net,), syntax_errors)
        return Choice(nets, None, (), (*syntax_errors, _unknown_net(source, net, nets)))
    ready = [name for name, b in blocks.items() if all(p.default for p in b.parameters)]
    checked = (*ready, *([""] if pipeline else []))
    chosen = _meant(source, ready, pipeline, blocks)
    if chosen is not None and not checked:
        checked = (chosen,)
    findings = syntax_errors
    if chosen is None and not findings and not (every and checked):
        findings = (_no_choice(source, tree, nets, ready),)
    return Choice(nets, chosen, checked, findings)


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
    return Diagnostic(WRONG_OPTION, message, notes=(f"its nets: {names}",), help=help)


def _no_choice(
    source: Source, tree: syntax.File, nets: tuple[str, ...], ready: Sequence[str]
) -> Diagnostic:
    if nets:
        return Diagnostic(
            WRONG_OPTION,
            f"{source.name} has several nets: which one?",
            notes=(f"its nets: {', '.join(nets)}",),
            help=(f"`--net {(*ready, *nets)[0]}` chooses one",),
        )
    if any(isinstance(s, syntax.Block) for s in tree.statements):
        return Diagnostic(
            "E219",
            f"{source.name} holds blocks and no net",
            help=("a `net` is what can be compiled: `net name = block(...)`",),
        )
    return Diagnostic(
        "E219", f"{source.name} holds no network", help=("for example `conv(3x3, 64) > relu`",)
    )
