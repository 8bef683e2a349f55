"""Small models become the specs that are expected, and these compute the same."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.importer import CannotImport, import_model
from netwright.backends.importer.proved import proved_spec

from ...conftest import Golden
from . import modules, sharing_modules, user_modules

MODELS = modules.MODELS | sharing_modules.MODELS | user_modules.MODELS


@pytest.mark.parametrize("name", MODELS)
def test_a_model_becomes_its_spec(name: str, golden: Golden) -> None:
    torch.manual_seed(0)
    make, inputs = MODELS[name]
    model, example = make(), inputs()
    spec = proved_spec(model, example, name=name)
    golden(f"importer/{name}.net", spec.text)
    assert spec.proof.equal, spec.proof.reasons


def test_width_and_depth_are_changed_in_one_place() -> None:
    """The text of a model becomes that of a model of another size."""
    text = proved_spec(modules.Wide(), (torch.randint(50, (2, 7)),), name="wide").text
    for old, new in (("hidden_size = 24", "hidden_size = 40"), ("* 3", "* 5")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    other = modules.Wide(modules.Config(40, 5)).eval()
    other.places = nn.Embedding(24, 40)
    made = nw.loads(text).to_torch().eval()
    made.load_state_dict(other.state_dict())
    ids = torch.randint(50, (2, 7))
    assert torch.equal(made(ids), other(ids))


class Decides(nn.Module):
    """A model whose way depends on the values of its input."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def test_a_decision_on_values_is_told_with_its_line() -> None:
    with pytest.raises(CannotImport) as raised:
        import_model(Decides(), (torch.randn(2, 3),))
    assert "return x if x.sum() > 0 else -x" in "\n".join(raised.value.reasons)


class Eigenvalues(nn.Module):
    """A model with an op that the language does not have."""

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.linalg.eigvalsh(x)
        return result


def test_an_op_without_a_counterpart_is_told_by_name() -> None:
    with pytest.raises(CannotImport) as raised:
        import_model(Eigenvalues(), (torch.randn(2, 3, 3),))
    assert "linalg_eigh" in str(raised.value) or "eigvalsh" in str(raised.value)


class Sized(nn.Module):
    """A model that returns more than tensors."""

    def forward(self, x: Tensor) -> tuple[Tensor, int, None, str]:
        return x * 2, x.shape[1], None, "x"


def test_what_is_returned_besides_tensors_is_told() -> None:
    proof = proved_spec(Sized(), (torch.randn(2, 3),)).proof
    assert proof.equal
    wanted = "the spec returns the tensors alone: the model returns `int` and `str` too"
    assert wanted in proof.notes


def test_a_model_that_fails_for_its_example_is_told_with_its_line() -> None:
    with pytest.raises(CannotImport) as raised:
        import_model(nn.Sequential(Matched()), (torch.randn(2, 1, 3),))
    first, second = raised.value.reasons
    assert first.startswith(
        "the model fails for the example inputs, input[2, 1, 3], where the first axis is the "
        "batch: RuntimeError: "
    )
    assert second.endswith("return x.mm(x)")
    assert __file__ in second


class Matched(nn.Module):
    """A model that takes matrices alone."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mm(x)


def test_floats_for_an_embedding_are_told() -> None:
    with pytest.raises(CannotImport) as raised:
        import_model(nn.Embedding(8, 4), (torch.randn(2, 3),))
    assert raised.value.reasons[-1] == "give whole numbers, as --input '16 int' does"


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_a_script_module_is_told() -> None:
    as_script: Any = torch.jit.trace
    with pytest.raises(CannotImport, match="a ScriptModule has no Python"):
        import_model(as_script(nn.Linear(3, 4), torch.randn(2, 3)), (torch.randn(2, 3),))


class OwnNumbers(nn.Module):
    """A model that leaves PyTorch's tensors, which torch.export cannot follow."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.from_numpy(x.numpy())


def test_what_export_cannot_follow_is_told_with_its_line() -> None:
    with pytest.raises(CannotImport) as raised:
        import_model(OwnNumbers(), (torch.randn(2, 3),))
    assert raised.value.reasons[-1].endswith("return torch.from_numpy(x.numpy())")


@pytest.mark.filterwarnings("ignore:.*weight_norm. is deprecated")
def test_a_weight_that_a_hook_computes_is_told() -> None:
    layer = torch.nn.utils.weight_norm(nn.Conv1d(4, 4, 3))
    with pytest.raises(CannotImport) as raised:
        import_model(nn.Sequential(layer), (torch.randn(2, 4, 8),))
    assert raised.value.reasons[0] == (
        "0: a hook of torch.nn.utils.weight_norm computes its weight; "
        "torch.nn.utils.parametrizations.weight_norm has a counterpart"
    )


class Half(nn.Module):
    """A model of which a part computes in half precision."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return x @ x


def test_half_precision_is_told() -> None:
    with pytest.raises(CannotImport, match="computes in half precision"):
        import_model(Half(), (torch.randn(2, 3, 3),))
