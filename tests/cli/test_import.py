"""`netwright import` and `py:MODULE:FACTORY`: what is written, where, and with which status.

Most tests write the spec themselves: what stands in it is not their concern.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright import cli, config_models
from netwright.backends import importer
from netwright.backends.configs.config_text import Config
from netwright.backends.importer import proved
from netwright.python_models import identifier
from netwright.spec_files import is_python
from tests.backends.configs import files
from tests.specs.reference import torchvision_models

MODEL = """\
import sys
import torch
from torch import nn

print("the model's own words")


class Net(nn.Module):
    def __init__(self, depth=1):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.rest = nn.ModuleList([nn.Conv2d(4, 4, 1) for _ in range(depth - 1)])

    def forward(self, image):
        print("running")
        y = self.conv(image)
        for conv in self.rest:
            y = conv(y)
        return y


def needs(depth):
    return Net(depth)


def fails():
    raise ValueError("no weights here")


class Ids(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)

    def forward(self, ids, mask):
        return self.embed(ids) * mask[..., None]


example = torch.randn(2, 3, 20, 20)
"""
GOOD = "net Net: image[3, 16, 16] { image > conv(3x3, 4) as conv }\n"


Import = Callable[..., tuple[int, str, str]]


@pytest.fixture
def specs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The texts that are written for the models of each class; a tuple stands for reasons."""
    texts: dict[str, Any] = {"Net": GOOD}

    def import_model(
        model: nn.Module, inputs: Any, *, name: str, arguments: Any = None, all_open: bool = False
    ) -> str:
        del all_open
        text = texts[type(model).__name__]
        if isinstance(text, tuple):
            raise importer.CannotImport(*text)
        texts["called"] = (inputs, name, arguments)
        return str(text).replace("net Net", f"net {name}")

    monkeypatch.setattr(proved, "import_model", import_model)
    return texts


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module in the current folder, which no other test has imported."""
    monkeypatch.chdir(tmp_path)
    name = f"mine_{os.urandom(4).hex()}"
    (tmp_path / f"{name}.py").write_text(MODEL)
    return name


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Import:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


# --- netwright import ------------------------------------------------------------------------


def test_a_spec_is_written(module: str, specs: dict[str, Any], run: Import) -> None:
    status, out, err = run("import", f"{module}:Net", "--input", "3x16x16", "-o", "net.net")
    assert (status, out) == (0, "")
    assert Path("net.net").read_text() == GOOD
    assert "the model's own words" in err
    assert "running" in err
    assert "wrote net.net" in err
    assert err.endswith(
        "equal to the model: state dict, outputs (bit for bit), 112 parameters, 21,168 MACs\n"
    )
    _, name, arguments = specs["called"]
    assert name == "Net"
    assert {"depth": 1} in arguments.values()


@pytest.mark.usefixtures("specs")
def test_standard_output_has_the_spec_alone(module: str, run: Import) -> None:
    status, out, _ = run("import", f"{module}:Net", "--input", "3x16x16")
    assert (status, out) == (0, GOOD)
    assert list(Path().glob("*.net")) == []


def test_what_was_assumed_is_said(module: str, specs: dict[str, Any], run: Import) -> None:
    specs["Net"] = GOOD.replace("16, 16", "224, 224")
    status, _, err = run("import", f"{module}:Net")
    assert status == 0
    assert "netwright: note: the input is taken to be 3x224x224, since the first layer" in err


def test_arguments_and_an_example(module: str, specs: dict[str, Any], run: Import) -> None:
    specs["Net"] = (
        "net Net: image[3, 20, 20] {\n"
        '  image > conv(3x3, 4) as conv > conv(1x1, 4) as "rest.0"\n}\n'
    )
    example = f"{module}.py:example"
    status, _, err = run("import", f"{module}:needs", "--args", "depth=2", "--example", example)
    assert status == 0, err


def test_several_inputs(module: str, specs: dict[str, Any], run: Import) -> None:
    specs["Ids"] = (
        "net Ids: ids[T] int, mask[T] {\n  (ids > embed(10, 4) as embed) * mask[..., none]\n}\n"
    )
    status, _, err = run("import", f"{module}:Ids", "--input", "mask=T", "--input", "ids=T int")
    assert "note: T is 16 in the example" in err
    inputs, _, _ = specs["called"]
    assert [tuple(t.shape) for t in inputs] == [(2, 16), (2, 16)]
    assert status == 0, err


# --- proofs that fail ------------------------------------------------------------------------


def test_a_spec_that_is_not_equal_is_partial(module: str, specs: Any, run: Import) -> None:
    specs["Net"] = GOOD.replace("4)", "4, bias=false)")
    status, out, err = run("import", f"{module}:Net", "--input", "3x16x16", "-o", "net.net")
    assert (status, out) == (1, "")
    assert "netwright: the spec of Net is not equal to the model\n" in err
    assert "  = note: conv.bias is in the model and not in the spec\n" in err
    assert not Path("net.net").exists()
    assert Path("net.partial.net").read_text() == (
        "# the spec of Net is not equal to the model\n"
        "# conv.bias is in the model and not in the spec\n\n" + specs["Net"]
    )


def test_the_partial_spec_has_the_name_of_the_factory(module: str, specs: Any, run: Import) -> None:
    specs["Net"] = GOOD.replace("as conv", "as cnov")
    status, out, _ = run("import", f"{module}:Net", "--input", "3x16x16")
    assert (status, out) == (1, "")
    assert [path.name for path in Path().glob("*.net")] == ["Net.partial.net"]


def test_an_old_file_stays_if_the_proof_fails(module: str, specs: Any, run: Import) -> None:
    Path("net.net").write_text("old")
    specs["Net"] = GOOD.replace("as conv", "as cnov")
    assert run("import", f"{module}:Net", "--input", "3x16x16", "-o", "net.net")[0] == 1
    assert Path("net.net").read_text() == "old"


def test_a_model_that_cannot_be_followed(module: str, specs: Any, run: Import) -> None:
    specs["Net"] = ("torch.export: no", "in model.py, line 3: if x.sum() > 0")
    status, out, err = run("import", f"{module}:Net", "--input", "3x16x16", "-o", "net.net")
    assert (status, out) == (1, "")
    assert "netwright: Net cannot be written as a spec" in err
    assert "  = note: in model.py, line 3: if x.sum() > 0\n" in err
    assert list(Path().glob("*.net")) == []


# --- misuse ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("specs")
@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["M:Nett"], "M has no Nett", "did you mean Net?"),
        (["M:needs"], "missing a required argument: 'depth'", "its signature is needs(depth)"),
        (["M:Net", "--args", "depth=two"], "not literals of Python", "'depth=4'"),
        (["M:fails"], "calling M:fails raised ValueError: no weights here", "in "),
        (["M"], "M is not MODULE:FACTORY", "torchvision.models:resnet50"),
        (["program.pth"], "program.pth is not MODULE:FACTORY", "write MODULE:FACTORY"),
        (["M:Net", "-o", "net.py"], "a spec is a .net file, not net.py", "-o net.net"),
        (["M:Net", "--input", "3x"], "`3x` is not a shape", "3x32x32"),
        (["M:Net", "--input", "imag=3x8x8"], "has no parameter imag", "did you mean image?"),
        (["M:Net", "--input", "3", "--example", "a.py:b"], "both say the inputs", "leave out"),
        (["M:Net", "--example", "a.py:b"], "there is no file a.py", ""),
        (["M:Ids"], "the shape of `ids` is not known", "--input ids=SHAPE --input mask=SHAPE"),
    ],
)
def test_misuse(module: str, run: Import, arguments: list[str], message: str, hint: str) -> None:
    words = [word.replace("M", module, 1) if "M" in word else word for word in arguments]
    status, out, err = run("import", *words)
    assert (status, out) == (2, "")
    assert message.replace("M:", f"{module}:").replace("M ", f"{module} ") in err
    assert hint in err
    assert "Traceback" not in err
    assert list(Path().glob("*.net")) == []


@pytest.mark.usefixtures("specs")
def test_an_input_is_never_overwritten(module: str, run: Import) -> None:
    Path("net.net").symlink_to(f"{module}.py")
    status, _, err = run("import", f"{module}:Net", "--input", "3x16x16", "-o", "net.net")
    assert status == 2
    assert "net.net is an input, so it is not written" in err
    assert Path(f"{module}.py").read_text() == MODEL


@pytest.mark.usefixtures("specs")
def test_a_folder_that_is_not_there(module: str, run: Import) -> None:
    status, _, err = run("import", f"{module}:Net", "--input", "3x16x16", "-o", "no/net.net")
    assert (status, "there is no folder no" in err) == (2, True)


# --- py:MODULE:FACTORY -----------------------------------------------------------------------


@pytest.mark.usefixtures("specs")
def test_every_command_takes_models(module: str, run: Import) -> None:
    target, shape = f"py:{module}:Net", ("--input", "3x16x16")
    assert run("check", target, *shape)[:2] == (0, f"No errors in {target}\n")
    status, out, _ = run("summary", target, *shape)
    assert (status, "112" in out) == (0, True)
    status, out, _ = run("build", target, *shape)
    assert (status, "class Net(nn.Module):" in out) == (0, True)
    status, out, _ = run("render", target, *shape)
    assert (status, out.startswith("<svg")) == (0, True)
    Path("old.net").write_text(GOOD.replace("conv(3x3, 4)", "conv(3x3, 8)"))
    status, out, _ = run("render", "--diff", "old.net:Net", target, *shape)
    assert (status, "conv" in out) == (0, True)
    torch.save(nw.loads(GOOD).to_torch().state_dict(), "net.pth")
    assert run("weights", target, "net.pth", *shape)[0] == 0


def test_inputs_are_those_of_the_model(module: str, specs: Any, run: Import) -> None:
    specs["Ids"] = (
        "net Ids: ids[16] int, mask[16] {\n  (ids > embed(10, 4) as embed) * mask[..., none]\n}\n"
    )
    shapes = ("--input", "mask=T", "--input", "ids=T int")
    assert run("check", f"py:{module}:Ids", *shapes)[0] == 0
    status, out, err = run("summary", f"py:{module}:Ids", *shapes)
    assert (status, "40" in out) == (0, True), err


def test_models_that_are_not_specs(module: str, specs: Any, run: Import) -> None:
    Path("good.net").write_text(GOOD)
    specs["Net"] = GOOD.replace("as conv", "as cnov")
    for command in ("summary", "build", "render"):
        status, out, err = run(command, f"py:{module}:Net", "--input", "3x16x16")
        assert (status, out) == (1, ""), command
        assert "not equal to the model" in err
    status, out, _ = run("check", "good.net", f"py:{module}:Net", "--input", "3x16x16")
    assert (status, out) == (1, "No errors in good.net\n")
    assert run("check", "good.net", f"py:{module}:Nett")[0] == 2


def test_what_starts_with_py() -> None:
    assert is_python("py:mine:build")
    assert is_python("py:mine.models:Net.build")
    assert not is_python("py:net")  # a net of a file called py
    assert not is_python("a.py:b:c")
    assert not is_python("py.net:a")


def test_a_net_of_a_file_called_py(tmp_path: Path, monkeypatch: Any, run: Import) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("py", "py.net"):
        (tmp_path / name).write_text(f"{GOOD}net other: x[3] {{ x > relu }}\n")
    assert run("render", "--diff", "py.net:Net", "py.net:other")[0] == 0
    assert run("render", "--diff", "py:Net", "py:other")[0] == 0


# --- what the importer writes ----------------------------------------------------------------


def test_a_model_of_torchvision(run: Import, tmp_path: Path, monkeypatch: Any) -> None:
    torchvision_models()
    monkeypatch.chdir(tmp_path)
    target = "torchvision.models:resnet18"
    status, _, err = run("import", target, "--input", "3x64x64", "-o", "resnet18.net")
    assert status == 0, err
    ours = nw.load("resnet", net="resnet18", inputs="3x64x64")  # which was written by hand
    assert f"outputs (bit for bit), {ours.params:,} parameters, {ours.macs:,} MACs" in err
    assert run("check", "resnet18.net", "--strict")[0] == 0
    status, out, _ = run("render", "--diff", "resnet18.net", f"py:{target}", "--input", "3x64x64")
    assert (status, out) == (0, "resnet18: no layer differs\n")


def test_a_model_in_memory() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 2))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    net = nw.from_torch(model, torch.randn(4, 8), name="mlp")
    assert (net.name, net.params) == ("mlp", sum(p.numel() for p in model.parameters()))
    assert nw.loads(net.to_spec()) == net
    net.to_torch().load_state_dict(model.state_dict())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


# --- from_torch ------------------------------------------------------------------------------


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, image: Tensor) -> Tensor:
        out: Tensor = self.conv(image)
        return out


@pytest.mark.usefixtures("specs")
def test_from_torch() -> None:
    net = nw.from_torch(Net(), torch.randn(2, 3, 16, 16))
    assert (net.name, net.params, net.to_spec()) == ("Net", 112, GOOD)
    assert nw.from_torch(Net(), [torch.randn(2, 3, 16, 16)], name="my net").name == "my_net"


def test_from_torch_with_inputs_by_name(specs: Any) -> None:
    net = nw.from_torch(Net(), {"image": torch.randn(2, 3, 16, 16)})
    assert (net.name, len(specs["called"][0])) == ("Net", 1)


def test_names_of_nets_are_no_words_of_the_language() -> None:
    names = {"net": "net_", "for": "for_", "3d": "net_3d", "a-b": "a_b", "Net": "Net", "x": "x"}
    assert {name: identifier(name) for name in names} == names


def test_from_torch_refuses_what_is_not_equal(specs: Any) -> None:
    specs["Net"] = GOOD.replace("as conv", "as cnov")
    with pytest.raises(nw.ImportFailed, match=r"conv\.weight is in the model") as caught:
        nw.from_torch(Net(), torch.randn(2, 3, 16, 16))
    assert caught.value.text == specs["Net"]


@pytest.mark.parametrize(
    ("model", "inputs", "error"),
    [
        (Net, torch.randn(2, 3, 8, 8), "a model is an nn.Module, not type"),
        (Net(), "3x8x8", "`example_inputs` are tensors with a batch, not str"),
        (Net(), (), "`example_inputs` are tensors with a batch, not nothing"),
        (Net(), torch.randn(1, 3, 8, 8), "at least two examples: their shapes are [1, 3, 8, 8]"),
        (Net(), {"a": torch.ones(2), "b": torch.ones(3)}, "their shapes are [2], [3]"),
    ],
)
def test_from_torch_misused(model: Any, inputs: Any, error: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        nw.from_torch(model, inputs)
    assert error in str(caught.value)


def test_the_spec_of_a_loaded_network_is_its_text() -> None:
    assert nw.loads(GOOD).to_spec() == GOOD
    assert "net resnet50" in nw.load("resnet", net="resnet50").to_spec()


# --- files of Darknet and Ultralytics --------------------------------------------------------


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tiny.cfg` and `yolov8n.yaml` in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.cfg").write_text(files.yolov3_tiny())
    Path("yolov8n.yaml").write_text(files.yaml(files.yolov8_rows()))


@pytest.mark.usefixtures("configs")
def test_a_cfg_file(run: Import) -> None:
    status, out, err = run("import", "tiny.cfg", "-o", "tiny.net")
    assert (status, out) == (0, "")
    assert err == (
        "wrote tiny.net (962 bytes)\n"
        "netwright: note: tiny.cfg has no weights, so nothing was compared\n"
        "netwright: note: tiny has 8,852,366 parameters and 2,782,480,896 MACs\n"
    )
    assert run("check", "--strict", "tiny.net")[0] == 0


@pytest.mark.usefixtures("configs")
def test_a_yaml_file(run: Import) -> None:
    status, out, err = run("import", "yolov8n.yaml")
    assert status == 0
    assert "net yolov8x = yolov8(1, 1.25, 512)" in out
    assert "note: yolov8n has 3,157,184 parameters and 4,371,993,600 MACs\n" in err
    Path("other.YML").write_bytes(Path("yolov8n.yaml").read_bytes())
    assert run("import", "other.YML")[1] == out.replace("yolov8", "other")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no.cfg",), "there is no file no.cfg"),
        (("folder.yaml",), "folder.yaml is a folder"),
        (("bytes.cfg",), "bytes.cfg is not"),
        (("long.cfg",), "long.cfg has 1,048,577 characters"),
        (("bad.cfg",), "bad.cfg:1: `␛[31mred` is no section"),
        (("tiny.cfg", "--input", "3x64x64"), "--input is not for a .cfg file"),
        (("tiny.cfg", "--example", "a.py:b"), "--example is not for a .cfg file"),
        (("tiny.cfg", "--args", "3"), "--args is not for a .cfg file"),
        (("tiny.cfg", "--trust"), "--trust is not for a .cfg file"),
        (("tiny.cfg", "--weights", "a.safetensors"), "the file has no weights"),
    ],
)
@pytest.mark.usefixtures("configs")
def test_bad_files_are_misuse(arguments: tuple[str, ...], message: str, run: Import) -> None:
    Path("folder.yaml").mkdir()
    Path("bytes.cfg").write_bytes(b"[net]\xff\n")
    Path("long.cfg").write_text("#" * (2**20 + 1))
    Path("bad.cfg").write_text("\x1b[31mred\n")
    status, out, err = run("import", *arguments, "-o", "out.net")
    assert (status, out) == (2, "")
    assert message in err
    assert not Path("out.net").exists()


@pytest.mark.usefixtures("configs")
def test_a_spec_that_does_not_compile_is_partial(
    monkeypatch: pytest.MonkeyPatch, run: Import
) -> None:
    wrong = Config("net tiny: x[1] { x > conv(3x3, 1) }\n", ("tiny",))
    monkeypatch.setattr(config_models, "read_darknet", lambda _text, _name: wrong)
    status, _, err = run("import", "tiny.cfg")
    assert status == 1
    assert "the spec of tiny.cfg has errors" in err
    text = Path("tiny.partial.net").read_text()
    assert text.startswith("# the spec of tiny.cfg has errors\n")
    assert text.endswith(wrong.text)


@pytest.mark.usefixtures("module")
def test_a_factory_may_be_called_like_a_suffix(module: str, run: Import) -> None:
    status, _, err = run("import", f"{module}:Net.cfg")
    assert status == 2
    assert "cfg" in err
    assert "no file" not in err


@pytest.mark.usefixtures("configs")
def test_py_is_never_a_file(run: Import) -> None:
    """A program of torch.export wants --trust, which `py:` does not have."""
    Path("mine:net.pt2").write_bytes(b"")
    status, _, err = run("check", "py:mine:net.pt2")
    assert status == 2
    assert "there is no module mine" in err
