"""Explain an error code, or a layer: what it does, its settings, examples."""

from __future__ import annotations

import sys
from argparse import Namespace
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ..terminal import either
from ._parser import Misuse, Parser

if TYPE_CHECKING:
    from ..compiler.layer import Layer

EXAMPLES = """\
  netwright explain E302
  netwright explain conv
"""


def configure(parser: Parser) -> None:
    parser.add_argument("topic", metavar="CODE|LAYER", nargs="?", help="E302, conv, bn ...")


def run(options: Namespace) -> int:
    if options.topic is None:
        sys.stdout.write(_contents())
        return 0
    topic = options.topic.strip()
    codes = pages()
    if topic.upper() in codes:
        sys.stdout.write(codes[topic.upper()].read_text("utf-8"))
        return 0
    sys.stdout.write(describe(_layer(topic, codes)))
    return 0


def pages() -> dict[str, Any]:
    """The pages on codes."""
    folder = files(__package__).joinpath("explain")
    if not folder.is_dir():
        return {}
    found = (p for p in folder.iterdir() if p.name.endswith(".md"))
    return {p.name.removesuffix(".md"): p for p in sorted(found, key=lambda p: p.name)}


def _contents() -> str:
    """Every code with its title, then every layer."""
    from textwrap import fill

    from ..compiler.layers import layers

    titles = (page.read_text("utf-8").partition("\n")[0] for page in pages().values())
    codes = "".join(f"  {title.lstrip('# ')}\n" for title in titles)
    words = fill(", ".join(sorted(layers())), 96, initial_indent="  ", subsequent_indent="  ")
    return f"codes:\n{codes}\nlayers:\n{words}\n"


def _layer(word: str, codes: dict[str, Any]) -> type[Layer]:
    from ..compiler.layers import layers

    table = layers()
    if word in table:
        return table[word]
    near = get_close_matches(word, [*table, *codes], n=3) or get_close_matches(word.upper(), codes)
    hint = f"did you mean {either(near)}?" if near else "`netwright explain` lists the codes"
    raise Misuse(f"there is no code and no layer called {word}", hint)


# --- a layer's page --------------------------------------------------------------------------


def describe(layer: type[Layer]) -> str:
    """The page of a layer, from its declaration alone."""
    from inspect import getdoc

    parts = [_title(layer), getdoc(layer) or "", _settings(layer), _examples(layer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(layer: type[Layer]) -> str:
    names = f"# {layer.word}"
    return f"{names} (also {', '.join(layer.aliases)})" if layer.aliases else names


def _settings(layer: type[Layer]) -> str:
    from ..compiler.layer import hints

    if not layer.settings:
        return ""
    types = {name: spell_type(hint) for name, hint in hints(layer).items()}
    rows = [(name, types[name], _default(s)) for name, s in layer.settings.items()]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    lines = (f"  {n:{widths[0]}}  {t:{widths[1]}}  {d}".rstrip() for n, t, d in rows)
    return "settings:\n" + "\n".join(lines)


def _default(setting: Any) -> str:
    from ..backends.summary import spell_value

    return "required" if setting.required else spell_value(setting.default)


def _examples(layer: type[Layer]) -> str:
    lines = [f"  {_given(e)}{e.text}" for e in layer.examples]
    return "examples:\n" + "\n".join(lines) if lines else ""


def _given(example: Any) -> str:
    shapes = [f"[{', '.join(('N', *_axes(shape)))}]{_dtype(shape)}" for shape in example.inputs]
    return f"{', '.join(shapes)} > " if shapes else ""


def _axes(shape: str) -> list[str]:
    return [axis for axis in shape.partition(" ")[0].split("x") if axis]


def _dtype(shape: str) -> str:
    dtype = shape.partition(" ")[2]
    return f" {dtype}" if dtype else ""


_TYPES: dict[Any, str] = {
    int: "int",
    float: "number",
    bool: "true, false",
    str: "string",
    type(None): "none",
    Any: "any",
}


_CLASSES = {"Size": "int", "TensorType": "tensor", "Init": "initialiser", "Layer": "network"}


def spell_type(hint: Any) -> str:
    """A setting's type in the words of the language."""
    if hint in _TYPES:
        return _TYPES[hint]
    if get_origin(hint) is Literal:
        return ", ".join(map(str, get_args(hint)))
    if get_origin(hint) is tuple:
        item = spell_type(get_args(hint)[0])
        return f"list of {item}s" if item.isalpha() else "list"
    if get_args(hint):
        return ", ".join(dict.fromkeys(map(spell_type, get_args(hint))))
    name: str = hint.__name__
    return _CLASSES.get(name, name.lower())
