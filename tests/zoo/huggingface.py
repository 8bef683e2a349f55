"""Hugging Face's models. Results are compared at small sizes: the published ones are large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from unittest.mock import patch

from torch import Tensor, nn, ones_like

from .model import Model, Small

Settings = Mapping[str, Any]

MASKS: Final = "transformers.masking_utils"
ORDER: Final = "the original registers its modules in another order"


def hf(
    spec: str,
    original: str,
    nets: Mapping[str, Settings],
    small: Small,
    known: Mapping[str, str] = {},
    **fields: Any,
) -> Iterator[Model]:
    """Models of one spec. ``original`` is the name of their class; ``nets`` has the settings of the
    published sizes, which become a configuration."""
    model, config = original.split()
    for net, settings in nets.items():
        yield Model(
            spec,
            net,
            f"transformers:{model}",
            settings,
            f"transformers:{config}",
            small=small,
            known={"order": ORDER, **known},
            **fields,
        )


def differing(why: str, *results: str) -> dict[str, str]:
    """The same reason for several results."""
    return dict.fromkeys(results or ("outputs", "gradients", "training"), why)


WRITTEN_GELU: Final = differing(
    "the original writes its GELU out; if it has PyTorch's, all bits are equal"
)


# --- how the originals are called ----------------------------------------------------------------


def on_meta(module: nn.Module, x: Tensor) -> bool:
    """Whether only figures are wanted. Then nothing may look into the values of masks."""
    if x.is_meta:
        module.set_attn_implementation("eager")  # type: ignore[operator]
    return x.is_meta


def causal(module: nn.Module, tokens: Tensor) -> Any:
    mask = ones_like(tokens) if on_meta(module, tokens) else None
    return module(tokens, attention_mask=mask, use_cache=False).logits


def written_out(module: nn.Module, tokens: Tensor) -> Any:
    """Attention whose scores are bounded: PyTorch's has no such setting, and would leave it out."""
    module.set_attn_implementation("eager")  # type: ignore[operator]
    return causal(module, tokens)


def recurrent(module: nn.Module, tokens: Tensor) -> Any:
    return module(tokens, use_cache=False).logits


def encoder(module: nn.Module, tokens: Tensor, *more: Tensor, **settings: Any) -> Any:
    """The last input is the mask; segments may stand before it."""
    *segments, keep = more
    mask = None if on_meta(module, tokens) else keep.long()
    if segments:
        settings["token_type_ids"] = segments[0]
    result = module(tokens, attention_mask=mask, **settings)
    return [result.last_hidden_state, result.get("pooler_output")]


def counted(module: nn.Module, tokens: Tensor, keep: Tensor) -> Any:
    """Padding is at position 1, and all else is counted from 2."""
    places = keep.cumsum(1) * keep + 1
    return encoder(module, tokens, keep, position_ids=places)


def text_to_text(module: nn.Module, source: Tensor, target: Tensor, keep: Tensor) -> Any:
    mask = None if on_meta(module, source) else keep.long()
    result = module(source, mask, target, use_cache=False)
    return result.logits


def speech_to_text(module: nn.Module, sound: Tensor, text: Tensor) -> Any:
    mask = ones_like(text) if on_meta(module, sound) else None
    return module(
        sound, decoder_input_ids=text, decoder_attention_mask=mask, use_cache=False
    ).logits


def images_and_texts(module: nn.Module, image: Tensor, text: Tensor) -> Any:
    on_meta(module, image)
    result = module(text, image)
    return [result.logits_per_image, result.image_embeds, result.text_embeds]


def unmasked(module: nn.Module, tokens: Tensor, keep: Tensor) -> Any:
    with patch.object(module, "warn_if_padding_and_no_attention_mask"):
        return module(tokens, None if tokens.is_meta else keep.long()).last_hidden_state


def segmented(module: nn.Module, tokens: Tensor, segments: Tensor, keep: Tensor) -> Any:
    return module(tokens, keep.float(), token_type_ids=segments, use_mems=False).logits


def objects(module: nn.Module, image: Tensor) -> Any:
    with patch(f"{MASKS}._ignore_bidirectional_mask_sdpa", return_value=True):
        result = module(image)
    return [result.logits, result.pred_boxes]


def logits(module: nn.Module, x: Tensor) -> Any:
    on_meta(module, x)
    return module(x).logits


# --- the small sizes -----------------------------------------------------------------------------

OURS: Final = {"depth": 3, "d": 48, "heads": 4, "hidden": 96, "vocab": 100}
THEIRS: Final = {
    "num_hidden_layers": 3,
    "hidden_size": 48,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "vocab_size": 100,
}
GROUPED: Final = THEIRS | {"num_key_value_heads": 2}
TEXTS: Final = {"T": 11}
SEGMENTS: Final = {"tokens": 100, "segments": 2}

ROTARY_MILLION: Final = {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}

BOTH: Final = ("encoder", "decoder")


def towers(width: int, heads: int, depth: int, hidden: int) -> dict[str, Any]:
    """The settings of an encoder and a decoder of one size."""
    each = {f"{side}_layers": depth for side in BOTH}
    each |= {f"{side}_attention_heads": heads for side in BOTH}
    return {"d_model": width, **each, **{f"{side}_ffn_dim": hidden for side in BOTH}}


def bert(width: int, heads: int, depth: int = 24) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "num_attention_heads": heads,
        "num_hidden_layers": depth,
        "intermediate_size": 4 * width,
    }


def whisper(width: int, heads: int, depth: int, **more: Any) -> dict[str, Any]:
    return towers(width, heads, depth, 4 * width) | {"pad_token_id": 50257, **more}


DEBERTA_V3: Final = {
    "relative_attention": True,
    "position_buckets": 256,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": "p2c|c2p",
    "position_biased_input": False,
}
ROBERTA: Final = {"max_position_embeddings": 514, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
WIDE_TEXTS: Final = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}


def clip_large(**vision: Any) -> dict[str, Any]:
    images = bert(1024, 16) | {"patch_size": 14} | vision
    return {"text_config": WIDE_TEXTS, "vision_config": images, "projection_dim": 768}


WAV2VEC2_LARGE: Final = bert(1024, 16) | {
    "feat_extract_norm": "layer",
    "conv_bias": True,
    "do_stable_layer_norm": True,
}
WITHOUT_MASKING: Final = {"layerdrop": 0.0, "apply_spec_augment": False}


def segformer(depths: tuple[int, ...], width: int = 768) -> dict[str, Any]:
    return {
        "depths": depths,
        "hidden_sizes": (64, 128, 320, 512),
        "decoder_hidden_size": width,
        "num_labels": 150,
    }


MODELS: Final[tuple[Model, ...]] = (
    *hf(
        "bert",
        "BertModel BertConfig",
        {
            "bert_base": {},
            "bert_large": bert(1024, 16),
            "minilm": bert(384, 12, 6),
        },
        Small("BERT", OURS, THEIRS),
        call=encoder,
        words=SEGMENTS,
        sizes=TEXTS,
    ),
    *hf(
        "roberta",
        "RobertaModel RobertaConfig",
        {
            "roberta_base": {"vocab_size": 50265, **ROBERTA},
            "roberta_large": {"vocab_size": 50265, **ROBERTA, **bert(1024, 16)},
            "xlm_roberta_base": {"vocab_size": 250002, **ROBERTA},
            "xlm_roberta_large": {"vocab_size": 250002, **ROBERTA, **bert(1024, 16)},
        },
        Small("RoBERTa", OURS, THEIRS),
        call=counted,
        sizes=TEXTS,
    ),
    *hf(
        "distilbert",
        "DistilBertModel DistilBertConfig",
        {"distilbert_base": {}},
        Small(
            "DistilBERT",
            OURS,
            {"n_layers": 3, "dim": 48, "n_heads": 4, "hidden_dim": 96, "vocab_size": 100},
        ),
        call=encoder,
        sizes=TEXTS,
    ),
    *hf(
        "electra",
        "ElectraModel ElectraConfig",
        {
            "electra_small": {},
            "electra_base": {"embedding_size": 768, **bert(768, 12, 12)},
            "electra_large": {"embedding_size": 1024, **bert(1024, 16)},
        },
        Small("ELECTRA", OURS | {"width": 24}, THEIRS | {"embedding_size": 24}),
        call=encoder,
        words=SEGMENTS,
        sizes=TEXTS,
    ),
    *hf(
        "albert",
        "AlbertModel AlbertConfig",
        {
            "albert_base": bert(768, 12, 12),
            "albert_large": bert(1024, 16),
            "albert_xlarge": bert(2048, 16),
            "albert_xxlarge": bert(4096, 64, 12),
        },
        Small("ALBERT", OURS | {"width": 24}, THEIRS | {"embedding_size": 24}),
        known=WRITTEN_GELU,
        call=encoder,
        words=SEGMENTS,
        sizes=TEXTS,
    ),
    *hf(
        "deberta_v3",
        "DebertaV2Model DebertaV2Config",
        {
            "deberta_v3_xsmall": DEBERTA_V3 | bert(384, 6, 12),
            "deberta_v3_small": DEBERTA_V3 | bert(768, 12, 6),
            "deberta_v3_base": DEBERTA_V3 | bert(768, 12, 12),
            "deberta_v3_large": DEBERTA_V3 | bert(1024, 16),
            "mdeberta_v3_base": DEBERTA_V3 | bert(768, 12, 12) | {"vocab_size": 251000},
        },
        Small(
            "DeBERTa",
            OURS | {"span": 8, "most": 16},
            THEIRS | {"position_buckets": 8, "max_relative_positions": 16},
        ),
        known=differing(
            "sums for biases are over tensors in another memory layout", "gradients", "training"
        ),
        call=unmasked,
        sizes={"T": 21},
    ),
    *hf(
        "xlnet",
        "XLNetLMHeadModel XLNetConfig",
        {
            "xlnet_base": {"d_model": 768, "n_layer": 12, "n_head": 12, "d_inner": 3072},
            "xlnet_large": {},
        },
        Small(
            "XLNet",
            OURS | {"p": 0.0},
            {
                **{"d_model": 48, "n_layer": 3, "n_head": 4, "d_inner": 96, "vocab_size": 100},
                "dropout": 0.0,
            },
        ),
        known=differing("the original has the time before the batch"),
        call=segmented,
        words=SEGMENTS,
        sizes=TEXTS,
    ),
    *hf(
        "gpt2",
        "GPT2LMHeadModel GPT2Config",
        {
            "gpt2": {},
            "gpt2_medium": {"n_layer": 24, "n_embd": 1024, "n_head": 16},
            "gpt2_large": {"n_layer": 36, "n_embd": 1280, "n_head": 20},
            "gpt2_xl": {"n_layer": 48, "n_embd": 1600, "n_head": 25},
        },
        Small(
            "GPT2",
            {"depth": 3, "d": 48, "heads": 4, "vocab": 100},
            {"n_layer": 3, "n_embd": 48, "n_head": 4, "vocab_size": 100},
        ),
        known=WRITTEN_GELU,
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "llama",
        "LlamaForCausalLM LlamaConfig",
        {
            "llama_7b": {},
            "llama2_70b": {
                "hidden_size": 8192,
                "num_hidden_layers": 80,
                "num_attention_heads": 64,
                "num_key_value_heads": 8,
                "intermediate_size": 28672,
            },
            "llama3_8b": {
                "num_key_value_heads": 8,
                "intermediate_size": 14336,
                "vocab_size": 128256,
            },
        },
        Small("Llama", OURS | {"groups": 2}, GROUPED),
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "mixture_of_experts",
        "MixtralForCausalLM MixtralConfig",
        {"mixtral_8x7b": {"vocab_size": 32000, "num_key_value_heads": 8}},
        Small("Mixtral", OURS | {"groups": 2, "count": 6}, GROUPED | {"num_local_experts": 6}),
        known={
            "macs": "all experts run, and not only those that a token asks",
            **differing("the original adds up the experts one after the other"),
        },
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "qwen2",
        "Qwen2ForCausalLM Qwen2Config",
        {
            "qwen2_0_5b": {
                "hidden_size": 896,
                "num_hidden_layers": 24,
                "num_attention_heads": 14,
                "num_key_value_heads": 2,
                "intermediate_size": 4864,
                "tie_word_embeddings": True,
            },
            "qwen2_1_5b": {
                "hidden_size": 1536,
                "num_hidden_layers": 28,
                "num_attention_heads": 12,
                "num_key_value_heads": 2,
                "intermediate_size": 8960,
                "tie_word_embeddings": True,
            },
        },
        Small("Qwen2", OURS | {"groups": 2, "tied": True}, GROUPED | ROTARY_MILLION),
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "qwen2",
        "Qwen2ForCausalLM Qwen2Config",
        {
            "qwen2_7b": {
                "hidden_size": 3584,
                "num_hidden_layers": 28,
                "num_attention_heads": 28,
                "num_key_value_heads": 4,
                "intermediate_size": 18944,
                "vocab_size": 152064,
            },
            "qwen2_72b": {
                "hidden_size": 8192,
                "num_hidden_layers": 80,
                "num_attention_heads": 64,
                "num_key_value_heads": 8,
                "intermediate_size": 29568,
                "vocab_size": 152064,
            },
        },
        Small("Qwen2", OURS | {"groups": 2}, GROUPED | ROTARY_MILLION),
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "phi3",
        "Phi3ForCausalLM Phi3Config",
        {
            "phi3_mini": {"sliding_window": 2047},
            "phi3_medium": {
                "hidden_size": 5120,
                "num_hidden_layers": 40,
                "num_attention_heads": 40,
                "num_key_value_heads": 10,
                "intermediate_size": 17920,
                "sliding_window": 2047,
            },
        },
        Small(
            "Phi3",
            OURS | {"groups": 2, "near": 5},
            GROUPED | {"sliding_window": 5, "pad_token_id": 0},
        ),
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "gemma2",
        "Gemma2ForCausalLM Gemma2Config",
        {
            "gemma2_2b": {},
            "gemma2_9b": {
                "hidden_size": 3584,
                "num_hidden_layers": 42,
                "num_attention_heads": 16,
                "num_key_value_heads": 8,
                "intermediate_size": 14336,
            },
            "gemma2_27b": {
                "hidden_size": 4608,
                "num_hidden_layers": 46,
                "num_attention_heads": 32,
                "num_key_value_heads": 16,
                "intermediate_size": 36864,
                "head_dim": 128,
                "query_pre_attn_scalar": 144,
            },
        },
        Small(
            "Gemma2",
            OURS | {"groups": 2, "near": 5, "width": 16, "scale": 20**-0.5},
            GROUPED
            | {
                "head_dim": 16,
                "query_pre_attn_scalar": 20,
                "sliding_window": 5,
            },
        ),
        call=written_out,
        sizes=TEXTS,
    ),
    *hf(
        "gpt_neox",
        "GPTNeoXForCausalLM GPTNeoXConfig",
        {
            "gpt_neox_20b": {},
            "pythia_160m": {**bert(768, 12, 12), "vocab_size": 50304},
            "pythia_1_4b": {**bert(2048, 16, 24), "vocab_size": 50304},
            "pythia_12b": {**bert(5120, 40, 36), "vocab_size": 50688},
        },
        Small("GPTNeoX", OURS | {"d": 64}, THEIRS | {"hidden_size": 64}),
        call=causal,
        sizes=TEXTS,
    ),
    *hf(
        "mamba",
        "MambaForCausalLM MambaConfig",
        {
            f"mamba_{name}": {"num_hidden_layers": depth, "hidden_size": width}
            for name, depth, width in (
                ("130m", 24, 768),
                ("370m", 48, 1024),
                ("790m", 48, 1536),
                ("1_4b", 48, 2048),
                ("2_8b", 64, 2560),
            )
        },
        Small(
            "Mamba",
            {"depth": 3, "d": 48, "vocab": 100},
            {"num_hidden_layers": 3, "hidden_size": 48, "vocab_size": 100},
        ),
        known=differing(
            "the original keeps channels before time: its sums are in another order",
            "gradients",
            "training",
        ),
        call=recurrent,
        sizes=TEXTS,
    ),
    *hf(
        "rwkv",
        "RwkvForCausalLM RwkvConfig",
        {
            f"rwkv_{name}": {"num_hidden_layers": depth, "hidden_size": width}
            for name, depth, width in (
                ("169m", 12, 768),
                ("430m", 24, 1024),
                ("1b5", 24, 2048),
                ("3b", 32, 2560),
                ("7b", 32, 4096),
                ("14b", 40, 5120),
            )
        },
        Small(
            "RWKV",
            {"depth": 3, "d": 48, "vocab": 100},
            {"num_hidden_layers": 3, "hidden_size": 48, "vocab_size": 100},
        ),
        known=differing(
            "the original computes some sums twice: their gradients are added in another order",
            "gradients",
            "training",
        ),
        call=recurrent,
        sizes=TEXTS,
    ),
    *hf(
        "t5",
        "T5ForConditionalGeneration T5Config",
        {
            "t5_small": {},
            "t5_base": {
                "d_model": 768,
                "num_layers": 12,
                "num_heads": 12,
                "d_ff": 3072,
            },
            "t5_large": {
                "d_model": 1024,
                "num_layers": 24,
                "num_heads": 16,
                "d_ff": 4096,
            },
        },
        Small(
            "T5",
            OURS | {"inner": 32},
            {
                "d_model": 48,
                "num_layers": 3,
                "num_heads": 4,
                "d_kv": 8,
                "d_ff": 96,
                "vocab_size": 100,
            },
        ),
        call=text_to_text,
        sizes={"S": 11, "T": 7},
    ),
    *hf(
        "bart",
        "BartForConditionalGeneration BartConfig",
        {"bart_base": towers(768, 12, 6, 3072), "bart_large": {}},
        Small("BART", OURS, towers(48, 4, 3, 96) | {"vocab_size": 100}),
        call=text_to_text,
        sizes={"S": 11, "T": 7},
    ),
    *hf(
        "whisper",
        "WhisperForConditionalGeneration WhisperConfig",
        {
            "whisper_tiny": whisper(384, 6, 4),
            "whisper_base": whisper(512, 8, 6),
            "whisper_small": whisper(768, 12, 12),
            "whisper_medium": whisper(1024, 16, 24),
            "whisper_large": whisper(1280, 20, 32),
            "whisper_large_v3": whisper(1280, 20, 32, num_mel_bins=128, vocab_size=51866),
            "whisper_turbo": whisper(
                1280, 20, 32, num_mel_bins=128, vocab_size=51866, decoder_layers=4
            ),
        },
        Small(
            "Whisper",
            {**OURS, "decoder_depth": 3, "mels": 16, "length": 40, "pad": 99},
            towers(48, 4, 3, 96)
            | {
                "vocab_size": 100,
                "pad_token_id": 99,
                "num_mel_bins": 16,
                "max_source_positions": 20,
            },
        ),
        call=speech_to_text,
    ),
    *hf(
        "wav2vec2",
        "Wav2Vec2ForCTC Wav2Vec2Config",
        {"wav2vec2_base": {}},
        Small(
            "Wav2Vec2",
            {"depth": 3, "d": 48, "heads": 4, "hidden": 96},
            THEIRS | WITHOUT_MASKING | {"vocab_size": 32},
        ),
        call=logits,
    ),
    *hf(
        "wav2vec2",
        "Wav2Vec2ForCTC Wav2Vec2Config",
        {"wav2vec2_large": WAV2VEC2_LARGE},
        Small(
            "Wav2Vec2",
            {"depth": 3, "d": 48, "heads": 4, "hidden": 96, "layered": True},
            THEIRS | WITHOUT_MASKING | {"vocab_size": 32},
        ),
        call=logits,
    ),
    *hf(
        "clip",
        "CLIPModel CLIPConfig",
        {
            "clip_vit_b_32": {},
            "clip_vit_b_16": {"vision_config": {"patch_size": 16}},
            "clip_vit_l_14": clip_large(),
            "clip_vit_l_14_336": clip_large(image_size=336),
        },
        Small(
            "CLIP",
            {
                **{"patch": 8, "d": 48, "heads": 4, "depth": 3, "common": 24, "size": 32},
                **{"text_d": 32, "text_heads": 4, "text_depth": 3, "vocab": 100, "end": 99},
            },
            {
                "vision_config": bert(48, 4, 3) | {"patch_size": 8, "image_size": 32},
                "text_config": bert(32, 4, 3) | {"vocab_size": 100, "eos_token_id": 99},
                "projection_dim": 24,
            },
        ),
        call=images_and_texts,
        sizes=TEXTS,
    ),
    *hf(
        "segformer",
        "SegformerForSemanticSegmentation SegformerConfig",
        {
            "segformer_b0": {"num_labels": 150},
            "segformer_b1": segformer((2, 2, 2, 2), 256),
            "segformer_b2": segformer((3, 4, 6, 3)),
            "segformer_b3": segformer((3, 4, 18, 3)),
            "segformer_b4": segformer((3, 8, 27, 3)),
            "segformer_b5": segformer((3, 6, 40, 3)),
        },
        Small(
            "SegFormer",
            {"depths": [2, 1, 2, 1], "widths": [8, 16, 40, 64], "d": 32, "drop": 0.0},
            {
                "depths": (2, 1, 2, 1),
                "hidden_sizes": (8, 16, 40, 64),
                "decoder_hidden_size": 32,
                "drop_path_rate": 0.0,
            },
        ),
        known=differing("the original copies images into another memory format"),
        call=logits,
        image=64,
    ),
    *hf(
        "detr",
        "DetrForObjectDetection DetrConfig",
        {
            "detr_resnet_50": {"num_labels": 91},
            "detr_resnet_101": {"num_labels": 91, "backbone": "resnet101"},
        },
        Small(
            "DETR",
            {"depths": [2, 2, 2, 2], "layers": 2, "d": 32, "heads": 4, "hidden": 64, "count": 10},
            towers(32, 4, 2, 64) | {"backbone": "resnet26", "num_queries": 10},
        ),
        call=objects,
        image=64,
    ),
)
