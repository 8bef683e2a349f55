"""Programs that torch.export saved become the specs of their models."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim, export, save

from netwright import cli
from netwright.backends.importer.example_inputs import Inputs
from netwright.backends.importer.exported_programs import load_program
from netwright.backends.importer.factories import FactoryError
from netwright.backends.importer.proved import proved_spec

from .modules import MODELS


def saved(path: Path, model: nn.Module, inputs: Inputs) -> Path:
    batch = {0: Dim("batch")}
    if isinstance(inputs, dict):
        shapes = dict.fromkeys(inputs, batch)
        program = export(model.eval(), (), inputs, dynamic_shapes=shapes, strict=False)
    else:
        program = export(model.eval(), inputs, dynamic_shapes=(batch,) * len(inputs), strict=False)
    save(program, path)
    return path


def spec_of(path: Path) -> str:
    program = load_program(path)
    spec = proved_spec(program.model, program.inputs, name="net1", training=False)
    assert spec.proof.equal, spec.proof.reasons
    assert spec.proof.notes[0] == "training was not compared: the model has one mode"
    return spec.text


@pytest.mark.parametrize("name", ["Stages", "Settings", "Two", "Norms", "Tables"])
def test_a_program_is_imported_like_its_model(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    make, inputs = MODELS[name]
    model, example = make(), inputs()
    of_model = proved_spec(model, example, name="net1").text
    of_program = spec_of(saved(tmp_path / "program.pt2", model, example))
    assert _blocks(of_program) == _blocks(of_model)


def _blocks(text: str) -> list[str]:
    """The first words of the blocks and nets of a spec."""
    lines = text.splitlines()
    return [line.split("(")[0] for line in lines if line.startswith(("block ", "net "))]


class Keywords(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor, *, mask: Tensor) -> Tensor:
        result: Tensor = self.linear(x) * mask
        return result


def test_inputs_by_keyword(tmp_path: Path) -> None:
    inputs = {"x": torch.randn(2, 4), "mask": torch.randn(2, 4)}
    assert "net net1: x[4], mask[4] {" in spec_of(saved(tmp_path / "a.pt2", Keywords(), inputs))


def test_a_batch_of_one(tmp_path: Path) -> None:
    program = export(nn.Sequential(nn.Linear(4, 8), nn.ReLU()).eval(), (torch.randn(1, 4),))
    save(program, tmp_path / "a.pt2")
    assert "linear(8)" in spec_of(tmp_path / "a.pt2")


class Lists(nn.Module):
    def forward(self, xs: list[Tensor]) -> Tensor:
        return xs[0] + xs[1]


def test_inputs_in_lists_are_refused(tmp_path: Path) -> None:
    save(export(Lists(), ([torch.randn(2, 4), torch.randn(2, 4)],)), tmp_path / "a.pt2")
    with pytest.raises(FactoryError, match="takes lists, dicts or numbers"):
        load_program(tmp_path / "a.pt2")


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    make, inputs = MODELS["Stages"]
    return str(saved(Path("stages.pt2"), make(), inputs()))


def test_a_program_is_trusted_first(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(("import", program, "-o", "stages.net")) == 2
    assert "reading it can run Python that is in the file" in capsys.readouterr().err
    assert cli.main(("import", program, "--trust", "-o", "stages.net")) == 0
    assert "net stages: x" in Path("stages.net").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no.pt2", "--trust"), "there is no file no.pt2"),
        (("bad.pt2", "--trust"), "bad.pt2 is no program of torch.export"),
        (("mine:Net", "--trust"), "--trust is not for MODULE:FACTORY"),
        (("stages.pt2", "--trust", "--input", "3x8x8"), "--input is not for a .pt2 file"),
        (("stages.pt2", "--trust", "--args", "3"), "--args is not for a .pt2 file"),
    ],
)
@pytest.mark.usefixtures("program")
def test_misuse(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.pt2").write_text("nothing")
    assert cli.main(("import", *arguments)) == 2
    assert message in capsys.readouterr().err
