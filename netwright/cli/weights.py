"""Compare a checkpoint with a net, or save it in the layout of the net.

The report says which tensors fit, which are missing, which have another shape, what the checkpoint
has besides, and which names are near. If the checkpoint has other names, one of --auto, --map and
--diff says how they become those of the net. The status is 0 if the checkpoint fits, 1 if not, 2 if
a file cannot be read or is not a checkpoint. Only the names and shapes are read, unless --save
writes a file."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compiler.faults import guarded
from ..grammar.diagnostics import CompileError, Diagnostic
from ..grammar.printable import json_text, printable
from ._parser import CLEAN, FOUND, Misuse, Parser, add_format, add_spec
from ._work import compiled, deliver, refuse, replace_file

if TYPE_CHECKING:
    from ..backends.weights.checkpoints import Checkpoint
    from ..backends.weights.loading import LoadPlan
    from ..backends.weights.mappings import Mapping
    from ..backends.weights.module_tensors import Wanted
    from ..network import Network

EXAMPLES = """\
  netwright weights resnet resnet18.pth --net resnet18
  netwright weights new.net old.pth --diff old.net
  netwright weights small.net other.pth --auto --save small.safetensors
  netwright weights small.net other.pth --auto --save-map rules.toml
  netwright weights small.net small.pth --reverse --like other.pth --save out.safetensors
"""
SUFFIX = ".safetensors"
CHECKPOINTS = (SUFFIX, ".pth", ".pt", ".bin", ".ckpt", ".json")


def configure(parser: Parser) -> None:
    add_spec(parser)
    parser.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a .safetensors, .pth or index file"
    )
    parser.add_argument(
        "--auto", action="store_true", help="match names by shapes, words and order"
    )
    parser.add_argument("--map", type=Path, metavar="RULES.toml", help="rules for the names")
    parser.add_argument("--diff", metavar="OLD", help="the spec whose names the checkpoint has")
    parser.add_argument(
        "--like", type=Path, metavar="OTHER", help="for --reverse: a checkpoint in the other layout"
    )
    parser.add_argument(
        "--entry", metavar="NAME", default="", help="which state dict, if it holds several: ema"
    )
    parser.add_argument("--partial", action="store_true", help="what fits is enough")
    parser.add_argument("--save", type=Path, metavar=f"OUT{SUFFIX}", help="write the tensors")
    parser.add_argument(
        "--reverse",
        action="store_true",
        help="the checkpoint has the layout of the net: save it in the other one",
    )
    parser.add_argument(
        "--save-map", type=Path, metavar="RULES.toml", help="write the mapping, to be changed"
    )
    add_format(parser, ("text", "json"))


def run(options: Namespace) -> int:
    from ..backends import MissingExtra
    from ..backends.weights.problems import SeveralEntries, WeightsError

    _check(options)
    graph, name, inputs = compiled(options)
    try:
        with guarded("making its module", graph.span, WeightsError, MissingExtra, Misuse):
            return _compare(options, graph, name, inputs)
    except CompileError as error:
        findings = [_of_command(d, options.checkpoint) for d in error.diagnostics]
        return refuse(findings, options, error.__cause__)
    except SeveralEntries as error:
        raise Misuse(error.message, error.choice("--entry {}")) from None
    except WeightsError as error:
        raise Misuse(error.message, error.help) from None
    except MissingExtra as error:
        raise Misuse(str(error)) from None


def _of_command(diagnostic: Diagnostic, checkpoint: str) -> Diagnostic:
    """An error, with the help that is about this command."""
    if diagnostic.code != "E402":
        return diagnostic
    calls = [h.replace("to_torch(", f'to_torch(weights="{checkpoint}", ') for h in diagnostic.help]
    why = "`netwright weights` imports no class: load the weights in Python"
    return diagnostic.replace(help=(why, *calls), notes=())


def _check(options: Namespace) -> None:
    spec, checkpoint = options.file, options.checkpoint
    if Path(spec).suffix in CHECKPOINTS and Path(checkpoint).suffix not in CHECKPOINTS:
        raise Misuse(
            f"{spec} is a checkpoint, and the spec comes first",
            f"write `netwright weights {checkpoint} {spec}`",
        )
    if options.save and options.save.suffix != SUFFIX:
        raise Misuse(f"--save writes {SUFFIX} files, not {options.save}")
    if options.diff and (options.map or options.auto):
        raise Misuse("--diff says all names: leave out --map and --auto")
    if options.reverse and not (options.save and (options.diff or options.map or options.like)):
        raise Misuse(
            "--reverse needs a layout and a file",
            "write --save OUT.safetensors and one of --diff OLD, --map RULES.toml, --like OTHER",
        )
    if options.save_map and not (options.diff or options.map or options.auto or options.like):
        raise Misuse(
            "--save-map writes a mapping, and none is asked for",
            "write one of --auto, --map RULES.toml, --diff OLD",
        )
    if options.like and not options.reverse:
        raise Misuse("--like is for --reverse", "`--auto` matches CHECKPOINT with the net")


def _compare(options: Namespace, graph: Any, name: str, inputs: frozenset[str]) -> int:
    from .. import trained
    from ..backends.weights import loading
    from ..backends.weights.checkpoints import read
    from ..network import Network

    net = Network(graph, name, (), sorted(inputs))
    wants = trained.tensors_of(net._class)
    layout, version = _layout(options)
    mapping, names = trained.rules_of(net, wants, layout)
    expected = wants.tensors if options.reverse else names
    checkpoint = read(options.checkpoint, options.entry).without_wrapper(expected)
    source = read(options.like) if options.like else checkpoint
    notes: tuple[str, ...] = ()
    if options.auto or options.like:
        mapping, notes = trained.completed(mapping, wants, source)
    files = [*inputs, *version, *checkpoint.files]
    files += map(str, filter(None, (options.map, options.like)))
    if options.save_map and mapping is not None:
        _save_map(options.save_map, mapping, source, files)
    if options.reverse:
        assert mapping is not None
        plan = loading.plan(checkpoint, wants, notes=notes)
        return _reverse(options, name, wants, plan, source, mapping.inverse, files)
    plan = loading.plan(checkpoint, wants, mapping, notes)
    _report(options, name, wants, plan)
    if not _is_enough(options, plan):
        return FOUND
    if options.save:
        names = [n for n in wants.tensors if n in plan.fit.fits or n in plan.fit.twins]
        _save(options.save, plan.tensors_and_twins(names), files)
    return CLEAN


def _layout(options: Namespace) -> tuple[Network | Mapping | None, frozenset[str]]:
    """The older version or the rules that the options name, and the files of the version."""
    from ..backends.weights.rules_file import read_rules
    from ..network import Network
    from ._diff import compiled_version

    if not options.diff:
        return read_rules(options.map) if options.map else None, frozenset()
    version = compiled_version(options.diff, options)
    if isinstance(version, int):
        raise SystemExit(version)
    return Network(version[0], version[1]), version[2]


def _is_enough(options: Namespace, plan: LoadPlan) -> bool:
    """Whether as much fits as the options ask for."""
    return plan.fit.whole or bool(options.partial and plan.fit.fits)


def _reverse(
    options: Namespace,
    name: str,
    wants: Wanted,
    plan: LoadPlan,
    source: Checkpoint,
    back: Mapping,
    files: Sequence[str],
) -> int:
    """Save a checkpoint that has the layout of the net in the other one, that of ``source``."""
    from ..backends.weights import loading, mappings
    from ..backends.weights.fitting import folded

    if not _is_enough(options, plan):
        _report(options, name, wants, plan)
        return FOUND
    olds = plan.checkpoint.tensors
    moves = mappings.bind(back, [n for n in olds if n not in wants.twins])
    mappings.renamed(moves, olds)
    names = {new for move in moves for new in move.new}
    absent = folded([n for n in source.tensors if options.like and n not in names])
    note = f"these tensors of the other layout are not made: {', '.join(absent)}"
    _report(options, name, wants, plan, [note] if absent else [])
    _save(options.save, loading.converted(plan.checkpoint, moves), files)
    return FOUND if absent and not options.partial else CLEAN


# --- what is printed and written -------------------------------------------------------------


def _report(
    options: Namespace, name: str, wants: Wanted, plan: LoadPlan, notes: Sequence[str] = ()
) -> None:
    from ..backends.weights import fitting, loading

    fit = plan.fit.replace(notes=(*plan.fit.notes, *notes))
    if options.output_format == "json":
        document = {"version": fitting.VERSION, "net": name, **fitting.as_dict(fit)}
        sys.stdout.write(f"{json_text(document)}\n")
        return
    lines = fitting.text(fit, name, len(wants.tensors), plan.checkpoint.path)
    if not _is_enough(options, plan):
        mapped = options.auto or options.map or options.diff or options.reverse
        helps = loading.hints(plan, wants, "" if mapped else "--auto", "--partial")
        lines += [f"help: {text}" for text in helps]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))


def _save(path: Path, tensors: Iterable[tuple[str, Any]], files: Sequence[str]) -> None:
    from ..backends.weights.saving import save

    count = replace_file(path, files, lambda temporary: save(temporary, tensors))
    print(f"wrote {printable(str(path))} ({count:,} tensors)", file=sys.stderr)


def _save_map(path: Path, mapping: Mapping, source: Checkpoint, files: Sequence[str]) -> None:
    from ..backends.weights.folded_rules import folded_mapping
    from ..backends.weights.rules_file import rules_text

    text = rules_text(folded_mapping(mapping, list(source.tensors)))
    deliver(text.encode(), path, files)
