"""timm's models."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from .model import Model, Small, family

timm = partial(family, package="timm.models")


def side(size: int) -> dict[str, Any]:
    """The fields of models whose weights depend on the size of images, for smaller ones."""
    return {"image": size, "small": Small(settings={"img_size": size})}


LAYOUT: Final = "the original copies its images into another memory layout between its stages"

MODELS: Final[tuple[Model, ...]] = (
    *timm("beit", "beit_base_patch16_224 beit_base_patch16_384", **side(48)),
    *timm("cait", "cait_xxs24_224 cait_xxs36_224 cait_xxs24_384", **side(48)),
    *timm("convmixer", "convmixer_768_32 convmixer_1536_20 convmixer_1024_20_ks9_p14", image=32),
    *timm("dla", "dla34 dla46_c dla46x_c dla60 dla60x dla102", image=64),
    *timm("ghostnet", "ghostnet_100 ghostnet_050 ghostnetv2_100", image=64),
    *timm("hrnet", "hrnet_w18 hrnet_w18_small hrnet_w18_small_v2", image=64),
    *timm("inception_v4", "inception_v4", image=107),
    *timm("levit", "levit_128s levit_128 levit_192", **side(96)),
    *timm("mlp_mixer", "mixer_b16_224 mixer_s16_224 mixer_s32_224", initial=False, **side(64)),
    *timm("mobilevit", "mobilevit_s mobilevit_xs mobilevit_xxs", initial=False, image=128),
    *timm("nfnet", "dm_nfnet_f0", initial=False, image=64),
    *timm("poolformer", "poolformer_s12 poolformer_s24", image=64),
    *timm(
        "pvt_v2",
        "pvt_v2_b0 pvt_v2_b1 pvt_v2_b2",
        image=64,
        known={"outputs": LAYOUT, "gradients": LAYOUT, "training": LAYOUT},
    ),
    *timm("repvgg", "repvgg_a0 repvgg_a2 repvgg_b1g4", initial=False, image=32),
    *timm("res2net", "res2net50_26w_4s res2net50_26w_8s res2net50_48w_2s res2next50", image=64),
    *timm("xcit", "xcit_nano_12_p16_224 xcit_tiny_12_p8_224", image=64),
)
