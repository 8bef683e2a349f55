"""Names in generated code: classes, variables, attributes, and the words that are taken."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Final

from .printing import quote

IN_SCOPE: Final = frozenset(
    {"torch", "nn", "F", "math", "Any", "Tensor", "OrderedDict", "self", "i"}
)
"""What generated files import or their methods bind."""

CALLED: Final = frozenset(
    {"float", "getattr", "int", "max", "min", "range", "super", "tuple", "type", "zip"}
)
"""Builtins that generated code may call; other builtins may be shadowed, as ``input`` is."""


def plain(name: str) -> bool:
    """Whether ``self.name`` can be written: identifiers that Python neither reserves nor mangles
    (``__name``). The names of a graph are normalised as Python normalises them."""
    mangled = name.startswith("__")
    return name.isidentifier() and not keyword.iskeyword(name) and not mangled


def attribute(owner: str, name: str) -> str:
    """``owner.name``, whatever the name."""
    return f"{owner}.{name}" if plain(name) else f"getattr({owner}, {quote(name)})"


def camel(name: str) -> str:
    """A class name: ``basic_block`` gives ``BasicBlock``; ``ResNet`` stays."""
    words = [w for w in re.split(r"[\W_]+", name) if w]
    text = "".join(w[0].upper() + w[1:] for w in words)
    return text if not text or text.isidentifier() else f"Net{text}"


def variable(name: str, taken: Collection[str] = ()) -> str:
    """A name for a local variable, as close to the wish as Python and the file allow."""
    text = "".join(c if f"_{c}".isidentifier() else "_" for c in name).lstrip("_") or "x"
    text = text if text.isidentifier() else f"x{text}"
    while keyword.iskeyword(text) or text in IN_SCOPE or text in CALLED or text in taken:
        text += "_"
    return text


def numbered(name: str, taken: Collection[str]) -> str:
    """The name, with the next free number behind it if it is taken."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :] or 1)
    text = name
    while text in taken or keyword.iskeyword(text):
        number += 1
        text = f"{stem}{number}"
    return text
