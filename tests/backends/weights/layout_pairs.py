"""Pairs of layouts of one network. Each is mapped without a rule written for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

import netwright as nw

from ...specs.huggingface import transformers
from ...specs.reference import torchvision_models
from . import published_layouts as published

Make = Callable[[], nn.Module]


class LayoutPair(NamedTuple):
    """``old`` and ``new`` are published sizes, made on the device meta; ``small`` are networks that
    run. ``run`` gives the outputs of an old one and of a new one. ``rules`` are for what neither
    names nor shapes say."""

    old: Make
    new: Make
    small: tuple[Make, Make] | None
    inputs: Callable[[], tuple[Tensor, ...]]
    run: tuple[Callable[..., Any], Callable[..., Any]]
    rules: Mapping[str, Any] = {}
    title: str = ""


def timm(name: str, **settings: Any) -> nn.Module:
    torchvision_models()  # it declares what timm imports
    made: nn.Module = pytest.importorskip("timm").create_model(name, **settings)
    return made


def vision(name: str, **settings: Any) -> nn.Module:
    made: nn.Module = getattr(torchvision_models(), name)(**settings)
    return made


def hugging(name: str, config: str, **settings: Any) -> nn.Module:
    package = transformers()
    made: nn.Module = getattr(package, name)(getattr(package, config)(**settings))
    return made


def image(size: int = 224) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: (torch.randn(1, 3, size, size),)


def tokens(count: int, size: int = 9) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: (torch.randint(count, (2, size)),)


def call(model: nn.Module, *inputs: Tensor) -> Any:
    return model(*inputs)


def logits(model: nn.Module, *inputs: Tensor) -> Any:
    return model(*inputs).logits


def _vision_pair(ours: str, theirs: str, size: int = 224) -> LayoutPair:
    makes = (lambda: vision(ours), lambda: timm(theirs))
    return LayoutPair(*makes, makes, image(size), (call, call))


def _swin() -> LayoutPair:
    name = "swin_tiny_patch4_window7_224"
    makes = (lambda: vision("swin_t"), lambda: timm(name))
    return LayoutPair(*makes, makes, image(), (call, call))


SMALL_VIT = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "image_size": 32,
    "patch_size": 8,
    "num_labels": 10,
}


def _vit() -> LayoutPair:
    def hf(**settings: Any) -> nn.Module:
        return hugging("ViTForImageClassification", "ViTConfig", **settings)

    def small() -> nn.Module:
        return timm(
            "vit_base_patch16_224",
            embed_dim=32,
            depth=3,
            num_heads=2,
            mlp_ratio=2,
            img_size=32,
            patch_size=8,
            num_classes=10,
        )

    return LayoutPair(
        lambda: hf(num_labels=1000),
        lambda: timm("vit_base_patch16_224"),
        (lambda: hf(layer_norm_eps=1e-6, **SMALL_VIT), small),
        image(32),
        (logits, call),
    )


def _llama() -> LayoutPair:
    def hf(depth: int, d: int, heads: int, hidden: int, groups: int, vocab: int) -> nn.Module:
        return hugging(
            "LlamaForCausalLM",
            "LlamaConfig",
            num_hidden_layers=depth,
            hidden_size=d,
            num_attention_heads=heads,
            num_key_value_heads=groups,
            intermediate_size=hidden,
            vocab_size=vocab,
            rms_norm_eps=1e-6,
        )

    full, small = (32, 4096, 32, 11008, 32, 32000), (3, 64, 4, 160, 2, 50)
    heads = {
        f"layers.{{i}}.attention.{old}.weight": (
            f"model.layers.{{i}}.self_attn.{new}.weight",
            f"rotary_halves({count})",
        )
        for old, new, count in (("wq", "q_proj", 4), ("wk", "k_proj", 2))
    }
    tables = [{"old": old, "new": new, "steps": [step]} for old, (new, step) in heads.items()]
    return LayoutPair(
        lambda: published.MetaLlama(*full),
        lambda: hf(*full),
        (lambda: published.MetaLlama(*small), lambda: hf(*small)),
        tokens(50),
        (call, logits),
        {"tensors": tables},
    )


def _gpt2() -> LayoutPair:
    def hf(**settings: Any) -> nn.Module:
        return hugging("GPT2LMHeadModel", "GPT2Config", **settings)

    small = {"n_layer": 3, "n_embd": 32, "n_head": 2, "vocab_size": 60, "n_positions": 16}
    return LayoutPair(
        hf,
        lambda: published.NanoGPT(12, 768, 12, 50257, 1024),
        (lambda: hf(**small), lambda: published.NanoGPT(3, 32, 2, 60, 16)),
        tokens(60),
        (logits, call),
    )


def _clip() -> LayoutPair:
    def hf(
        size: int, patch: int, d: int, depth: int, heads: int, out: int, *more: int
    ) -> nn.Module:
        text, vocab = more
        package = transformers()
        common = {"num_hidden_layers": depth, "hidden_act": "quick_gelu"}
        config = package.CLIPConfig(
            text_config={
                "hidden_size": text,
                "intermediate_size": 4 * text,
                "vocab_size": vocab,
                "num_attention_heads": text // 64 if text >= 64 else 2,
                "eos_token_id": vocab - 1,
                **common,
            },
            vision_config={
                "hidden_size": d,
                "intermediate_size": 4 * d,
                "image_size": size,
                "patch_size": patch,
                "num_attention_heads": heads,
                **common,
            },
            projection_dim=out,
        )
        made: nn.Module = package.CLIPModel(config)
        return made

    def inputs() -> tuple[Tensor, ...]:
        text = torch.randint(49, (2, 9))
        text[:, -1] = 49
        return torch.randn(2, 3, 32, 32), text

    def run(model: Any, image: Tensor, text: Tensor) -> Any:
        made = model(pixel_values=image, input_ids=text)
        return made.image_embeds, made.text_embeds

    def normal(model: Any, image: Tensor, text: Tensor) -> Any:
        return tuple(x / x.norm(dim=-1, keepdim=True) for x in model(image, text))

    full, small = (224, 32, 768, 12, 12, 512, 512, 49408), (32, 8, 48, 3, 2, 32, 32, 50)
    return LayoutPair(
        lambda: published.OpenAIClip(*full),
        lambda: hf(*full),
        (lambda: published.OpenAIClip(*small), lambda: hf(*small)),
        inputs,
        (normal, run),
    )


def bert(depth: int, d: int, heads: int) -> nn.Module:
    return hugging(
        "BertModel",
        "BertConfig",
        num_hidden_layers=depth,
        hidden_size=d,
        num_attention_heads=heads,
        intermediate_size=4 * d,
    )


class Encoder(nn.Module):
    """The stack of Hugging Face's BERT, without its embeddings."""

    def __init__(self, depth: int, d: int, heads: int) -> None:
        super().__init__()
        self.bert: Any = nn.Module()
        self.bert.encoder = bert(depth, d, heads).encoder

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bert.encoder(x).last_hidden_state
        return y


def _torch_bert() -> LayoutPair:
    return LayoutPair(
        lambda: Encoder(12, 768, 12),
        lambda: published.TorchBert(12, 768, 12),
        (lambda: Encoder(3, 32, 2), lambda: published.TorchBert(3, 32, 2)),
        lambda: (torch.randn(2, 7, 32),),
        (call, call),
    )


def _blocks() -> LayoutPair:
    text = """\
from blocks.transformer import pre_encoder_layer, decoder_layer
net stack(d, heads, depth): x[T, d] -> [T, d] {
  x > pre_encoder_layer(heads, 4 * d) * depth as body > layernorm as last
}
"""

    def ours(depth: int, d: int, heads: int) -> nn.Module:
        return nw.loads(text, depth=depth, d=d, heads=heads).to_torch()

    def theirs(depth: int, d: int, heads: int) -> nn.Module:
        layer = nn.TransformerEncoderLayer(
            d, heads, 4 * d, 0.1, "gelu", batch_first=True, norm_first=True
        )
        return nn.TransformerEncoder(layer, depth, nn.LayerNorm(d), enable_nested_tensor=False)

    return LayoutPair(
        lambda: theirs(6, 512, 8),
        lambda: ours(6, 512, 8),
        (lambda: theirs(3, 32, 2), lambda: ours(3, 32, 2)),
        lambda: (torch.randn(2, 7, 32),),
        (call, call),
    )


def _hugging_pair(name: str, config: str, ours: Make, size: int = 224) -> LayoutPair:
    makes = (lambda: hugging(name, config, num_labels=1000), ours)
    return LayoutPair(*makes, makes, image(size), (logits, call))


PAIRS: dict[str, LayoutPair] = {
    "ResNet-50: torchvision, timm": _vision_pair("resnet50", "resnet50", 64),
    "ViT-B/16: torchvision, timm": _vision_pair("vit_b_16", "vit_base_patch16_224"),
    "ConvNeXt-T: torchvision, timm": _vision_pair("convnext_tiny", "convnext_tiny", 64),
    "Swin-T: torchvision, timm": _swin(),
    "EfficientNet-B0: torchvision, timm": _vision_pair("efficientnet_b0", "efficientnet_b0", 64),
    "DenseNet-121: torchvision, timm": _vision_pair("densenet121", "densenet121", 64),
    "MobileNetV3-L: torchvision, timm": _vision_pair(
        "mobilenet_v3_large", "mobilenetv3_large_100", 64
    ),
    "VGG-16-BN: torchvision, timm": _vision_pair("vgg16_bn", "vgg16_bn"),
    "ResNet-50: Hugging Face, torchvision": _hugging_pair(
        "ResNetForImageClassification", "ResNetConfig", lambda: vision("resnet50"), 64
    ),
    "ConvNeXt-T: Hugging Face, timm": _hugging_pair(
        "ConvNextForImageClassification", "ConvNextConfig", lambda: timm("convnext_tiny"), 64
    ),
    "Swin-T: Hugging Face, timm": _hugging_pair(
        "SwinForImageClassification",
        "SwinConfig",
        lambda: timm("swin_tiny_patch4_window7_224"),
    ),
    "ViT-B/16: Hugging Face, timm": _vit(),
    "LLaMA-7B: Meta, Hugging Face": _llama(),
    "GPT-2: Hugging Face (Conv1D), nanoGPT (linear)": _gpt2(),
    "CLIP ViT-B/32: OpenAI, Hugging Face": _clip(),
    "BERT's stack: Hugging Face, nn.TransformerEncoder": _torch_bert(),
    "Pre-norm stack: nn.TransformerEncoder, blocks.transformer": _blocks(),
}
