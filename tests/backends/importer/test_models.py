"""Small models become the specs that are expected, and these compute the same."""

import pytest
import torch

from netwright.backends.importer import import_model
from netwright.backends.importer.prove import prove

from ...conftest import Golden
from .modules import MODELS


@pytest.mark.parametrize("name", MODELS)
def test_a_model_becomes_its_spec(name: str, golden: Golden) -> None:
    torch.manual_seed(0)
    make, inputs = MODELS[name]
    model, example = make(), inputs()
    text = import_model(model, example, name=name)
    golden(f"importer/{name}.net", text)
    proof = prove(text, model, example, net=name)
    assert proof.equal, proof.reasons
