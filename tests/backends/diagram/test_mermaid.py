"""Mermaid: as it was, within its limits, and taken by Mermaid's own parser.

The parser is looked for from the folder in ``NODE_PROJECT``, else from here:
``npm install mermaid jsdom``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from netwright import load
from netwright.backends.diagram import TooLarge, render
from netwright.backends.diagram.format.mmd import EDGES, LETTERS, write
from netwright.backends.diagram.picture import (
    Box,
    Cluster,
    Edge,
    Item,
    Options,
    Picture,
    Strip,
    TextRun,
    text,
)
from netwright.backends.diagram.view.docs import picture
from netwright.spec_files import shipped

from ...conftest import Golden
from .nets import LAID_OUT, NETS, graph

SPECS = {
    "resnet18": ("resnet", "resnet18"),
    "googlenet": ("googlenet", None),
    "unet": ("unet", None),
    "transformer": ("transformer", "transformer_base"),
    "seq2seq": ("seq2seq_attention", None),
}
PARSE = """
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
const from = createRequire(join(process.cwd(), 'x.js'));
const { JSDOM } = from('jsdom');
globalThis.window = new JSDOM('').window;
globalThis.document = window.document;
const mermaid = (await import(pathToFileURL(from.resolve('mermaid')))).default;
const found = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  try {
    await mermaid.parse(text);
    const body = text.replace(/^---\\n[^]*?\\n---\\n/, '');
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(body);
    found[name] = [db.getVertices().size, db.getEdges().length, db.getSubGraphs().length];
  } catch (error) { found[name] = String(error); }
}
console.log(JSON.stringify(found));
"""


def mermaid(name: str) -> str:
    spec, net = SPECS[name]
    return render(load(spec, net=net).ir, "mmd").decode()


def hostile() -> Picture:
    """Every word that means something to Mermaid, as a name and as a label."""
    words = ["end", "graph", "subgraph", "style", "class", "click", "default", "v", "x", "o", "1."]
    words += [
        "call",
        "a-b",
        "a.b",
        "a_b",
        "A_b",
        'say "hi"',
        "#quot;",
        "<script>",
        "`x`",
        "|",
        "%%",
    ]
    words += ["- item", "1. item", "---", "]", "]]", "{", "}", "+", "*", "\\", "a\nb", "ü→∞", ";"]
    boxes = tuple(Box(word, text(word), "conv", lines=(text(word),)) for word in words)
    edges = tuple(Edge(a, b, a) for a, b in pairwise(words))
    loops = tuple(Edge(word, word, word, "loop") for word in words)
    walls = Cluster("end.end", text('end "]'), boxes, repeated=True)
    title = 'title: "x" # ---'
    return Picture("net", title, "", "LR", (walls, Cluster("c", (), ())), edges + loops)


def chain(length: int, clusters: int) -> Picture:
    """Pairs of boxes with two ways between them, in so many clusters."""
    boxes = [Box(f"b{i}", text(f"box {i}"), "linear") for i in range(length)]
    edges = [Edge(f"b{i}", f"b{i + 1}") for i in range(length - 1)]
    edges += [Edge(f"b{i}", f"b{i + 2}", look="skip") for i in range(length - 2)]
    size = length // clusters if clusters else 0
    items: list[Item] = [
        Cluster(f"c{i}", text(f"part {i}"), tuple(boxes[i * size : (i + 1) * size]))
        for i in range(clusters)
    ] or list(boxes)
    return Picture("chain", "", "", "TB", tuple(items), tuple(edges))


@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
def test_mermaid_is_as_it_was(name: str, golden: Golden) -> None:
    golden(f"diagram/{name}.mmd", mermaid(name))


def test_mermaid_itself_takes_it() -> None:
    texts = {name: mermaid(name) for name in SPECS}
    texts |= {name: render(graph(net), "mmd").decode() for name, net in NETS.items()}
    texts |= {
        f"paper {name}": render(graph(t), "mmd", view="paper").decode() for name, t in NETS.items()
    }
    texts["hostile"] = write(hostile()).decode()
    texts["shut"] = write(chain(400, 20)).decode()
    assert parsed(texts) == {name: counted(said) for name, said in texts.items()}


@pytest.mark.slow
@pytest.mark.parametrize("view", LAID_OUT)
def test_mermaid_itself_takes_every_shipped_net(view: str) -> None:
    texts = {}
    for spec, path in shipped().items():
        named = re.findall(r"^net ([a-z]\w*)", path.read_text("utf-8"), re.MULTILINE)
        for net in named or ([] if spec.startswith("blocks.") else [None]):
            try:
                drawn = render(load(spec, net=net).ir, "mmd", view=view)
            except TooLarge:
                continue
            texts[f"{spec} {net}"] = drawn.decode()
    assert len(texts) > 40
    assert parsed(texts) == {name: counted(said) for name, said in texts.items()}


def parsed(texts: dict[str, str]) -> dict[str, object]:
    """How many boxes, lines and clusters Mermaid finds in each, or what it says is wrong."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    run = [node, "--input-type=module", "-e", PARSE]
    folder = os.environ.get("NODE_PROJECT")
    done = subprocess.run(run, input=json.dumps(texts), capture_output=True, text=True, cwd=folder)
    if "MODULE_NOT_FOUND" in done.stderr:
        pytest.skip("mermaid or jsdom is not installed: npm install mermaid jsdom")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def counted(said: str) -> list[int]:
    patterns = (r'^ *\w+[(\[]+"', r"^  \w+ -", r"^ *subgraph ")
    return [len(re.findall(pattern, said, re.MULTILINE)) for pattern in patterns]


@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("name", [n for n in NETS if n != "loop"])
def test_edges_lead_from_box_to_box(name: str, view: str) -> None:
    said = render(graph(NETS[name]), "mmd", view=view).decode()
    boxes = set(re.findall(r'^ *(\w+)[(\[]+"', said, re.M))
    edges = re.findall(r"^  (\w+) -\.?->?(?:\|.*?\|)? (\w+)$", said, re.M)
    assert edges
    assert {end for edge in edges for end in edge} <= boxes
    assert len(boxes) > 2


def test_points_are_passed_by_and_words_go_on_lines() -> None:
    items = [Box("a", text("a")), Box("f", shape="fork"), Box("b", text("b"))]
    items.append(Box("t", text("t → t+1"), shape="label"))
    edges = (
        Edge("a", "f", "64", arrow=False),
        Edge("f", "b"),
        Edge("f", "b", look="skip"),
        Edge("b", "t", look="loop", arrow=False),
        Edge("t", "a", look="loop"),
        Edge("a", "b", look="hidden"),
    )
    said = write(Picture("n", "", "", "TB", tuple(items), edges)).decode()
    lines = [line.strip() for line in said.splitlines()]
    assert lines[3:6] == ['a -->|"64"| b', "a -.-> b", 'b -->|"t → t+1"| a']
    assert said.startswith("flowchart TB\n")


def test_strips_stand_in_running_order() -> None:
    box = Box(
        "a",
        text("conv", TextRun(" ×2", "badge")),
        "conv",
        lines=(text("stride 2"),),
        repeated=True,
        above=(Strip(text("BN"), "norm"),),
        below=(Strip(text("ReLU"), "activation"),),
    )
    said = write(Picture("n", "", "", "TB", (box,), ())).decode()
    assert 'a[["BN<br/><b>conv ×2</b><br/>stride 2<br/>ReLU"]]:::conv' in said


def test_clusters_shut_until_it_fits() -> None:
    said = write(chain(400, 20)).decode()
    assert 0 < said.count("-->") + said.count("-.->") <= EDGES
    assert "subgraph" in said
    assert '("<b>part 0</b>"):::block' in said


def test_what_cannot_be_shut_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"997 edges .* which takes 500"):
        write(chain(500, 0))
    long = Box("a", text("a"), lines=(text("x" * LETTERS),))
    with pytest.raises(TooLarge, match="letters"):
        write(Picture("n", "", "", "TB", (long,), ()))


def test_the_direction_is_asked_for() -> None:
    view = picture(graph(NETS["residual"]), Options(direction="LR"))
    assert "flowchart LR\n" in write(view).decode()
