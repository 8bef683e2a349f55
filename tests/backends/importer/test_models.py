"""Small models become the specs that are expected, and these compute the same."""

import pytest
import torch
from torch import Tensor, nn

from netwright.backends.importer import CannotImport, import_model
from netwright.backends.importer.proved import proved_spec

from ...conftest import Golden
from . import modules, user_modules

MODELS = modules.MODELS | user_modules.MODELS


@pytest.mark.parametrize("name", MODELS)
def test_a_model_becomes_its_spec(name: str, golden: Golden) -> None:
    torch.manual_seed(0)
    make, inputs = MODELS[name]
    model, example = make(), inputs()
    spec = proved_spec(model, example, name=name)
    golden(f"importer/{name}.net", spec.text)
    assert spec.proof.equal, spec.proof.reasons


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


class Half(nn.Module):
    """A model of which a part computes in half precision."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return x @ x


def test_half_precision_is_told() -> None:
    with pytest.raises(CannotImport, match="computes in half precision"):
        import_model(Half(), (torch.randn(2, 3, 3),))
