"""One of everything that netwright makes, for tests of whether it is the same every time.

    python -m tests.artefacts

prints the hash of each as JSON: reports, summaries, source, every view in every format, a
comparison, an exported graph. A command's artefact is what it prints and the file it writes.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

import networkx as nx

import netwright as nw
from netwright.backends.diagram import formats, views
from netwright.cli import main

# Folded and unfolded repeats, side results, a share, a loop and labels in one net.
NET: Final = """
block step(d): w, h[d] { [w, h] > gru_cell(d) }
block branch(c, k=3) = conv(k, c, pad=k // 2) > bn > relu
block layer(c): x {
  pooled = x > maxpool(3, stride=1, pad=1)
  x + ([x > branch(c), x > branch(c, 5) as wide, pooled] > concat > conv(1, c))
}
## Everything in one net
net all(c=8, classes=10): image[3, 32, 32], words[T] int {
  share table = embed(100, 16)
  x = image > branch(c) > layer(c) * 3 as trunk
  y = words > table > scan(step(16)) > gru(16)
  [x > gap, y > mean(1)] > concat > linear(classes) as head
}
"""
CHANGED: Final = NET.replace("* 3 as trunk", "* 4 as trunk").replace("> gru(16)", "> lstm(16)")
FAULTY: Final = """
net broken(classes=10): image[3, 32, 32] {
  a = image > conv(3x3, 16, padding=1) > bm > relu
  b = image > maxpool(2)
  [a, b] > concat > lineer(classes) > softmax
  c, d = image > chunk(2, dim=1)
  image > linear(classes)
}
net other: x[4] -> [3] { x > linear(5) > dropout(0.1, rate=2) }
"""
SHIPPED: Final = (
    "resnet:resnet18",
    "t5:t5_small",
    "transformer:transformer_base",
    "char_rnn",
    "unet",
)


def commands(folder: Path) -> Iterator[tuple[str, ...]]:
    """Command lines, the picture or file that they write as the last word."""
    good, changed, bad = (str(folder / f"{name}.net") for name in ("good", "changed", "bad"))
    for form in ("text", "github", "json", "sarif"):
        yield ("check", bad, "--output-format", form)
    for form in ("text", "json"):
        yield ("summary", good, "--output-format", form)
        yield ("render", "--diff", good, changed, "--output-format", form)
    for spec in (good, *SHIPPED):
        name, _, net = spec.partition(":")
        chosen = ("--net", net) if net else ()
        yield ("build", name, *chosen)
    yield ("render", good, "-o", str(folder / "picture.html"))
    for view in views():
        drawn = ("vgg", "--net", "vgg11") if view == "volumes" else (good,)
        for suffix in sorted({*formats()} - {"html"}):
            yield ("render", *drawn, "--view", view, "-o", str(folder / f"picture.{suffix}"))
    yield ("render", bad, "--net", "broken", "--view", "debug", "-o", str(folder / "picture.svg"))
    yield ("render", "--diff", good, changed, "-o", str(folder / "picture.svg"))
    yield ("specs",)
    yield ("explain",)


def made(command: tuple[str, ...], folder: Path) -> bytes:
    """What a command prints and writes, without the name of the folder."""
    printed, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(printed), redirect_stderr(errors):
        status = main(list(command))
    files = sorted(folder.glob("picture.*"))
    written = b"".join(path.read_bytes() for path in files)
    for path in files:
        path.unlink()
    return b"%d\n" % status + _text(printed, folder) + _text(errors, folder) + written


def _text(stream: io.TextIOWrapper, folder: Path) -> bytes:
    stream.seek(0)
    return stream.read().replace(str(folder), "").encode()


def exported(folder: Path) -> bytes:
    path = folder / "graph.graphml"
    nx.write_graphml(nw.load(folder / "good.net").graph.flatten().plain(), path)
    return path.read_bytes()


def hashes() -> dict[str, str]:
    """The hash of each artefact, by the command that makes it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, text in (("good", NET), ("changed", CHANGED), ("bad", FAULTY)):
            (folder / f"{stem}.net").write_text(text, encoding="utf-8")
        all = {" ".join(c).replace(name, ""): made(c, folder) for c in commands(folder)}
        all["graphml"] = exported(folder)
    return {key: hashlib.sha256(value).hexdigest() for key, value in all.items()}


if __name__ == "__main__":
    json.dump(hashes(), sys.stdout, indent=1)
