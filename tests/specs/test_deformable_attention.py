"""Deformable attention in plain layers, against Hugging Face's Deformable DETR."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netwright as nw

from .huggingface import transformers

SPEC = """
import blocks.deformable_attention

net n: queries[T, 32], memory[29, 32], references[T, 2, COORDINATES], keep[29] bool {
  y, weights = queries > blocks.deformable_attention.deformable(4, 3, [[5, 3], [2, 7]], memory,
                                                       references, keep) as attention
  [y, weights]
}
"""
SHAPES = [(5, 3), (2, 7)]


def original() -> Any:
    config = transformers().DeformableDetrConfig(d_model=32, num_feature_levels=2)
    name = "transformers.models.deformable_detr.modeling_deformable_detr"
    modeling = pytest.importorskip(name)
    torch.manual_seed(0)
    return modeling.DeformableDetrMultiscaleDeformableAttention(config, num_heads=4, n_points=3)


@pytest.mark.parametrize("coordinates", [2, 4])
def test_deformable_attention(coordinates: int) -> None:
    module = original()
    for weight in module.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    net = nw.loads(SPEC.replace("COORDINATES", str(coordinates)))
    ours = net.to_torch()
    ours.get_submodule("attention").load_state_dict(module.state_dict(), strict=True)
    queries, memory = torch.randn(2, 6, 32), torch.randn(2, 29, 32)
    references, keep = torch.rand(2, 6, 2, coordinates), torch.rand(2, 29) > 0.2
    expected, weights = module(
        queries,
        attention_mask=keep,
        encoder_hidden_states=memory,
        reference_points=references,
        spatial_shapes=torch.tensor(SHAPES),
        spatial_shapes_list=SHAPES,
    )
    made, our_weights = ours(queries, memory, references, keep)
    assert torch.equal(our_weights, weights.flatten(3))
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-6)
    expected.square().sum().backward()
    made.square().sum().backward()
    for name, weight in ours.get_submodule("attention").named_parameters():
        torch.testing.assert_close(weight.grad, module.get_parameter(name).grad)
