"""Explain an error code, a layer, or any word: what it does, its settings, examples.

Names of PyTorch and Keras are translated. `layers` lists all layers with a line each. Without a
topic, all codes and layers are listed."""

from __future__ import annotations

import sys
from argparse import Namespace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ..grammar.nearby import nearest
from ..grammar.wording import either, listing
from ._parser import Misuse, Parser

if TYPE_CHECKING:
    from ..compiler.layer import Layer

EXAMPLES = """\
  netwright explain E302
  netwright explain conv
  netwright explain nn.Conv2d
  netwright explain layers
"""


def configure(parser: Parser) -> None:
    parser.add_argument(
        "topic", metavar="TOPIC", nargs="?", help="E302, conv, nn.Conv2d, scan, layers ..."
    )


def run(options: Namespace) -> int:
    sys.stdout.write(_page(options.topic.strip()) if options.topic else _contents())
    return 0


def _page(topic: str) -> str:
    codes = pages()
    if topic.upper() in codes:
        text: str = codes[topic.upper()].read_text("utf-8")
        return text
    if topic == "layers":
        return layers_page()
    return _word_page(topic) or describe(_layer(topic, codes))


def _word_page(topic: str) -> str | None:
    """The page of a keyword, a function, or a name of another framework; None for any other word.
    A word that is also a layer gets both pages."""
    from ..compiler.layers import layers
    from ._words import function, keyword

    own = keyword(topic) or function(topic)
    if own and topic in layers():
        return f"{own}\n{describe(layers()[topic])}"
    return own if own or topic in layers() else _foreign_page(topic)


def _foreign_page(topic: str) -> str | None:
    from ..compiler.advice.foreign import SETTINGS, explain_name, explain_setting
    from ..compiler.layers import layers

    table = layers()
    message, help, word = explain_name(topic.partition("(")[0], set(table))
    if word is not None and word in table:
        return f"`{topic}` is called `{word}` here.\n\n{describe(table[word])}"
    if message:
        return f"{message}: {help}\n" if help else f"{message}\n"
    named = SETTINGS.get(topic, topic)
    takers = sorted({layer.word for layer in table.values() if named in layer.settings})
    if not takers:
        note = explain_setting(table["attention"], topic, [])[1] if "mask" in topic else ""
        return f"`{topic}`: {note}\n" if note else None
    called = "" if named == topic else f"`{topic}` is called `{named}` here.\n\n"
    return f"{called}`{named}` is a setting of {listing(takers)}.\n"


def pages() -> dict[str, Any]:
    """The files of the pages on codes, by code."""
    folder = files(__package__).joinpath("explain")
    if not folder.is_dir():
        return {}
    entries = (p for p in folder.iterdir() if p.name.endswith(".md"))
    return {p.name.removesuffix(".md"): p for p in sorted(entries, key=lambda p: p.name)}


def title(code: str, page: Any) -> str:
    """What a code means, in a few words: the first line of its page."""
    line: str = page.read_text("utf-8").partition("\n")[0]
    return line.removeprefix(f"# {code}: ")


def _contents() -> str:
    """A list of all codes with their titles, and of all layers."""
    from textwrap import fill

    from ..compiler.layers import layers

    codes = "".join(f"  {code}: {title(code, page)}\n" for code, page in pages().items())
    words = fill(", ".join(sorted(layers())), 96, initial_indent="  ", subsequent_indent="  ")
    return f"codes:\n{codes}\nlayers:\n{words}\n"


def _layer(word: str, codes: dict[str, Any]) -> type[Layer]:
    from ..compiler.layers import layers

    table = layers()
    if word in table:
        return table[word]
    near = nearest(word, [*table, *codes])
    hint = f"did you mean {either(near)}?" if near else "`netwright explain` lists the codes"
    raise Misuse(f"there is no code and no layer called {word}", hint)


# --- layers ----------------------------------------------------------------------------------

CATEGORIES: dict[str, str] = {
    "io": "Inputs",
    "conv": "Convolution",
    "linear": "Linear",
    "norm": "Normalisation",
    "activation": "Activation and dropout",
    "pool": "Pooling",
    "attention": "Attention",
    "recurrent": "Recurrence",
    "embedding": "Embedding",
    "shape": "Shape",
    "math": "Arithmetic, comparison, reduction",
    "source": "Sources",
    "other": "Others",
}


def layers_page() -> str:
    """A page that lists all layers by category."""
    from ..compiler.layers import layers

    by_word = {layer.word: layer for layer in layers().values()}
    parts = ["# Layers\n\n`netwright explain conv` says more about one.\n"]
    for category, title in CATEGORIES.items():
        lines = [_line(by_word[w]) for w in sorted(by_word) if by_word[w].category == category]
        if lines:
            parts.append(f"\n## {title}\n\n{''.join(lines)}")
    return "".join(parts)


def _line(layer: type[Layer]) -> str:
    """``- `linear(out)`, `fc`: fully connected ...``"""
    required = [s.name for s in layer.settings.values() if s.required]
    head = f"{layer.word}({', '.join(required)})" if required else layer.word
    names = ", ".join(f"`{name}`" for name in (head, *layer.aliases))
    first = " ".join(documentation(layer).partition("\n\n")[0].split())
    return f"- {names}: {first}\n" if first else f"- {names}\n"


def documentation(layer: type[Layer]) -> str:
    from inspect import getdoc

    return (getdoc(layer) or "").replace("``", "`")


def describe(layer: type[Layer]) -> str:
    """The page of a layer, made from its declaration."""
    parts = [_title(layer), documentation(layer), _settings(layer), _examples(layer)]
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
    from ..compiler.spelling import spell_value

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


_CLASSES = {
    "Size": "int",
    "Formula": "number",
    "TensorType": "tensor",
    "Init": "initialiser",
    "Layer": "network",
}


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
