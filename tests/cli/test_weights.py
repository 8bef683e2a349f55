"""``netwright weights``: what fits, and files in another layout."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

import netwright as nw
from netwright import cli
from netwright.backends.weights.rules_file import mapping_of
from netwright.backends.weights.tensor_steps import parse

NET = """\
block layer(d) = id + (layernorm as norm > linear(4 * d) as up > gelu > linear(d) as down)
net small(classes=10): x[8] {
  x > linear(6) as stem > layer(6) * 3 as layers > linear(classes) as head
}
"""
OTHER = """\
block mlp(d) = linear(4 * d) as fc1 > gelu > linear(d) as fc2
block unit(d): x { x + (x > layernorm as ln > mlp(d) as mlp) }
net other: x[8] {
  x > linear(6) as embed > unit(6) * 3 as blocks > linear(10) as classifier
}
"""
PAGE = Path(__file__).parents[2] / "docs/weights.md"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.net").write_text(NET)
    Path("other.net").write_text(OTHER)
    torch.manual_seed(0)
    for text, name in ((NET, "small"), (OTHER, "other")):
        torch.save(nw.loads(text).to_torch().state_dict(), f"{name}.pth")


@pytest.fixture
def weights(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["weights", *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_all_fits(weights: Run) -> None:
    fits = "small and small.pth: all of 22 tensors fit\n"
    assert weights("small.net", "small.pth") == (0, fits, "")


def test_nothing_fits(weights: Run) -> None:
    status, out, err = weights("small.net", "other.pth")
    assert (status, err) == (1, "")
    assert out.splitlines()[:3] == [
        "small and other.pth: 0 of 22 tensors fit",
        "22 tensors missing in the checkpoint:",
        "  stem.weight (near: embed.weight)",
    ]
    assert "  layers.*.norm.weight (3)\n" in out
    assert "  blocks.*.mlp.fc*.weight (6)\n" in out
    assert out.endswith("help: --auto maps 22 of 22 tensors\n")


def test_a_new_head(weights: Run) -> None:
    arguments = ("small.net", "small.pth", "-p", "classes=3")
    status, out, _ = weights(*arguments)
    assert status == 1
    assert "  head.weight: the net has [3, 6], the checkpoint [10, 6]\n" in out
    partly, _, last = out.partition("help: ")
    assert last == "--partial takes the 20 tensors that fit\n"
    assert weights(*arguments, "--partial")[:2] == (0, partly)


def test_json(weights: Run) -> None:
    status, out, _ = weights("small.net", "small.pth", "-p", "classes=3", "--output-format", "json")
    document = json.loads(out)
    assert status == 1
    assert document["misfits"][0] == {
        "name": "head.weight",
        "shape": [3, 6],
        "dtype": "float32",
        "checkpoint_shape": [10, 6],
        "checkpoint_dtype": "float32",
    }
    assert len(document["fits"]) == 20
    (shown,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    page = json.loads(shown)
    assert set(page) == set(document)
    assert set(page["misfits"][0]) == set(document["misfits"][0])


def test_automatic(weights: Run) -> None:
    status, out, _ = weights("small.net", "other.pth", "--auto")
    assert status == 0
    assert "note: 22 tensors were matched by shapes, names and order\n" in out


def test_there_and_back(weights: Run) -> None:
    status, _, err = weights("small.net", "other.pth", "--auto", "--save", "a.safetensors")
    assert (status, err) == (0, "wrote a.safetensors (22 tensors)\n")
    made, x = nw.load("small.net").to_torch(weights="a.safetensors"), torch.randn(2, 8)
    theirs = nw.load("other.net").to_torch(weights="other.pth")
    assert torch.equal(made(x), theirs(x))
    reverse = ("--reverse", "--like", "other.pth", "--save", "b.safetensors")
    assert weights("small.net", "a.safetensors", *reverse)[0] == 0
    assert_same("b.safetensors", "other.pth")


def test_the_report_of_the_way_back(weights: Run) -> None:
    """It has all notes, in each format."""
    saved = torch.load("other.pth")
    torch.save({**saved, "extra.weight": torch.ones(3)}, "other.pth")
    reverse = ("--reverse", "--like", "other.pth", "--save", "b.safetensors")
    status, out, err = weights("small.net", "small.pth", *reverse)
    assert (status, err) == (1, "wrote b.safetensors (22 tensors)\n")
    assert out.splitlines() == [
        "small and small.pth: all of 22 tensors fit",
        "note: 22 tensors were matched by shapes, names and order",
        "note: these tensors of the other layout are not made: extra.weight",
    ]
    status, out, _ = weights("small.net", "small.pth", *reverse, "--output-format", "json")
    document = json.loads(out)
    assert (status, document["net"], len(document["fits"])) == (1, "small", 22)
    assert document["notes"][-1] == "these tensors of the other layout are not made: extra.weight"
    out = weights("small.net", "small.pth", "-p", "classes=3", *reverse)[1]
    assert out.startswith("small and small.pth: 20 of 22 tensors fit\n")


def assert_same(file: str, original: str) -> None:
    states = safetensors.torch.load_file(file), torch.load(original)
    assert set(states[0]) == set(states[1])
    assert all(torch.equal(states[0][n], t) for n, t in states[1].items())


def test_a_mapping_that_was_saved(weights: Run) -> None:
    assert weights("small.net", "other.pth", "--auto", "--save-map", "rules.toml")[0] == 0
    assert (
        Path("rules.toml").read_text()
        == """\
# Names of the checkpoint on the left, of the net on the right.

[names]
"embed.weight" = "stem.weight"
"embed.bias" = "stem.bias"
"blocks.{i}.ln.weight" = "layers.{i}.norm.weight"
"blocks.{i}.ln.bias" = "layers.{i}.norm.bias"
"blocks.{i}.mlp.fc1.weight" = "layers.{i}.up.weight"
"blocks.{i}.mlp.fc1.bias" = "layers.{i}.up.bias"
"blocks.{i}.mlp.fc2.weight" = "layers.{i}.down.weight"
"blocks.{i}.mlp.fc2.bias" = "layers.{i}.down.bias"
"classifier.weight" = "head.weight"
"classifier.bias" = "head.bias"
"""
    )
    status, out, _ = weights("small.net", "other.pth", "--map", "rules.toml")
    assert (status, out) == (0, "small and other.pth: all of 22 tensors fit\n")
    reverse = ("--reverse", "--map", "rules.toml", "--save", "b.safetensors")
    assert weights("small.net", "small.pth", *reverse)[0] == 0
    assert nw.load("other.net").to_torch(weights="b.safetensors")


def test_rules_and_the_rest_automatically(weights: Run) -> None:
    Path("rules.toml").write_text('[names]\n"embed.{rest}" = "stem.{rest}"\n')
    assert weights("small.net", "other.pth", "--map", "rules.toml")[0] == 1
    assert weights("small.net", "other.pth", "--map", "rules.toml", "--auto")[0] == 0


def test_an_older_version(weights: Run) -> None:
    new = NET.replace("stem", "start").replace("layers", "stages")
    Path("new.net").write_text(new)
    assert weights("new.net", "small.pth", "--diff", "small.net")[0] == 0
    arguments = ("new.net", "small.pth", "--diff", "small.net", "--save", "a.safetensors")
    assert weights(*arguments)[0] == 0
    reverse = ("--reverse", "--diff", "small.net", "--save", "b.safetensors")
    assert weights("new.net", "a.safetensors", *reverse)[0] == 0
    assert_same("b.safetensors", "small.pth")


MISUSE: dict[tuple[str, ...], str] = {
    ("small.net", "no.pth"): "there is no file no.pth",
    ("small.net", "small.net"): "is not a checkpoint",
    ("small.pth", "small.net"): "write `netwright weights small.net small.pth`",
    ("small.net", "https://here/x.pth"): "https://here/x.pth is an address, and nothing is loaded",
    ("small.net", "small.pth", "--save", "a.pth"): "--save writes .safetensors files",
    ("small.net", "small.pth", "--like", "other.pth"): "--like is for --reverse",
    ("small.net", "small.pth", "--reverse"): "--reverse needs a layout and a file",
    ("small.net", "small.pth", "--save-map", "a.toml"): "--save-map writes a mapping",
    ("small.net", "small.pth", "--diff", "a", "--auto"): "leave out --map and --auto",
    ("small.net", "small.pth", "--map", "no.toml"): "no.toml cannot be read",
    ("small.net", "small.pth", "--diff", "no.net"): "there is no file no.net",
    ("small.net", "small.pth", "--save", "no/a.safetensors"): "there is no folder no",
}


@pytest.mark.parametrize("arguments", MISUSE)
def test_misuse(weights: Run, arguments: tuple[str, ...]) -> None:
    status, _, err = weights(*arguments)
    assert status == 2
    assert MISUSE[arguments] in err
    assert "Traceback" not in err


def test_an_input_is_not_overwritten(weights: Run) -> None:
    safetensors.torch.save_file(torch.load("small.pth"), "a.safetensors")
    before = Path("a.safetensors").read_bytes()
    status, _, err = weights("small.net", "a.safetensors", "--save", "a.safetensors")
    assert status == 2
    assert "a.safetensors is an input, so it is not written" in err
    assert Path("a.safetensors").read_bytes() == before


def test_nothing_is_written_if_it_does_not_fit(weights: Run) -> None:
    arguments = ("small.net", "other.pth", "--save", "a.safetensors")
    assert weights(*arguments)[0] == 1
    assert not Path("a.safetensors").exists()


def test_a_failure_leaves_the_old_file(weights: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.safetensors").write_text("old")

    def failing(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", failing)
    status, _, err = weights("small.net", "small.pth", "--save", "a.safetensors")
    assert (status, "no space left on device" in err) == (2, True)
    assert Path("a.safetensors").read_text() == "old"
    assert len(list(Path().glob(".a.safetensors*"))) == 0


def test_names_cannot_control_a_terminal(weights: Run) -> None:
    state = torch.load("small.pth")
    torch.save({**state, "\x1b[31mred": torch.ones(1)}, "small.pth")
    status, out, _ = weights("small.net", "small.pth")
    assert status == 1
    assert "\x1b" not in out
    assert "␛[31mred" in out


def test_names_of_strangers_take_one_line(weights: Run) -> None:
    state = torch.load("small.pth")
    names = ("a\nnote: b", "x" * 10**6, "." * 10**6)
    more = {name: torch.ones(1) for name in names}
    torch.save({**state, **more, "b\nnote: c" + "d" * 10**6: 3}, "small.pth")
    status, out, _ = weights("small.net", "small.pth")
    assert status == 1
    assert out.splitlines()[2:] == [
        "  a␊note: b",
        f"  {'x' * 200}...",
        f"  {'.' * 200}...",
        f"note: these entries are not plain tensors and are left out: b␊note: c{'d' * 191}...",
        "help: --partial takes the 22 tensors that fit",
    ]
    assert weights("small.net", "small.pth", "--auto")[0] == 1


def test_the_rules_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    texts = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    mappings = [mapping_of(tomllib.loads(text)) for text in texts]
    assert [len(mapping.rules) for mapping in mappings] == [2, 4]
    for name in re.findall(r"^\| `([a-z_]+\(.*?\)|transpose)` \|", page, re.MULTILINE):
        assert parse(name.replace("HEADS", "8"))


def test_one_of_several_state_dicts(weights: Run) -> None:
    state = torch.load("small.pth")
    torch.save({"gen": {"a.b": torch.ones(2)}, "ema": state}, "several.pth")
    fits = "small and several.pth: all of 22 tensors fit\n"
    assert weights("small.net", "several.pth", "--entry", "ema") == (0, fits, "")
    status, out, err = weights("small.net", "several.pth")
    assert (status, out) == (2, "")
    assert "several.pth holds several state dicts: `gen` and `ema`" in err
    assert "say which one: `--entry gen`" in err
    status, _, err = weights("small.net", "several.pth", "--entry", "emma")
    assert status == 2
    assert "several.pth has no state dict `emma`" in err


def test_a_net_with_externs(weights: Run) -> None:
    Path("own.net").write_text('extern f(): x[n] -> [n] = "m:F"\nnet own: x[8] { x > f }')
    status, out, err = weights("own.net", "small.pth")
    assert (status, out) == (1, "")
    assert "help: `netwright weights` imports no class: load the weights in Python" in err
    assert 'help: give them: `to_torch(weights="small.pth", externs={"f": F})`' in err
    assert "unless you say so" not in err
