"""Writes layer_words.py, the words in each file of layers: ``make tables``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Final

from .layers import fingerprint, read_families

HERE: Final = Path(__file__).with_name("layer_words.py")
HEAD: Final = '''\
"""The words in each file of layers, written by write_layer_words.py: change a layer and run
`make tables`. Until then all files of layers are imported to find a word."""

'''


def write() -> str:
    """The text of layer_words.py."""
    families = read_families()
    words = [
        f'    "{family}": "{" ".join(words)}",\n'
        for family, words in groupby(families, key=families.__getitem__)
    ]
    return (
        f"{HEAD}# ruff: noqa: E501\n# fmt: off\n\nMADE_OF = {fingerprint()}\n\n"
        f"WORDS = {{\n{''.join(words)}}}\n"
    )


if __name__ == "__main__":
    HERE.write_text(write(), encoding="utf-8")
