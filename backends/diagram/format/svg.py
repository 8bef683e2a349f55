"""Vectors with text that can be selected, a title for each box, a class for each category, and the
picture in words for readers who cannot see it. On a dark screen it is dark."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final
from unicodedata import normalize
from xml.etree import ElementTree

from ..drawing import Drawing
from ..layout.digraph import dot
from ..layout.engine import lay_out
from ..picture import Picture
from ._alt import description
from ._night import rules

DRAWINGS: Final = True
FONTS: Final = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"

_HEAD: Final = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TITLE: Final = re.compile(r"(<g id=\"([^\"]*)\" class=\"([^\"]*)\">\n)<title>.*?</title>\n")
_LINK: Final = re.compile(r"<g id=\"a_[^\"]*\"><a [^>]*>\n|</a>\n</g>\n")
_GRAPH: Final = re.compile(r"(?<=<g )id=\"graph0\" (class=\"graph\"[^>]*>)\n<title>.*?</title>")
_NAMELESS: Final = re.compile(r"(?<=<g )id=\"\w+\d\" (?=class=\"(?:edge\b|cluster\">))")
"""The layout program's own ids, of lines and of the frame. A label of the net may be the same."""
_ID: Final = re.compile(r"(?<=<g )id=\"[^\"]*\" ")


def write(picture: Picture | Drawing) -> bytes:
    """Boxes and blocks have their module paths as ids."""
    title, about = _words(picture)
    named = f'<title id="picture-title">{title}</title>\n<desc id="picture-about">{about}</desc>'
    start = '<svg role="img" aria-labelledby="picture-title picture-about" '
    svg = drawn(picture)
    return _document(svg, start, f"{named}\n<style>{rules(svg)}</style>").encode()


def write_inline(picture: Picture | Drawing) -> str:
    """The svg without ids, for a page with other pictures, like a notebook."""
    title, about = _words(picture)
    named = f"<title>{title}</title>\n<desc>{about}</desc>"
    start = f'<svg role="img" aria-label="{title}" '
    return _document(_ID.sub("", drawn(picture)), start, named)


def drawn(picture: Picture | Drawing) -> str:
    """The layout program's svg, with the tooltips of the boxes as titles."""
    svg = bare(dot(picture))
    tooltips = picture.tooltips()

    def titled(match: re.Match[str]) -> str:
        tooltip = tooltips.get(unescape(match[2]), "")
        return match[1] + (f"<title>{escape(tooltip)}</title>\n" if tooltip else "")

    return _NAMELESS.sub("", _TITLE.sub(titled, svg))


def bare(dot: str) -> str:
    """The svg of a DOT text, without the comments and links that the layout program adds."""
    svg = lay_out(dot, "svg").decode()
    svg = _LINK.sub("", _COMMENT.sub("", _HEAD.sub("", svg)))
    return svg.replace('font-family="Arial"', f'font-family="{FONTS}"')


def spoken(svg: ElementTree.Element) -> str:
    """All the text in a picture, in the Unicode form that is drawn."""
    texts = (e for e in svg.iter() if e.tag.endswith("}text"))
    return normalize("NFC", "".join(e.text or "" for e in texts))


def _document(svg: str, start: str, named: str) -> str:
    svg = _GRAPH.sub(r"\1", svg, count=1)
    svg = svg.replace("<svg ", start, 1)
    return svg.replace('<g class="graph"', f'{named}\n<g class="graph"', 1)


def _words(picture: Picture | Drawing) -> tuple[str, str]:
    return escape(picture.title or picture.name), escape(description(picture))
