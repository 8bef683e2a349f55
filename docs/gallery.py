"""Draws every shipped network into build/gallery, with a page that shows them all.

Run it as `make gallery`.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from netwright.compiler.pipeline import load_source
from netwright.files import description, read, shipped
from netwright.network import Network

HERE = Path(__file__).parent.parent / "build" / "gallery"
HEAD = """\
<!doctype html>
<meta charset="utf-8">
<title>netwright: gallery</title>
<style>
  body { font: 16px/1.5 sans-serif; margin: 2em; }
  figure { display: inline-block; vertical-align: top; margin: 1em; }
  img { max-width: 24em; max-height: 60em; }
</style>
<h1>Gallery</h1>
"""


def main() -> None:
    HERE.mkdir(parents=True, exist_ok=True)
    sections = (section(name, path) for name, path in shipped().items())
    page = HERE / "index.html"
    page.write_text(HEAD + "".join(sections), encoding="utf-8")
    print(page)


def section(name: str, path: Path) -> str:
    figures = "".join(figure(name, net) for net in networks(name))
    return f"<h2>{name}</h2>\n<p>{escape(description(path.read_text('utf-8')))}</p>\n{figures}"


def networks(name: str) -> Iterator[Network]:
    """The nets of a spec that need no parameters, or its bare pipeline."""
    source = read(name)
    for net in load_source(source).nets or (None,):
        found = load_source(source, net=net)
        if found.graph is not None:
            yield Network(found.graph, net or name)


def figure(spec: str, net: Network) -> str:
    picture = net.render(HERE / f"{spec}.{net.name}.svg").name
    size = f"{net.params:,}" if isinstance(net.params, int) else escape(net.params)
    words = f"{escape(net.name)}: {size} parameters"
    return f'<figure><a href="{picture}"><img src="{picture}"></a><figcaption>{words}</figure>\n'


if __name__ == "__main__":
    main()
