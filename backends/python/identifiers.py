"""Names in generated code: of classes, variables and attributes, and words that are taken."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Final

from .printing import quote

IN_SCOPE: Final = frozenset(
    {"torch", "nn", "F", "math", "Any", "Tensor", "OrderedDict", "self", "i"}
)
"""Names that generated files import or that their methods bind."""

CALLED: Final = frozenset(
    {"float", "getattr", "int", "max", "min", "range", "super", "tuple", "type", "zip"}
)
"""Builtins that generated code may call. A variable may shadow another one, such as ``input``."""


def plain(name: str) -> bool:
    """Whether ``self.name`` can be written: the name is an identifier, no keyword, and Python does
    not mangle it as it does ``__name``. (A graph's names are already in Python's Unicode form.)"""
    mangled = name.startswith("__")
    return name.isidentifier() and not keyword.iskeyword(name) and not mangled


def attribute(owner: str, name: str) -> str:
    """``owner.name``, or ``getattr`` if the name cannot be written so."""
    return f"{owner}.{name}" if plain(name) else f"getattr({owner}, {quote(name)})"


def camel(name: str) -> str:
    """A class name: ``basic_block`` gives ``BasicBlock``; ``ResNet`` stays."""
    words = [w for w in re.split(r"[\W_]+", name) if w]
    text = "".join(w[0].upper() + w[1:] for w in words)
    return text if not text or text.isidentifier() else f"Net{text}"


def variable(name: str, taken: Collection[str] = ()) -> str:
    """A name for a local variable: the wanted one, changed no more than Python and the file ask."""
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
