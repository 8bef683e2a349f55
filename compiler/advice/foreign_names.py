"""Names of other frameworks that are not one layer here: what to write instead, or why there is
nothing.

The names of layers are in their classes (``Layer.foreign``). A test checks that every name in
``torch.nn`` and ``torch.nn.functional`` of the installed PyTorch, and in ``keras.layers``, is
explained.
"""

from __future__ import annotations

import re
from typing import Final

PREFIX: Final = re.compile(
    r"^(torch\.(nn\.functional|nn|fft|Tensor)|nn\.functional|nn|F|torch|Tensor|torchvision\.ops|ops|"
    r"(jnp\.)?fft|tf\.nn|tf\.keras\.layers|keras\.layers|layers|jnp|tf|keras|torchaudio\.transforms)\."
)


def bare_name(name: str) -> str:
    """``Conv2d`` for ``torch.nn.Conv2d``."""
    return PREFIX.sub("", name)


_TRAINING: Final = "a spec describes the network; training stays in PyTorch"
_DATA: Final = "a spec describes the network; prepare the data before it runs"
_PYTHON: Final = "a spec runs no Python: write the layers, or use it around the compiled module"
_BASE: Final = "it is a base class: write `block name(...): x { ... }`"
_INSIDE: Final = "it is an internal tool of PyTorch, not a part of networks"
_NO_LAYER: Final = "there is no layer for it: add it to the compiled module in PyTorch"

OPPOSITE: Final = frozenset({("BatchNormalization", "momentum")})
"""Settings that say how much is kept; PyTorch's say how much is replaced."""

_SEPARABLE: Final = "`block separable(k, out): x { x > conv(k, x.c, groups=x.c) > conv(1x1, out) }`"
_DEPTHWISE: Final = "`x > conv(3x3, x.c, groups=x.c)`: a group for each channel"
_ENCODER: Final = (
    "`id + (attention(heads) > dropout(p)) > layernorm > id + (linear(hidden) > relu > dropout(p) "
    "> linear(d) > dropout(p)) > layernorm`"
)
_DECODER: Final = (
    "a block with the memory as an input or parameter: `block layer(d, heads): x, memory { ... }`"
)
_HANN: Final = (
    "`0.5 - (linspace(0, 2 * 3.141592653589793, steps=n + 1)[:-1] > cos) * 0.5` is Hann's window"
)
_POWER: Final = "`stft(400, 160, window=w) > abs > square`"
_INDICES: Final = "`maxpool(2, return_indices=true)` gives them as a side result"

INSTEAD: Final[dict[str, str]] = {
    "hann_window": _HANN,
    "hamming_window": f"{_HANN}; Hamming's is `0.54 - ... * 0.46`",
    "Spectrogram": _POWER,
    "MelSpectrogram": f"{_POWER}, and a matrix product with the filters over the frequencies",
    "hfft": "`conj > irfft(n=m, norm=forward)`",
    "ihfft": "`rfft(norm=forward) > conj`",
    "fftfreq": "write the frequencies as a `constant`",
    "rfftfreq": "`arange(n // 2 + 1) / n`",
    "TransformerEncoderLayer": _ENCODER,
    "Reshape": "`reshape(-1, 2, 4)`: the batch is an axis too, and -1 stands for its size",
    "Permute": "`permute(0, 2, 1)`: the batch axis is 0",
    "TransformerEncoder": "multiply a block by a number: `encoder_layer(512, 8) * 6 as layers`",
    "TransformerDecoderLayer": _DECODER,
    "TransformerDecoder": "multiply a block by a number: "
    "`decoder_layer(512, 8, memory) * 6 as layers`",
    "Transformer": "`netwright new NAME --from transformer` starts from the shipped spec",
    "Activation": "the name alone is the layer: `relu`, `softmax(dim=-1)`",
    "GlobalMaxPooling1D": "`adaptive_maxpool(1) > flatten`",
    "GlobalMaxPooling2D": "`adaptive_maxpool(1) > flatten`",
    "GlobalMaxPooling3D": "`adaptive_maxpool(1) > flatten`",
    "GlobalMaxPool1D": "`adaptive_maxpool(1) > flatten`",
    "GlobalMaxPool2D": "`adaptive_maxpool(1) > flatten`",
    "GlobalMaxPool3D": "`adaptive_maxpool(1) > flatten`",
    "SeparableConv1D": _SEPARABLE,
    "SeparableConv2D": _SEPARABLE,
    "SeparableConvolution1D": _SEPARABLE,
    "SeparableConvolution2D": _SEPARABLE,
    "DepthwiseConv1D": _DEPTHWISE,
    "DepthwiseConv2D": _DEPTHWISE,
    "Bidirectional": "a setting: `lstm(64, bidirectional=true)`",
    "TimeDistributed": "layers over the last axis take sequences as they are: `linear(10)`; `scan` "
    "runs a block step by step along the sequence",
    "Eltwise": "operators: `a + b`, `a * b`, `[a, b] > maximum`",
    "conv3x3": "`conv(3x3, 64, pad=1)`",
    "conv1x1": "`conv(1x1, 64)`",
    "conv5x5": "`conv(5x5, 64, pad=2)`",
    "conv7x7": "`conv(7x7, 64, pad=3)`",
    "residual": "`id + (bn > relu)`: `id` passes its input on",
    "Residual": "`id + (bn > relu)`: `id` passes its input on",
    "crop": "a slice: `x[:, :, 1:-1, 1:-1]`",
    "print": "a spec runs nothing; `netwright summary` lists every shape",
    "Pooling": "`maxpool(3, 2)` or `avgpool(3, 2)`",
    "Scale": "`bn` already scales and shifts; `x * param([8, 1, 1])` only scales",
    "Slice": "a slice: `x[:, :8]`",
    "Data": "`input(3x32x32)`, or a port: `net f: x[3, 32, 32] { ... }`",
    "Average": "`(a + b) * 0.5`",
    "average": "`(a + b) * 0.5`",
    "Multiply": "`a * b`",
    "multiply": "`a * b`",
    "Subtract": "`a - b`",
    "subtract": "`a - b`",
    "Dot": '`[a, b] > einsum("b i, b i -> b")`',
    "dot": '`[a, b] > einsum("b i, b i -> b")`',
    "EinsumDense": "`linear` over the last axis, or `einsum` with a `param`",
    "GroupQueryAttention": "`sdpa` of queries and repeated keys: see the shipped `llama`",
    "AdditiveAttention": "`linear`, `tanh` and `softmax`: see the shipped `seq2seq_attention`",
    **{f"Cropping{n}D": "a slice, `x[:, :, 1:-1, 1:-1]`, or a negative `pad(-1)`" for n in "123"},
    "CenterCrop": "a slice: `x[:, :, 16:-16, 16:-16]`",
    "Rescaling": "arithmetic: `x * 0.5 + 1.0`",
    "Resizing": "`upsample(size=[224, 224], mode=bilinear)`",
    "Normalization": "arithmetic: `(x - mean) / std`",
    "UnitNormalization": "`normalize(-1)`",
    "SpectralNormalization": "`spectral_norm(conv(3x3, 64))`",
    "ReversibleEmbedding": "a tied weight: `linear(vocab, bias=false, weight=wte.weight)`",
    "StackedRNNCells": "a setting: `lstm(64, layers=2)`",
    "ConvLSTM1D": "a block that `scan` runs step by step",
    "ConvLSTM2D": "a block that `scan` runs step by step",
    "ConvLSTM3D": "a block that `scan` runs step by step",
    "Lambda": "write the operation: `x > relu`, `x * 2.0`",
    "Masking": "give the mask as a tensor: `attention(8, mask=m)`",
    "GaussianNoise": "`x + (x > randn_like) * 0.1`, which adds noise outside of training too",
    "Input": "`input(3x32x32)`, or a port: `net f: x[3, 32, 32] { ... }`",
    "InputLayer": "`input(3x32x32)`, or a port: `net f: x[3, 32, 32] { ... }`",
    "Pipeline": "the pipe: `f > g > h`",
    "ModuleDict": "labels: `conv(3x3, 8) as stem`",
    "ParameterList": "`param([1, 8]) as name`",
    "ParameterDict": "`param([1, 8]) as name`",
    "Parameter": "`param([1, 8]) as name`",
    "multi_head_attention_forward": "the layer `attention(heads)`",
    "gumbel_softmax": "write the noise: `rand_like` gives uniform random numbers",
    "pdist": "`[x, x] > cdist`: pdist is the upper triangle of its result",
    "native_channel_shuffle": "`channel_shuffle(groups)`",
    "upsample_nearest": "`upsample(2)`",
    "upsample_bilinear": "`upsample(2, mode=bilinear)`",
    **{f"max_pool{n}d_with_indices": _INDICES for n in "123"},
    **{
        f"adaptive_max_pool{n}d_with_indices": "`adaptive_maxpool(1)` gives no indices"
        for n in "123"
    },
    **{
        f"fractional_max_pool{n}d_with_indices": "`fractional_maxpool` gives no indices"
        for n in "23"
    },
    "RepeatVector": "`unsqueeze(1) > expand(-1, 12, -1)`",
    "list": "write a list in brackets: `[1, 2]`",
    "tuple": "write a list in brackets: `[1, 2]`",
}
"""What to write instead of a name that has no single layer here."""

_NAMES_BY_REASON: Final = {
    _DATA: """
        RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast
        RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
        RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
        RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom AugMix
        AutoContrast CutMix MixUp Equalization Solarization Hashing HashedCrossing
        ContrastLimitedAdaptiveHistogramEqualization Discretization CategoryEncoding IntegerLookup
        StringLookup TextVectorization MelSpectrogram STFTSpectrogram MaxNumBoundingBoxes""",
    _PYTHON: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper DataParallel",
    _BASE: "Module Container Layer Wrapper RNNBase RNNCellBase",
    _INSIDE: """
        handle_torch_function has_torch_function has_torch_function_unary
        has_torch_function_variadic boolean_dispatch assert_int_or_pair Optional InputSpec
        serialize deserialize""",
    _NO_LAYER: """
        grouped_mm scaled_mm scaled_grouped_mm conv_tbc
        GaussianDropout""",
    _TRAINING: """
        ActivityRegularization MSE MAE BCE Adam AdamW SGD mse mae bce adam adamw sgd NLLLoss2d
        kl_div binary_cross_entropy_with_logits""",
}
OUT_OF_SCOPE: Final[dict[str, str]] = {
    name: why for why, names in _NAMES_BY_REASON.items() for name in names.split()
}
"""Names that have nothing here, and why."""
