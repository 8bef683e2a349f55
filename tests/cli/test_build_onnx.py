"""`netwright build -o FILE.onnx`: what is written, with which names, and when nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import netwright as nw
from netwright import cli
from netwright.backends import onnx as backend
from netwright.backends.importer.agreement import Agreement
from netwright.backends.onnx import exporting
from netwright.spec_files import shipped

TWO = """\
net two: image[3, H, W], words[T] int -> features[4, H, W], logits[T, 5] {
  require H % 2 == 0 and T <= 12
  features = image > conv(3x3, 4, pad=1) as conv > bn as bn
  logits = words > embed(9, 8) as embed > linear(5) as head
  [features, logits]
}
"""
BUILD = ("build", "two.net", "-o", "two.onnx")


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.net").write_text(TWO)


def axes(value: Any) -> list[int | str]:
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def test_names_and_open_sizes(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(BUILD) == 0
    assert "wrote two.onnx with random weights" in capfd.readouterr().err
    graph = onnx.load("two.onnx").graph
    assert {i.name: axes(i) for i in graph.input} == {
        "image": ["N", 3, "H", "W"],
        "words": ["N", "T"],
    }
    assert [o.name for o in graph.output] == ["features", "logits"]
    assert {"conv.weight", "bn.running_mean", "embed.weight"} <= {
        tensor.name for tensor in graph.initializer
    }


def test_weights(capfd: pytest.CaptureFixture[str]) -> None:
    model = nw.loads(TWO).to_torch().eval()
    torch.save(model.state_dict(), "two.pth")
    assert cli.main([*BUILD, "--weights", "two.pth"]) == 0
    assert "with the weights of two.pth" in capfd.readouterr().err
    image, words = torch.randn(3, 3, 6, 10), torch.randint(9, (3, 7))
    session = onnxruntime.InferenceSession("two.onnx")
    made = session.run(None, {"image": image.numpy(), "words": words.numpy()})
    with torch.no_grad():
        for wanted, array in zip(model(image, words), made, strict=True):
            np.testing.assert_allclose(array, wanted.numpy(), rtol=1e-4, atol=1e-5)


def test_weights_that_do_not_fit(capfd: pytest.CaptureFixture[str]) -> None:
    torch.save({"conv.weight": torch.zeros(4, 3, 3, 3)}, "two.pth")
    assert cli.main([*BUILD, "--weights", "two.pth"]) == 2
    assert "two.pth" in capfd.readouterr().err
    assert not Path("two.onnx").exists()


def test_a_file_that_differs_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = Agreement(("output 1 differs by 7",), difference=0.5)
    monkeypatch.setattr(exporting, "compare", lambda *_: found)
    assert cli.main(BUILD) == 1
    err = capfd.readouterr().err
    assert "onnxruntime computes something else than two" in err
    assert "output 1 differs by 7" in err
    assert sorted(p.name for p in Path().iterdir()) == ["two.net"]


def test_an_output_that_says_little(capfd: pytest.CaptureFixture[str]) -> None:
    Path("two.net").write_text("net two: x[4] { x > linear(3, init=zeros, bias_init=zeros) }")
    assert cli.main(BUILD) == 0
    assert "all numbers of output 1 are equal" in capfd.readouterr().err


def test_an_exporter_that_fails(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such op\nand a long story")

    monkeypatch.setattr(torch.onnx, "export", fails)
    assert cli.main(BUILD) == 1
    err = capfd.readouterr().err
    assert "PyTorch's exporter does not write two" in err
    assert "no such op" in err
    assert "long story" not in err


@pytest.mark.parametrize("command", [BUILD, ("import", "two.onnx")])
def test_without_the_extra(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda _: None)
    assert cli.main(command) == 2
    assert 'pip install "netwright[onnx]"' in capfd.readouterr().err


def test_weights_are_for_onnx(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build", "two.net", "--weights", "two.pth"]) == 2
    assert "--weights is for a file of ONNX" in capfd.readouterr().err


def test_the_same_file_each_time() -> None:
    cli.main(BUILD)
    first = Path("two.onnx").read_bytes()
    torch.manual_seed(7)
    cli.main(BUILD)
    assert Path("two.onnx").read_bytes() == first


# --- there and back ---------------------------------------------------------------------------

SHIPPED: dict[str, tuple[str, ...]] = {
    "lenet": (),
    "resnet": ("--net", "resnet18"),
    "mobilenet_v3": ("--net", "mobilenet_v3_small"),
    "vit": ("--net", "vit_b_32"),
    "unet": (),
    "densenet": ("--net", "densenet121"),
    "gpt2": ("--net", "GPT2", "-p", "depth=2", "-p", "d=64", "-p", "heads=4", "-p", "vocab=99"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n == "lenet" else [pytest.mark.slow]) for n in SHIPPED],
)
def test_there_and_back(name: str) -> None:
    """A spec that becomes ONNX and a spec again has the same weights and computes the same."""
    assert cli.main(["build", str(shipped()[name]), *SHIPPED[name], "-o", "net.onnx"]) == 0
    assert cli.main(["import", "net.onnx", "-o", "again.net", "--weights", "a.safetensors"]) == 0
    again = nw.load("again.net")
    arguments = SHIPPED[name]
    given: dict[str, Any] = {k: int(v) for k, _, v in (a.partition("=") for a in arguments) if v}
    first = nw.load(shipped()[name], net=arguments[1] if arguments else None, **given)
    assert _weights(again) == _weights(first)
    assert again.params == first.params
    assert (
        again.macs == first.macs or name == "gpt2"
    )  # whose length is open, and then has a default


def _weights(net: nw.Network) -> set[tuple[str, tuple[int, ...]]]:
    state = net.to_torch(device="meta").state_dict()
    counts = "num_batches_tracked"
    return {(n, tuple(t.shape)) for n, t in state.items() if not n.endswith(counts)}
