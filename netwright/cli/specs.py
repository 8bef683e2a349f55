"""List the specs that come with netwright. Every command takes their names."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..compiler.imports import AREAS
from ..grammar.printable import json_text
from ..grammar.wording import either
from ..spec_files import TYPICAL, area, description, facts, shipped
from ._parser import Misuse, Parser, add_format

EXAMPLES = """\
  netwright specs
  netwright specs segmentation
  netwright specs resnet --nets
  netwright summary resnet --net resnet50
  netwright new mine --from resnet
"""
VERSION = 1


class Listed(NamedTuple):
    """A shipped spec, as it is listed. ``nets`` are the facts of its nets."""

    name: str
    area: str
    description: str
    comments: str
    nets: Mapping[str, Mapping[str, Any]]

    def matches(self, word: str) -> bool:
        """Whether a word of the name, the area, the comments or the names of nets begins so."""
        text = " ".join((self.name, self.area, self.comments, *self.nets))
        return re.search(rf"(?<![^\W_]){re.escape(word)}", text, re.IGNORECASE) is not None


def configure(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="list specs that have all words")
    parser.add_argument("--nets", action="store_true", help="list the nets of each spec too")
    add_format(parser, ("text", "json"))


def run(options: Namespace) -> int:
    specs = [spec for spec in listed() if all(map(spec.matches, options.words))]
    if not specs:
        raise Misuse(f"no shipped spec has {_quoted(options.words)}", _hint(options.words))
    if options.output_format == "json":
        print(json_text({"version": VERSION, "specs": [_as_dict(spec) for spec in specs]}))
    else:
        print("\n".join(text(specs, nets=options.nets or len(specs) == 1)))
    return 0


def _quoted(words: Sequence[str]) -> str:
    return f"the word {words[0]}" if len(words) == 1 else f"all of the words {' '.join(words)}"


def _hint(words: Sequence[str]) -> str:
    from ..grammar.nearby import nearest

    near = nearest(words[0], [name for spec in listed() for name in (spec.name, *spec.nets)])
    if len(words) == 1 and near:
        return f"did you mean {either(near)}?"
    return "`netwright specs` lists the shipped specs"


def listed() -> list[Listed]:
    """All shipped specs, area by area."""
    nets = facts()
    specs = [_listed(name, path, nets.get(name, {})) for name, path in shipped().items()]
    return sorted(specs, key=lambda spec: [*AREAS, "blocks"].index(spec.area))


def _listed(name: str, path: Path, nets: Mapping[str, Mapping[str, Any]]) -> Listed:
    source = path.read_text("utf-8")
    comments = " ".join(re.findall(r"(?m)^#+ (.*)", source))
    return Listed(name, area(path), description(source), comments, nets)


def _as_dict(spec: Listed) -> dict[str, Any]:
    nets = [
        {"net": net, **{key: fact.get(key) for key in ("params", "macs", "original")}}
        for net, fact in spec.nets.items()
    ]
    return {
        "name": spec.name,
        "area": spec.area,
        "description": spec.description,
        "nets": nets,
    }


# --- as text -------------------------------------------------------------------------------------


def text(specs: Sequence[Listed], *, nets: bool) -> list[str]:
    """A table for each area: a line for each spec, and with ``nets`` for each net."""
    rows = [row for spec in specs for row in _rows(spec, nets=nets)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for name in dict.fromkeys(spec.area for spec in specs):
        lines += ["", *_aligned([(name.replace("_", " "), "params", "MACs", "")], widths)]
        for spec in specs:
            if spec.area == name:
                lines += _aligned(_rows(spec, nets=nets), widths)
    return [*lines[1:], *_notes(specs)]


def _rows(spec: Listed, *, nets: bool) -> list[tuple[str, str, str, str]]:
    """The cells of the lines of a spec. The figures of a spec are those of its smallest and its
    largest net."""
    if not nets or len(spec.nets) < 2:
        return [(f"  {spec.name}", *_figures(spec.nets.values()), spec.description)]
    own = ((f"    {net}", *_figures([fact]), "") for net, fact in spec.nets.items())
    return [(f"  {spec.name}", "", "", spec.description), *own]


def _figures(facts: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    facts = list(facts)
    macs = _span([fact.get("typical", fact["macs"]) for fact in facts])
    return _span([fact["params"] for fact in facts]), macs + "*" * _is_open(facts)


def _is_open(facts: Iterable[Mapping[str, Any]]) -> bool:
    return any("typical" in fact for fact in facts)


def _span(counts: Sequence[int]) -> str:
    """From the smallest to the largest: ``11.7M-60.2M``."""
    from ..backends.diagram.style import amount

    ends = dict.fromkeys(amount(count) for count in (min(counts), max(counts))) if counts else ()
    return "-".join(ends)


def _aligned(rows: Iterable[tuple[str, ...]], widths: Sequence[int]) -> list[str]:
    first, params, macs = widths
    return [f"{a:{first}}  {b:>{params}}  {c:>{macs}}  {d}".rstrip() for a, b, c, d in rows]


def _notes(specs: Iterable[Listed]) -> list[str]:
    starred = any(_is_open(spec.nets.values()) for spec in specs)
    return ["", f"* if each open size is {TYPICAL}"] if starred else []
