"""Recognises files of other formats, since many programs use the suffix ``.net``.

It is used only if a text does not parse.
"""

from __future__ import annotations

import re
from typing import Final

from .diagnostics import Diagnostic
from .source import Source

# A format, and the patterns that a text of it has. No spec matches the first pattern.
FORMATS: Final = (
    ("a Pajek network", r"(?i)^\*(vertices|network|arcs|edges|arcslist|edgeslist|matrix)\b"),
    (
        "a Hugin network",
        r"^[ \t]*net\s*\{",
        r"^[ \t]*(potential\s*\(|([a-z]+ )?node\s+\w+\s*\{)",
    ),
    ("a SPICE netlist", r"(?i)^\.(subckt|ends|model|include|tran|ac|dc|op|end|options?|lib)\b"),
    ("a KiCad netlist", r"\A\s*\(export\s+\(version"),
    ("a TINA Petri net", r"^tr[ \t]+\S.{0,500}->"),
    ("a Darknet configuration", r"^\[(net|network|convolutional|maxpool)\]\s*$"),
    ("a Caffe prototxt", r"^[ \t]*layers?\s*\{", r"^[ \t]*type\s*:"),
    ("XML", r"\A\s*<(\?xml|!|\w+[\s>])"),
    ("JSON", r'\A\s*[\[{]\s*("[^"\n]*"\s*:|\{)'),
    ("Python", r"^class +\w+ *\(.{0,100}Module.{0,100}\):"),
    ("Python", r"^(import|from) +(torch|keras|tensorflow)\b", r"^[ \t]*(def|class) "),
)


def foreign(source: Source) -> Diagnostic | None:
    """The error for a text of another format, or None if none is recognised."""
    if "\0" in source.text:
        at = source.text.index("\0")
        return Diagnostic("E106", "this is not a text", source.span(at, at + 1), "a zero byte")
    for format, *patterns in FORMATS:
        matches = [re.search(pattern, source.text, re.MULTILINE) for pattern in patterns]
        match = matches[0]
        if match and all(matches):
            end = match.end()
            start = end - len(match.group().lstrip())
            help = "a spec is, for example, `net n: x[3, 32, 32] { x > conv(3x3, 64) > relu }`"
            message = f"this is {format}, not a spec"
            return Diagnostic("E127", message, source.span(start, end), help=(help,))
    return None
