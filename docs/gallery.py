"""Draws every shipped network into docs/gallery, with a page that shows them all: ``make gallery``.

Networks of one spec that differ in numbers only look alike: the first of them stands for all.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from netwright.backends.diagram import render
from netwright.backends.diagram.picture import Options
from netwright.backends.diagram.style import amount
from netwright.backends.diagram.view.docs import picture
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import load_source
from netwright.spec_files import description, read, shipped

HERE: Final = Path(__file__).parent / "gallery"
VIEWS: Final = {"resnet50": "paper", "transformer_base": "paper", "vgg16": "volumes"}
"""Nets that are drawn in another view too."""
COLUMNS: Final = 3
HEIGHT, WIDTH = 420, 320
"""Pixels of a picture on the page, the width of one that lies."""
HEAD: Final = """\
# Gallery

Every network that comes with netwright, as `netwright render` draws it, with the command that made
it. Repeated blocks are folded, and networks that differ in numbers only are drawn once; some are
shown in another view too. A click shows a picture in full. `make gallery` draws them again.

"""


class Drawing(NamedTuple):
    """A picture, and the nets that it stands for."""

    spec: str
    nets: Sequence[str]
    graph: Graph
    view: str = "docs"

    @property
    def name(self) -> str:
        return self.nets[0] or self.spec.rpartition(".")[2]

    @property
    def file(self) -> str:
        return f"{self.name}{'' if self.view == 'docs' else f'-{self.view}'}.svg"

    @property
    def command(self) -> str:
        net = f" --net {self.nets[0]}" if self.nets[0] not in ("", self.spec) else ""
        view = "" if self.view == "docs" else f" --view {self.view}"
        return f"netwright render {self.spec}{net}{view} -o {self.file}"

    def draw(self) -> bytes:
        return render(self.graph, "svg", view=self.view)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    files = dict(written())
    for old in HERE.iterdir():
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (HERE / name).write_bytes(data)
    print(f"{HERE}: {len(files)} files, {sum(map(len, files.values())) >> 10} KiB")


def written() -> Iterator[tuple[str, bytes]]:
    """What the folder holds."""
    drawings = list(every())
    yield "README.md", page(drawings).encode()
    for drawing in drawings:
        yield drawing.file, drawing.draw()


def every() -> Iterator[Drawing]:
    for spec in shipped():
        alike: dict[Hashable, Drawing] = {}
        others: list[Drawing] = []
        for net, graph in networks(spec):
            first = alike.setdefault(outline(graph), Drawing(spec, [], graph))
            first.nets.append(net)
            if net in VIEWS:
                others.append(Drawing(spec, [net], graph, VIEWS[net]))
        yield from (*alike.values(), *others)


def networks(spec: str) -> Iterator[tuple[str, Graph]]:
    """The nets of a spec that need no parameters, or its bare pipeline."""
    source = read(spec)
    for net in load_source(source).nets or ("",):
        graph = load_source(source, net=net or None).graph
        if graph is not None:
            yield net, graph


def outline(graph: Graph) -> Hashable:
    """What a picture shows, whatever the numbers are."""
    view = picture(graph, Options())
    places = {box.id: i for i, box in enumerate(view.boxes())}
    boxes = tuple((b.shape, b.category, len(b.above), len(b.below)) for b in view.boxes())
    return boxes, tuple((places[e.tail], places[e.head], e.look) for e in view.edges)


# --- the page --------------------------------------------------------------------------------


def page(drawings: Sequence[Drawing]) -> str:
    cells = list(map(cell, drawings))
    rows = (cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS))
    return (
        HEAD + "<table>\n" + "".join(f"<tr>\n{''.join(row)}</tr>\n" for row in rows) + "</table>\n"
    )


def cell(drawing: Drawing) -> str:
    others = ", ".join(drawing.nets[1:])
    words = (
        f"<b>{drawing.name}</b>{'' if drawing.view == 'docs' else f', {drawing.view} view'}",
        escape(description(read(drawing.spec).text)),
        f"{amount(drawing.graph.params)} parameters",
        f"alike: {others}" if others else "",
        f"<code>{drawing.command}</code>",
    )
    size = f'width="{WIDTH}"' if drawing.view == "volumes" else f'height="{HEIGHT}"'
    image = f'<img src="{drawing.file}" {size} alt="{drawing.name}">'
    said = "<br>\n".join(word for word in words if word)
    return (
        f'<td width="{100 // COLUMNS}%" align="center" valign="bottom">\n'
        f'<a href="{drawing.file}">{image}</a><br>\n{said}\n</td>\n'
    )


if __name__ == "__main__":
    main()
