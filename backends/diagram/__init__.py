"""Graphs as pictures. A view (``view/<name>.py``) builds a picture from a graph, a format
(``format/<suffix>.py``) writes it; both are found by looking into their folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from warnings import warn

from ...compiler.ir import Graph
from ...grammar.wording import listing
from ..diff.merge import Merged
from .chart.costs import MEASURES
from .drawing import Drawing
from .errors import DiagramError, NoBlock, NoEffect, NoLayout, TooLarge
from .picture import Options, Picture
from .progress import say

__all__ = [
    "DiagramError",
    "NoBlock",
    "NoEffect",
    "NoLayout",
    "TooLarge",
    "formats",
    "inline",
    "render",
    "to_dot",
    "views",
]

PAGE = "html"
"""The format that is accepted as a view too: the docs view as a page where blocks open and
close."""
COMPARES = ("docs", "paper")
"""The views that draw two versions in one."""


def views() -> tuple[str, ...]:
    return _modules("view")


def formats() -> tuple[str, ...]:
    """The suffixes, without the dot."""
    return _modules("format")


def to_dot(graph: Graph | Merged, **options: Any) -> str:
    """The diagram in Graphviz's language; options are those of ``render``."""
    return render(graph, "dot", **options).decode()


def render(
    graph: Graph | Merged,
    suffix: str,
    *,
    view: str = "docs",
    direction: Literal["TB", "LR"] = "TB",
    title: str | None = None,
    shapes: bool = True,
    legend: bool = True,
    depth: int | None = None,
    expand: Iterable[str] = (),
    fold: Iterable[str] = (),
    color_by: str | None = None,
) -> bytes:
    """The diagram of a net, or of two versions in one, as a file of a format: ``svg``, ....

    ``view`` is one of ``views()``, or ``html`` for that format; ``direction`` is TB (down) or LR
    (to the right); ``title`` defaults to the net's documentation or name, ``""`` leaves it out;
    ``depth`` is the number of levels of blocks to open (default: as many as stay readable);
    ``expand`` and ``fold`` name blocks, labels or module paths to open everywhere, or never;
    ``color_by`` colours boxes by their cost: ``params``, ``macs`` or ``activations``.

    Raises DiagramError if the network cannot be drawn like this: TooLarge if it has too many boxes
    even when folded, NoLayout if the layout program is missing. Warns (NoEffect) if a name in
    ``expand`` or ``fold`` changes nothing.
    """
    name = suffix.lower().removeprefix(".")
    if name not in formats():
        file = f".{name}" if name else "a file without a suffix"
        raise DiagramError(f"cannot draw {file}", help=f"there are {', '.join(formats())}")
    options = Options(
        direction, title, shapes, legend, depth, _names(expand), _names(fold), color_by or ""
    )
    if view == PAGE:
        if name != PAGE:
            raise DiagramError(f"the {PAGE} view is a page, not a .{name}", help="it is an .html")
        view = "docs"
    picture = _picture(graph, view, options)
    if isinstance(picture, Drawing) and not _takes_drawings(name):
        able = listing([f".{other}" for other in formats() if _takes_drawings(other)])
        raise DiagramError(f"the {view} view cannot be a .{name}", help=f"{able} can show it")
    written: bytes = _format(name).write(picture)
    return written


def inline(graph: Graph | Merged, *, view: str = "docs") -> str:
    """An svg without ids, for a page that shows several. Raises TooLarge."""
    from .format.svg import write_inline

    return write_inline(_picture(graph, view, Options()))


def _picture(net: Graph | Merged, view: str, options: Options) -> Picture | Drawing:
    if isinstance(net, Merged):
        graph, options = net.graph, replace(options, marks=net.marks)
    else:
        graph = net
    if view not in views():
        raise DiagramError(f"there is no view {view}", help=f"there are {', '.join(views())}")
    if options.direction not in ("TB", "LR"):
        raise DiagramError(f"cannot draw to {options.direction}", help="there are TB, LR")
    if options.depth is not None and not (type(options.depth) is int and options.depth >= 0):
        help = "0, 1, 2, ..."
        raise DiagramError(f"{options.depth!r} is not a number of levels", help=help)
    if options.color_by and options.color_by not in MEASURES:
        raise DiagramError(
            f"cannot color by {options.color_by}", help=f"there are {', '.join(MEASURES)}"
        )
    if options.marks and view not in COMPARES:
        raise DiagramError(
            f"the {view} view draws one network",
            help=f"two versions are drawn in the views {' and '.join(COMPARES)}",
        )
    if options.expand or options.fold:
        from .asked import check

        check(graph, options)
    build: Any = import_module(f"{__name__}.view.{view}").picture
    say("choosing what to draw")
    picture: Picture | Drawing = build(graph, options)
    if options.expand or options.fold:
        from .asked import without_effect

        for warning in without_effect(picture, options, partial(build, graph)):
            warn(warning, NoEffect, stacklevel=3)
    if options.marks and isinstance(picture, Picture):
        from .chart.compared import painted

        return painted(picture)
    return picture


def _format(name: str) -> Any:
    return import_module(f"{__name__}.format.{name}")


def _takes_drawings(format: str) -> bool:
    """Whether a format writes a ``Drawing``, whose parts already have their places."""
    return hasattr(_format(format), "DRAWINGS")


def _names(names: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple; a single string is one name."""
    return (names,) if isinstance(names, str) else tuple(names)


def _modules(folder: str) -> tuple[str, ...]:
    files = (path.stem for path in (Path(__path__[0]) / folder).iterdir() if path.suffix == ".py")
    return tuple(sorted(name for name in files if not name.startswith("_")))
