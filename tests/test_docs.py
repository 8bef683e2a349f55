"""What the documentation shows is what happens."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import netwright as nw
from netwright.backends import layer_table
from netwright.backends.pytorch import to_source
from netwright.compiler.pipeline import check_source, load_source
from netwright.grammar.source import Source
from netwright.report_text import report
from netwright.terminal import Terminal

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def fences(page: Path, language: str) -> list[str]:
    text = page.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_tour() -> None:
    (spec,) = fences(ROOT / "README.md", "net")
    findings, table, changes = fences(ROOT / "README.md", "text")
    wrong = Source("small.net", spec)
    assert report(check_source(wrong).diagnostics, ["small.net"], Terminal()) == findings
    right = load_source(Source("small.net", spec.replace("conv(3x3, c)", "conv(3x3, c, pad=1)")))
    assert right.graph is not None
    assert is_excerpt(table, layer_table.text(right.graph))
    small, large = (nw.load("resnet", net=name) for name in ("resnet18", "resnet34"))
    assert changes == str(small.diff(large))
    code, _ = fences(ROOT / "README.md", "python")
    assert is_excerpt(code, to_source(right.graph))


def test_what_people_do_with_graphs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each ``print`` says in a comment what it prints."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in fences(ROOT / "docs/graph.md", "python"):
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(code, names)
        told = re.findall(r"^print\(.*?\)  # (.*)$", code, re.MULTILINE)
        assert printed.getvalue().splitlines() == told


def is_excerpt(shown: str, printed: str) -> bool:
    return all(part in printed for part in shown.split("...\n"))


def test_the_specs_of_the_language() -> None:
    """All that are no list of what can be written."""
    one_line, lenet, resnet, imports, *_, elman, transformer = fences(
        ROOT / "docs/language.md", "net"
    )
    used = "input(8x32x32) > [basic(8, 8), bottleneck(2, 8), resnet.basic(8, 8)] > concat"
    for text in (one_line, lenet, imports + used, elman, transformer):
        assert nw.check(text) == []
    assert nw.loads(resnet, net="resnet18").params == 11_689_512


def test_a_layer_of_your_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole example, in files; then the recipes."""
    page = ROOT / "docs/externs.md"
    layer, use = fences(page, "python")
    spec, loss, hugging_face, timm, imports = fences(page, "net")
    table, _, difference = fences(page, "text")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mylib").mkdir()
    (tmp_path / "mylib/layers.py").write_text(layer)
    (tmp_path / "shapes.net").write_text(spec)
    (tmp_path / "mylayers.net").write_text(spec.partition("block")[0])
    net = nw.load("shapes.net")
    assert all(line.rstrip() in net.summary() for line in table.splitlines())
    source = net.to_source()
    assert "from mylib.layers import Deform\n" in source
    names: dict[str, Any] = {}
    exec(use, names)
    model = names["model"]
    assert net.params == sum(p.numel() for p in model.parameters())
    assert "stage1.deform1.conv.weight" in model.state_dict()
    assert list(nw.load("shapes.net").to_torch(import_externs=True).state_dict()) == list(
        model.state_dict()
    )
    exec(source, names)
    assert names["Shapes"]().load_state_dict(model.state_dict())
    layer = layer.replace("out, k, padding=k // 2, bias", "out, k, bias")
    exec(layer, names)
    with pytest.raises(nw.CompileError) as caught:
        net.to_torch(externs={"deform": names["Deform"]})
    assert all(line in caught.value.__notes__[0] for line in difference.splitlines())
    assert nw.check(loss) == []
    assert nw.check(hugging_face + "input(5x8) > norm(8) > bert(8, 2)") == []
    assert nw.check(timm + "input(5x8) > vit_block(8, 2)") == []
    used = "input(3x8x8) > deform(3, 4) > mylayers.deform(4, 4)"
    assert nw.check(imports + used, search=["."]) == []


def test_the_map_shows_what_is_there() -> None:
    """Every path that the architecture names, and every folder of the package."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.partition("## What each file does")[2].partition("\n## ")[0]
    shown: set[Path] = set()
    for row in table.splitlines():
        folder = ROOT
        for name in re.findall(r"`([\w*./]+)`", row.split("|")[1] if "|" in row else ""):
            path = ROOT / name if "/" in name else folder / name
            assert list(ROOT.glob(str(path.relative_to(ROOT)))), name
            folder = path.parent
            shown |= {path, *path.parents}
    rooms = ("grammar", "compiler", "backends", "netwright")
    inits = (p for room in rooms for p in (ROOT / room).rglob("__init__.py"))
    folders = {p.parent for p in inits if p.parent.resolve() == p.parent}
    assert folders <= shown, folders - shown
