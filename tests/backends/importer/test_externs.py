"""Modules with ops that the language lacks become externs."""

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.importer import CannotImport
from netwright.backends.importer.proved import proved_spec

from ...conftest import Golden
from . import extern_modules as modules

IMAGE = (torch.randn(2, 3, 16, 24),)


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (modules.Weighted, IMAGE),
        (modules.Around, (torch.randn(2, 6, 8),)),
    ],
)
def test_a_module_becomes_an_extern(
    model: type[nn.Module], inputs: tuple[Tensor, ...], golden: Golden
) -> None:
    torch.manual_seed(0)
    spec = proved_spec(model(), inputs, name=model.__name__)
    golden(f"importer/{model.__name__}.net", spec.text)
    assert spec.proof.equal, spec.proof.reasons


def test_the_spec_of_an_extern_computes_the_same() -> None:
    model = modules.Weighted().eval()
    net = nw.from_torch(model, *IMAGE)
    made = net.to_torch(import_externs=True).eval()
    made.load_state_dict(model.state_dict())
    assert torch.equal(made(*IMAGE), model(*IMAGE))


def test_what_stands_in_the_way_is_told() -> None:
    with pytest.raises(CannotImport) as caught:
        proved_spec(modules.Alone(), (torch.randn(2, 8, 8),))
    first, place, *others = caught.value.reasons
    assert first == "linalg_svdvals.default in the model has no counterpart"
    assert place.startswith("in ")
    assert place.endswith("self.inner(torch.linalg.svdvals(x)[..., None] * x)")
    assert others == ["2 ops have no counterpart: linalg_svdvals.default, linalg_qr.default"]


def test_a_class_that_no_spec_can_make_is_told() -> None:
    class Net(nn.Sequential):
        pass

    with pytest.raises(CannotImport) as caught:
        proved_spec(Net(modules.Inner(modules.Settings())), (torch.randn(2, 6, 8),))
    assert "linalg_qr.default in 0 has no counterpart" in caught.value.reasons
    reason = "Inner is no extern either: its argument settings is not a number, a text or a list"
    assert any(text.startswith(reason) for text in caught.value.reasons)
