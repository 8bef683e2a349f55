"""Published models to try imports with: 46 of torchvision, 55 of timm, 12 of transformers.

    python -m tests.backends.importer.published               # all of them: an hour
    python -m tests.backends.importer.published timm resnet50
    python -m tests.backends.importer.published --write   # docs/imported.md too

prints for each model whether its spec is equal, how many lines it has, how many of its blocks have
the name of a class of the model (without case and underscores), and what stands in the way.
The models have random weights; those of transformers are small.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn

from netwright.backends.importer import CannotImport
from netwright.backends.importer.factories import record_arguments
from netwright.backends.importer.proved import proved_spec
from netwright.grammar.diagnostics import CompileError

from ...torchvision_library import torchvision_models
from ...zoo.lines import of_classes

FACTS: Final = Path(__file__).parent / "published.json"
PAGE: Final = Path(__file__).parents[3] / "docs" / "imported.md"
Inputs = tuple[Tensor, ...] | dict[str, Tensor]

CLASSIFIERS: Final = """
    alexnet convnext_tiny densenet121 densenet169 efficientnet_b0 efficientnet_b1 efficientnet_v2_s
    mnasnet0_5 mnasnet1_0 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small regnet_x_400mf
    regnet_y_400mf regnet_y_1_6gf resnet18 resnet34 resnet50 resnet101 resnext50_32x4d
    wide_resnet50_2 shufflenet_v2_x0_5 shufflenet_v2_x1_0 squeezenet1_0 squeezenet1_1 swin_t vgg11
    vgg11_bn vgg16 vit_b_16 vit_b_32 swin_v2_t maxvit_t googlenet inception_v3
"""
SEGMENTATION: Final = """
    deeplabv3_mobilenet_v3_large deeplabv3_resnet50 fcn_resnet50 lraspp_mobilenet_v3_large
"""
VIDEO: Final = {
    "mc3_18": 8,
    "r2plus1d_18": 8,
    "r3d_18": 8,
    "s3d": 16,
    "mvit_v2_s": 16,
    "swin3d_t": 8,
}
"""Models of videos, with their frames."""
TIMM: Final = """
    vit_tiny_patch16_224 deit_tiny_distilled_patch16_224 deit3_small_patch16_224
    beit_base_patch16_224 cait_xxs24_224 coat_tiny convit_tiny convnext_atto convnextv2_atto
    convmixer_768_32 cs3darknet_s davit_tiny dla34 dpn68 edgenext_xx_small efficientformer_l1
    efficientvit_b0 efficientvit_m0 tf_efficientnetv2_b0 focalnet_tiny_srf gcvit_xxtiny ghostnet_100
    hgnetv2_b0 hiera_tiny_224 hrnet_w18_small inception_next_atto levit_128s mambaout_femto
    coatnet_0_rw_224 mixer_s32_224 gmlp_ti16_224 resmlp_12_224 mobilenetv4_conv_small nest_tiny
    eca_nfnet_l0 pit_ti_224 poolformer_s12 pvt_v2_b0 repvit_m0_9 res2net50_26w_4s resnest14d
    resnetv2_50 rexnet_100 sequencer2d_s skresnet18 swin_tiny_patch4_window7_224 tnt_s_patch16_224
    twins_svt_small volo_d1_224 ese_vovnet19b_dw xcit_nano_12_p16_224 seresnet50 fastvit_t8
    mobilevit_xxs halonet26t
"""
SIZES: Final = {
    "swin_v2_t": 256, "inception_v3": 299, "fastvit_t8": 256, "mobilevit_xxs": 256,
    "halonet26t": 256
}  # fmt: skip
"""The sizes of images, if they are not 224."""

SMALL: Final = {
    "vocab_size": 1000,
    "hidden_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 256,
}
PATCHES: Final = {**SMALL, "image_size": 64, "patch_size": 8}
PATCHES.pop("vocab_size")


class Published(NamedTuple):
    """A published model, with a function for example inputs."""

    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[], Inputs]


def models() -> Iterator[Published]:
    """All of the models, none of which is made yet."""
    for name in CLASSIFIERS.split():
        aux = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        yield Published(f"torchvision/{name}", _torchvision(name, **aux), _image(name))
    for name in SEGMENTATION.split():
        make = _torchvision(f"segmentation.{name}", weights_backbone=None)
        yield Published(f"torchvision/{name}", make, _image(name))
    for name, frames in VIDEO.items():
        size = 224 if frames == 16 else 112
        make = _torchvision(f"video.{name}")
        yield Published(f"torchvision/{name}", make, _floats((3, frames, size, size)))
    flow = _torchvision("optical_flow.raft_small")
    yield Published("torchvision/raft_small", flow, _floats((3, 128, 128), (3, 128, 128)))
    for name in TIMM.split():
        yield Published(f"timm/{name}", _timm(name), _image(name))
    yield from _transformers()


def _torchvision(path: str, **settings: Any) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        module = torchvision_models()
        *folders, name = path.split(".")
        for folder in folders:
            module = getattr(module, folder)
        model: nn.Module = getattr(module, name)(weights=None, **settings)
        return model

    return make


def _timm(name: str) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        torchvision_models()  # timm imports torchvision, which may need what this declares
        import timm

        model: nn.Module = timm.create_model(name, pretrained=False)
        return model

    return make


def _image(name: str) -> Callable[[], Inputs]:
    size = SIZES.get(name, 224)
    return _floats((3, size, size))


def _floats(*shapes: tuple[int, ...]) -> Callable[[], Inputs]:
    return lambda: tuple(torch.randn(2, *shape) for shape in shapes)


# --- transformers -----------------------------------------------------------------------------


def _transformers() -> Iterator[Published]:
    words = _named(input_ids=(16,))
    masked = _named(input_ids=(16,), attention_mask=(16,))
    yield _hugging("BertModel", "BertConfig", masked, SMALL)
    yield _hugging("RobertaForMaskedLM", "RobertaConfig", words, SMALL)
    small = {"vocab_size": 1000, "dim": 64, "n_layers": 4, "n_heads": 4, "hidden_dim": 256}
    yield _hugging("DistilBertForSequenceClassification", "DistilBertConfig", words, small)
    yield _hugging("AlbertModel", "AlbertConfig", words, {"embedding_size": 32, **SMALL})
    small = {"vocab_size": 1000, "n_embd": 64, "n_layer": 4, "n_head": 4, "use_cache": False}
    yield _hugging("GPT2LMHeadModel", "GPT2Config", words, small)
    small = {"num_key_value_heads": 2, "use_cache": False, **SMALL}
    yield _hugging("LlamaForCausalLM", "LlamaConfig", words, small)
    both = _named(input_ids=(16,), decoder_input_ids=(12,))
    small = {"vocab_size": 1000, "d_model": 64, "d_kv": 16, "d_ff": 256, "num_layers": 4}
    small |= {"num_heads": 4, "use_cache": False}
    yield _hugging("T5ForConditionalGeneration", "T5Config", both, small)
    yield _hugging("WhisperForConditionalGeneration", "WhisperConfig", _sounds, _whisper())
    pixels = _named(pixel_values=(3, 64, 64))
    yield _hugging("ViTForImageClassification", "ViTConfig", pixels, PATCHES)
    yield _hugging("CLIPVisionModel", "CLIPVisionConfig", pixels, PATCHES)
    large = _named(pixel_values=(3, 128, 128))
    parts = {"hidden_sizes": [16, 32, 64, 96], "decoder_hidden_size": 64, "depths": [2, 2, 2, 2]}
    yield _hugging("SegformerForSemanticSegmentation", "SegformerConfig", large, parts)
    yield Published("transformers/DetrForObjectDetection", _detr, large)


def _hugging(
    model: str, config: str, inputs: Callable[[], Inputs], settings: Mapping[str, Any]
) -> Published:
    def make() -> nn.Module:
        library = _library()
        made: nn.Module = getattr(library, model)(getattr(library, config)(**settings))
        return made

    return Published(f"transformers/{model}", make, inputs)


def _library() -> Any:
    torchvision_models()
    import transformers

    return transformers


def _named(**shapes: tuple[int, ...]) -> Callable[[], Inputs]:
    """Inputs by name: floats for pixels, ones for a mask, words for the others."""

    def make() -> Inputs:
        result: dict[str, Tensor] = {}
        for name, shape in shapes.items():
            if name == "pixel_values":
                result[name] = torch.randn(2, *shape)
            elif name == "attention_mask":
                result[name] = torch.ones(2, *shape, dtype=torch.long)
            else:
                result[name] = torch.randint(3, 900, (2, *shape))
        return result

    return make


def _sounds() -> Inputs:
    ids = torch.randint(3, 900, (2, 12))
    return {"input_features": torch.randn(2, 80, 200), "decoder_input_ids": ids}


def _whisper() -> dict[str, Any]:
    sides = ("encoder", "decoder")
    sizes = {"layers": 3, "attention_heads": 4, "ffn_dim": 256}
    settings = {f"{side}_{name}": n for side in sides for name, n in sizes.items()}
    tokens = {"pad": 0, "bos": 1, "eos": 2, "decoder_start": 1}
    return {
        **settings,
        **{f"{name}_token_id": n for name, n in tokens.items()},
        "vocab_size": 1000,
        "d_model": 64,
        "max_source_positions": 100,
        "max_target_positions": 64,
        "use_cache": False,
        "begin_suppress_tokens": None,
        "suppress_tokens": None,
    }


def _detr() -> nn.Module:
    library = _library()
    backbone = library.ResNetConfig(
        embedding_size=16,
        hidden_sizes=[16, 32, 48, 64],
        depths=[1, 1, 1, 1],
        out_features=["stage4"],
    )
    sides = {f"{side}_{name}": n for side in ("encoder", "decoder") for name, n in _SIDE.items()}
    config = library.DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=backbone,
        d_model=64,
        num_queries=20,
        **sides,
    )
    model: nn.Module = library.DetrForObjectDetection(config)
    return model


_SIDE: Final = {"layers": 3, "attention_heads": 4, "ffn_dim": 256}


# --- trying them ------------------------------------------------------------------------------


class Result(NamedTuple):
    """What an import has given. ``difference`` is that of the outputs, relative to the largest."""

    obstacle: str = ""
    """Why there is no spec that is equal; empty if there is one."""
    lines: int = 0
    source_lines: int = 0
    """The lines of the classes of the model."""
    blocks: int = 0
    named: int = 0
    """How many of the blocks have names of classes."""
    inputs: str = ""
    """The inputs of the net."""
    difference: float = 0.0

    def __str__(self) -> str:
        if self.obstacle:
            return self.obstacle
        rounding = "bit for bit" if self.difference == 0 else f"up to {self.difference:.0e}"
        share = f"{self.lines} lines, {self.lines / self.source_lines:.0%} of its classes"
        return f"equal {rounding}, {share}, {self.named}/{self.blocks} names, {self.inputs}"


def tried(published: Published) -> Result:
    """A model's import, compared with it."""
    torch.manual_seed(0)
    with record_arguments() as arguments:
        model = published.make().eval()
    inputs = published.inputs()
    try:
        spec = proved_spec(model, inputs, name="imported", arguments=arguments)
    except CannotImport as error:
        return Result(f"cannot be imported: {error.reasons[0]}")
    except CompileError as error:
        return Result(f"its spec has errors: {str(error).splitlines()[0]}")
    if not spec.proof.equal:
        return Result(f"is not equal: {spec.proof.reasons[0]}")
    externs = re.findall(r"^extern (\w+)", spec.text, re.MULTILINE)
    if externs:
        return Result(f"has externs: {', '.join(externs)}")
    blocks = block_names(spec.text)
    return Result(
        lines=sum(bool(line.strip()) for line in spec.text.splitlines()),
        source_lines=of_classes(model),
        blocks=len(blocks),
        named=len(blocks & {_plain(type(module).__name__) for module in model.modules()}),
        inputs=_inputs_of(spec.text),
        difference=float(f"{spec.proof.difference:.1g}"),
    )


def block_names(text: str) -> set[str]:
    """The names of the blocks of a spec, without case and underscores."""
    return {_plain(name) for name in re.findall(r"^block (\w+)", text, re.MULTILINE)}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _inputs_of(text: str) -> str:
    """The inputs of the net, ``x[3, H=224, W=224]``."""
    found = re.search(r"^net imported: ([^{]*)", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


# --- the table --------------------------------------------------------------------------------


def load() -> dict[str, Result]:
    """The results that were written last, by the names of models."""
    return {name: Result(**facts) for name, facts in json.loads(FACTS.read_text()).items()}


def write(results: Mapping[str, Result]) -> None:
    """Writes results, and the page with their table."""
    names = [model.name for model in models() if model.name in results]
    facts = {name: results[name]._asdict() for name in names}
    FACTS.write_text(json.dumps(facts, indent=1) + "\n")
    PAGE.write_text(page(results))


def page(results: Mapping[str, Result]) -> str:
    """The page of the documentation with all results."""
    equal = [result for result in results.values() if not result.obstacle]
    lines = sorted(result.lines for result in equal)
    shares = sorted(result.lines / result.source_lines for result in equal)
    named = sum(result.named for result in equal) / sum(result.blocks for result in equal)
    rows = "".join(_row(name, result) for name, result in results.items())
    return PAGE_TEXT.format(
        equal=len(equal),
        all=len(results),
        bits=sum(not result.difference for result in equal),
        lines=round(median(lines)),
        most=lines[-1 - len(lines) // 10],
        share=f"{median(shares):.0%}",
        named=f"{named:.0%}",
        open=sum("=" in result.inputs for result in equal),
        rows=rows,
    )


def _row(name: str, result: Result) -> str:
    if result.obstacle:
        return f"| {name} | {result.obstacle.replace('|', ' ')} | | | | |\n"
    outputs = "all bits" if not result.difference else f"{result.difference:.0e}"
    share = f"{result.lines / result.source_lines:.0%}"
    names = f"{result.named} of {result.blocks}" if result.blocks else ""
    return f"| {name} | {outputs} | {result.lines} | {share} | {names} | `{result.inputs}` |\n"


PAGE_TEXT: Final = """\
# Published models as specs

`make imports` [imports](import.md) {all} published models: 46 of torchvision, 55 of timm, 12 of
transformers. {equal} become specs that are proved to be equal: the state dict loads strictly both
ways, outputs, a training step with its gradients, parameters and multiply-accumulates are compared.
The outputs of {bits} have the very bits. Half of the specs have at most {lines} lines, nine of ten
at most {most}; the median is {share} of the lines of the model's own classes. {named} of the blocks
have names of these classes. {open} leave sizes open. Models of transformers are small here, with
the kinds of layers of the published ones.

| model | outputs | lines | of its classes | names kept | inputs |
| --- | --- | --- | --- | --- | --- |
{rows}"""


def main(arguments: list[str]) -> int:
    writing = "--write" in arguments
    wanted = [word for word in arguments if word != "--write"]
    chosen = [m for m in models() if not wanted or any(word in m.name for word in wanted)]
    results: dict[str, Result] = {}
    for published in chosen:
        results[published.name] = result = tried(published)
        print(f"{published.name}: {result}", flush=True)
    equal = sum(not result.obstacle for result in results.values())
    print(f"{equal} of {len(chosen)} are equal")
    if writing:
        write({**(load() if FACTS.exists() else {}), **results})
    return 0 if equal == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
