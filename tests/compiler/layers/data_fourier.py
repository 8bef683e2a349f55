"""Random uses of Fourier transforms and complex numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from netwright.compiler.types import Dtype, TensorType

from .harness import tensor_types

ONE = ("fft", "ifft", "rfft", "irfft")
SEVERAL = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
PARTS = ("real", "imag", "angle", "conj", "view_as_real")

AXES = st.sampled_from([-1, -1, 1, 2, -2, 3])
PAIRS = st.sampled_from([(-2, -1), (1, 2), (2, 1), (-1, 1), (1,), (1, 1)])
SIZES = st.sampled_from([None, None, (3, 4), (5, 2), (4,)])
WINDOWS = st.sampled_from([None, None, TensorType((4,)), TensorType((6,))])
MIXED: tuple[Dtype, ...] = ("float", "complex", "complex", "int")
MOSTLY_COMPLEX: tuple[Dtype, ...] = ("complex",) * 8 + ("float",)

WINDOWED = {
    "n_fft": st.sampled_from([4, 6, 5, 8]),
    "hop": st.sampled_from([None, 1, 2, 3]),
    "win": st.sampled_from([None, None, 4]),
    "window": WINDOWS,
}

SETTINGS: dict[str, dict[str, Any]] = {
    **{word: {"dim": AXES, "n": st.sampled_from([None, None, 1, 4, 7])} for word in ONE},
    **{word: {"dim": PAIRS, "s": SIZES} for word in SEVERAL},
    **{word: {"dim": st.one_of(AXES, PAIRS)} for word in ("fftshift", "ifftshift")},
    "stft": WINDOWED,
    "istft": WINDOWED | {"length": st.sampled_from([None, None, 1, 5, 9, 14, 40])},
}


def frames(layer: Any) -> st.SearchStrategy[tuple[TensorType]]:
    half = layer.n_fft // 2 + 1
    fitting = [TensorType((2, half, count), "complex") for count in (4, 6, 7)]
    return st.tuples(st.sampled_from([*fitting, TensorType((2, 3, 4))]))


@st.composite
def pairs(draw: st.DrawFn, _: Any) -> tuple[TensorType, TensorType]:
    a = draw(tensor_types((1, 2, 3), dtypes=("float",) * 9 + ("int",)))
    return a, draw(st.sampled_from([a, a, a, a.with_shape(*a.shape[1:])]))


INPUTS: dict[str, Any] = {
    **dict.fromkeys((*ONE, *SEVERAL), st.tuples(tensor_types((3, 4, 3, 2), dtypes=MIXED))),
    **dict.fromkeys(("fftshift", "ifftshift"), st.tuples(tensor_types((3, 4), dtypes=MIXED))),
    **dict.fromkeys(PARTS, st.tuples(tensor_types(dtypes=MOSTLY_COMPLEX))),
    "view_as_complex": st.tuples(tensor_types(sizes=st.sampled_from([2, 2, 2, 3]))),
    "complex": pairs,
    "polar": pairs,
    "stft": st.tuples(tensor_types((2,), st.sampled_from([9, 12, 3]))),
    "istft": frames,
}


def longer(layer: Any, x: TensorType) -> bool:
    """Whether the signal is to be longer than its frames: PyTorch warns and adds zeros."""
    hop = layer.n_fft // 4 if layer.hop is None else layer.hop
    pad = layer.n_fft // 2 if layer.center else 0
    return bool(layer.length and layer.length > layer.n_fft + hop * (x.shape[-1] - 1) - pad)


REFUSED: dict[str, Any] = {
    "istft": (("of a signal that is longer than its frames", longer),),
    **dict.fromkeys(
        ("real", "angle", "conj"),
        (("of numbers that are not complex", lambda _, x: x.dtype != "complex"),),
    ),
}
