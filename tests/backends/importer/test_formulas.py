"""Formulas that give the very numbers of constants."""

import pytest
import torch
from torch import Tensor

from netwright.backends.importer.formulas import formula
from netwright.grammar.printer import print_expression

from ...torchvision_library import torchvision_models

PLACES = torch.arange(6)
INFINITE = float("-inf")
TEXTS = {
    "arange(6)": PLACES,
    "arange(2, 14, step=3)": torch.arange(2, 14, 3),
    "(arange(6) > cast(float))[none]": PLACES.float()[None],
    "arange(6, 12)[:, none] - arange(7)": PLACES[:, None] - torch.arange(7) + 6,
    "arange(48, 54)[:, none] - 8 * arange(7)": PLACES[:, None] - 8 * torch.arange(7) + 48,
    "3 * arange(6)[:, none] - 2 * arange(3) + 5": 3 * PLACES[:, None] - 2 * torch.arange(3) + 5,
    "arange(6)[:, none] - arange(6) > abs": (PLACES[:, None] - PLACES).abs(),
    "(arange(6)[:, none] >= arange(6))[none, none]": torch.ones(1, 1, 6, 6).tril().bool(),
    "arange(2, 8)[:, none] <= arange(7)": torch.ones(6, 7).triu(2).bool(),
    "arange(6)[:, none] >= arange(1, 7)": torch.ones(6, 6).tril(-1).bool(),
    "(arange(6)[:, none] >= arange(6)) > where(0.0, zeros([]) > log)": torch.full(
        (6, 6), INFINITE
    ).triu(1),
    "arange(6) < 4": PLACES < 4,
    "linspace(-3, 3, steps=6)": torch.linspace(-3, 3, 6),
    "linspace(0.1, 0.7, steps=5)[:, none]": torch.linspace(0.1, 0.7, 5)[:, None],
    "full([2, 3], 0.5)": torch.full((2, 3), 0.5),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_constant_is_a_formula(text: str) -> None:
    found = formula(TEXTS[text])
    assert found is not None
    assert print_expression(found) == text


@pytest.mark.parametrize(
    "tensor",
    [torch.tensor([0.0, -0.0]), PLACES.int(), torch.rand(3, 3), torch.randint(9, (9, 9))],
)
def test_what_no_formula_gives_has_none(tensor: Tensor) -> None:
    assert formula(tensor) is None


def test_masks_and_offsets_of_windows_are_shipped_blocks() -> None:
    torchvision_models()  # timm imports torchvision
    from timm.models.beit import gen_relative_position_index
    from timm.models.levit import Attention, AttentionDownsample
    from timm.models.swin_transformer import SwinTransformerBlock
    from torchvision.models.video.swin_transformer import _compute_attention_mask_3d

    video = _compute_attention_mask_3d(torch.zeros(1), (4, 14, 14), (4, 7, 7), (0, 3, 3))
    tables = {
        "class_offsets(4, 6)": gen_relative_position_index((4, 6)),
        "distances(7)": Attention(8, 4, resolution=7).attention_bias_idxs,
        "distances(7, 2)": AttentionDownsample(8, 8, 4, resolution=7).attention_bias_idxs,
        "shift_mask(7, [3, 3], 14, 28)": SwinTransformerBlock(32, (14, 28), shift_size=3).attn_mask,
        "shift_mask_3d([4, 7, 7], [0, 3, 3], [1, 2, 2])[none, :, none]": video[None, :, None],
    }
    for text, tensor in tables.items():
        found = formula(tensor)
        assert found is not None
        assert print_expression(found) == text
