"""Fourier transforms (torch.fft, torch.stft), and their complex numbers."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from ..checks import need
from ..dims import Dim
from ..layer import (
    Category,
    Example,
    Foreign,
    Layer,
    Positive,
    Refused,
    Tensor,
    axis,
    same,
    short,
)
from ..lifting import CannotLift, Lift, OpCall
from ..lowering import Attr, CallCode, Code, Device, Input, Lowering, call, function, given
from ..types import Dtype, TensorType
from .operands import Axial, common_shape

Norm: TypeAlias = Literal["backward", "ortho", "forward"]

NUMBERS: tuple[Dtype, ...] = ("float", "int", "bool")


def _all_axes(call: OpCall) -> dict[str, object]:
    """The axes; if an op names none, they are the last ones, or all."""
    dim, rank = call["dim"], call.type("self").rank
    sizes = call.get("s")
    first = 0 if sizes is None else rank - len(sizes)
    settings = {"dim": tuple(range(first, rank)) if dim is None else dim}
    return settings | ({"s": sizes} if "s" in call else {})


def _framed(call: OpCall) -> dict[str, object]:
    if call["onesided"] is False or not call["return_complex"]:
        raise CannotLift("`stft` gives complex numbers, and no frequencies that mirror others")
    return {"center": False}


# --- complex numbers -------------------------------------------------------------------------


class ComplexPart(Layer):
    """Base: floats from complex numbers, elementwise."""

    category: ClassVar[Category] = "math"
    elementwise = True
    complexes = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, "complex")
        return x.with_dtype("float")

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=Attr(Input(0), self.word))


class Real(ComplexPart):
    """The real parts of complex numbers, as floats.

    https://docs.pytorch.org/docs/stable/generated/torch.real.html
    """

    word = "real"
    examples = (Example("real", "3x8 complex"),)


class Imag(ComplexPart):
    """The imaginary parts of complex numbers, as floats.

    https://docs.pytorch.org/docs/stable/generated/torch.imag.html
    """

    word = "imag"
    examples = (Example("imag", "3x8 complex"),)


class Angle(ComplexPart):
    """The angles of complex numbers, from -pi to pi. (``abs`` are their lengths.)

    https://docs.pytorch.org/docs/stable/generated/torch.angle.html
    """

    word = "angle"
    examples = (Example("angle", "3x8 complex"),)

    def lower(self, _: TensorType) -> Lowering:
        return function("torch.angle", Input(0))


class Conj(ComplexPart):
    """The complex numbers with the opposite imaginary parts.

    https://docs.pytorch.org/docs/stable/generated/torch.conj.html
    """

    word = "conj"
    lifts = (Lift("conj _conj"),)
    examples = (Example("conj", "3x8 complex"),)

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, "complex")
        return x

    def lower(self, _: TensorType) -> Lowering:
        return function("torch.conj", Input(0))


class ViewAsReal(Layer):
    """Complex numbers as pairs of floats, real and imaginary part: [...] to [..., 2].

    https://docs.pytorch.org/docs/stable/generated/torch.view_as_real.html
    """

    word = "view_as_real"
    category = "shape"
    complexes = True
    lifts = (Lift(),)
    examples = (Example("view_as_real", "3x8 complex"),)

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, "complex")
        return TensorType((*x.shape, 2))

    def lower(self, _: TensorType) -> Lowering:
        # A conjugate is kept as a mark, which a view of its floats cannot show.
        return function("torch.view_as_real", CallCode(Attr(Input(0), "resolve_conj")))


class ViewAsComplex(Layer):
    """Pairs of floats, real and imaginary part, as complex numbers: [..., 2] to [...].

    https://docs.pytorch.org/docs/stable/generated/torch.view_as_complex.html
    """

    word = "view_as_complex"
    category = "shape"
    lifts = (Lift(),)
    examples = (Example("view_as_complex", "3x8x2"),)

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if not x.rank or not same(x.shape[-1], 2):
            raise Refused(f"view_as_complex needs pairs [..., 2], got {x}", input=0)
        return TensorType(x.shape[:-1], "complex")

    def lower(self, _: TensorType) -> Lowering:
        return function("torch.view_as_complex", CallCode(Attr(Input(0), "contiguous")))


class ComplexPair(Layer):
    """Base: complex numbers from two tensors of floats."""

    category: ClassVar[Category] = "math"
    arity: ClassVar[tuple[int, int | None]] = (2, 2)
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        need(self, a)
        need(self, b, input=1)
        return TensorType(common_shape(self.word, (a, b)), "complex")

    def lower(self, *_: TensorType) -> Lowering:
        return function(f"torch.{self.word}", Input(0), Input(1))


class Complex(ComplexPair):
    """Complex numbers from real and imaginary parts: ``[a, b] > complex``.

    https://docs.pytorch.org/docs/stable/generated/torch.complex.html
    """

    word = "complex"
    examples = (Example("complex", "3x8", "3x8"),)


class Polar(ComplexPair):
    """Complex numbers from lengths and angles: ``[r, angle] > polar``.

    https://docs.pytorch.org/docs/stable/generated/torch.polar.html
    """

    word = "polar"
    examples = (Example("polar", "3x8", "3x8"),)


# --- along one axis --------------------------------------------------------------------------


class Transform(Axial):
    """Base of the Fourier transforms along one axis."""

    category: ClassVar[Category] = "math"
    complexes = True
    keeps_axes = True
    positional = 1
    takes: ClassVar[tuple[Dtype, ...]] = (*NUMBERS, "complex")
    gives: ClassVar[Dtype] = "complex"
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("fft_{}"),)

    dim: int = -1
    n: Positive | None = None
    norm: Norm = "backward"

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, *self.takes)
        at = axis(self.dim, x.rank)
        shape = list(x.shape)
        shape[at] = self.size(x.shape[at])
        return TensorType(tuple(shape), self.gives)

    def size(self, size: Dim) -> Dim:
        """The size of the axis in the result."""
        return size if self.n is None else self.n

    def lower(self, _: TensorType) -> Lowering:
        settings = given(n=(self.n, None), dim=(self.dim, -1), norm=(self.norm, "backward"))
        return function(f"torch.fft.{self.word}", Input(0), **settings)

    def caption(self) -> tuple[str, str]:
        return self.shown, f"dim {self.dim}"


class Fft(Transform):
    """The Fourier transform along an axis, complex numbers. ``n`` cuts the axis or fills it up with
    zeros first; ``norm=ortho`` keeps lengths.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.fft.html
    """

    word = "fft"
    examples = (Example("fft", "3x8"), Example("fft(1, n=6, norm=ortho)", "5x4 complex"))


class Ifft(Transform):
    """The inverse Fourier transform along an axis, complex numbers.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.ifft.html
    """

    word = "ifft"
    examples = (Example("ifft", "3x8 complex"),)


class Rfft(Transform):
    """The Fourier transform of real numbers along an axis: an axis of n becomes ``n//2 + 1``
    complex numbers, since the others mirror them.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.rfft.html
    """

    word = "rfft"
    takes = NUMBERS
    complexes = False
    examples = (Example("rfft", "3x8"), Example("rfft(1, n=5)", "8x3"))

    def size(self, size: Dim) -> Dim:
        return (size if self.n is None else self.n) // 2 + 1


class Irfft(Transform):
    """The inverse of ``rfft``: an axis of m becomes ``2*(m - 1)`` floats, or ``n``, which tells odd
    sizes.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.irfft.html
    """

    word = "irfft"
    gives = "float"
    examples = (Example("irfft", "3x5 complex"), Example("irfft(1, n=9)", "5x3 complex"))

    def size(self, size: Dim) -> Dim:
        return _mirrored(self.word, size) if self.n is None else self.n


def _mirrored(word: str, size: Dim) -> Dim:
    if short(size, 2):
        raise Refused(f"{word} of an axis of {size} has no elements", input=0, help="`n=1`")
    return 2 * (size - 1)


# --- along several axes ----------------------------------------------------------------------


class Transforms(Axial):
    """Base of the Fourier transforms along several axes. ``dim`` are the axes, ``s`` their sizes
    before the transform."""

    category: ClassVar[Category] = "math"
    complexes = True
    keeps_axes = True
    positional = 1
    takes: ClassVar[tuple[Dtype, ...]] = (*NUMBERS, "complex")
    gives: ClassVar[Dtype] = "complex"
    usual: ClassVar[tuple[int, ...] | None] = None
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("fft_{}", _all_axes),)
    """PyTorch's default of ``dim``."""

    dim: tuple[int, ...] = (-2, -1)
    s: tuple[Dim, ...] | None = None
    norm: Norm = "backward"

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, *self.takes)
        axes = [axis(d, x.rank) for d in self.dim]
        if not axes or len(set(axes)) < len(axes):
            raise Refused(f"{self.word} needs axes, each once", setting="dim")
        sizes = self.sizes(x, axes)
        shape = list(x.shape)
        for at, size in zip(axes, sizes, strict=True):
            shape[at] = size
        shape[axes[-1]] = self.last(sizes[-1])
        return TensorType(tuple(shape), self.gives)

    def sizes(self, x: TensorType, axes: list[int]) -> tuple[Dim, ...]:
        if self.s is None:
            return tuple(x.shape[a] for a in axes)
        if len(self.s) != len(axes):
            raise Refused(f"s has {len(self.s)} sizes for {len(axes)} axes", setting="s")
        if any(short(size, 1) for size in self.s):
            raise Refused(f"sizes must be at least 1, got {list(self.s)}", setting="s")
        return self.s

    def last(self, size: Dim) -> Dim:
        """The size of the last axis in the result."""
        return size

    def lower(self, _: TensorType) -> Lowering:
        settings = given(s=(self.s, None), dim=(self.dim, self.usual), norm=(self.norm, "backward"))
        return function(f"torch.fft.{self.word}", Input(0), **settings)

    def caption(self) -> tuple[str, str]:
        return self.shown, f"dim {', '.join(map(str, self.dim))}"


class _Real(Transforms):
    takes = NUMBERS
    complexes = False

    def last(self, size: Dim) -> Dim:
        return size // 2 + 1


class _InverseReal(Transforms):
    gives = "float"

    def last(self, size: Dim) -> Dim:
        return _mirrored(self.word, size) if self.s is None else size


class Fft2(Transforms):
    """The Fourier transform along the last two axes, or along ``dim``.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.fft2.html
    """

    word = "fft2"
    usual = (-2, -1)
    examples = (Example("fft2", "3x8x6"), Example("fft2(s=[4, 5])", "3x8x6 complex"))


class Ifft2(Transforms):
    """The inverse of ``fft2``.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.ifft2.html
    """

    word = "ifft2"
    usual = (-2, -1)
    examples = (Example("ifft2", "3x8x6 complex"),)


class Rfft2(_Real):
    """The Fourier transform of real numbers along the last two axes: [N, C, H, W] to
    [N, C, H, W//2 + 1] (Fourier neural operators).

    https://docs.pytorch.org/docs/stable/generated/torch.fft.rfft2.html
    """

    word = "rfft2"
    usual = (-2, -1)
    examples = (Example("rfft2", "3x8x6"), Example("rfft2([2, 1], norm=ortho)", "3x8x6"))


class Irfft2(_InverseReal):
    """The inverse of ``rfft2``; ``s`` tells odd sizes.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.irfft2.html
    """

    word = "irfft2"
    usual = (-2, -1)
    examples = (Example("irfft2", "3x8x4 complex"), Example("irfft2(s=[8, 7])", "3x8x4 complex"))


class FftN(Transforms):
    """The Fourier transform along the axes ``dim``, by default the last two.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.fftn.html
    """

    word = "fftn"
    examples = (Example("fftn([1, 2, 3])", "3x8x6"),)


class IfftN(Transforms):
    """The inverse of ``fftn``.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.ifftn.html
    """

    word = "ifftn"
    examples = (Example("ifftn([1, 2, 3])", "3x8x6 complex"),)


class RfftN(_Real):
    """The Fourier transform of real numbers along the axes ``dim``; the last of them is halved.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.rfftn.html
    """

    word = "rfftn"
    examples = (Example("rfftn([1, 2, 3])", "3x8x6"),)


class IrfftN(_InverseReal):
    """The inverse of ``rfftn``; ``s`` tells odd sizes.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.irfftn.html
    """

    word = "irfftn"
    examples = (Example("irfftn([1, 2, 3])", "3x8x4 complex"),)


class FftShift(Axial):
    """Moves the frequency 0 to the middle of the axes ``dim``.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.fftshift.html
    """

    word = "fftshift"
    category = "shape"
    complexes = True
    keeps_elements = True
    keeps_axes = True
    positional = 1
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("fft_{}", _all_axes),)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("fftshift(-1)", "3x8 complex"),
        Example("fftshift([1, 2])", "3x8"),
    )

    dim: int | tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        if not dims:
            raise Refused(f"{self.word} needs an axis", setting="dim")
        for dim in dims:
            axis(dim, x.rank)
        return x

    def lower(self, _: TensorType) -> Lowering:
        return function(f"torch.fft.{self.word}", Input(0), dim=self.dim)


class IfftShift(FftShift):
    """The inverse of ``fftshift``.

    https://docs.pytorch.org/docs/stable/generated/torch.fft.ifftshift.html
    """

    word = "ifftshift"
    examples = (Example("ifftshift(-1)", "3x8 complex"),)


# --- in short windows ------------------------------------------------------------------------


class _Windows(Layer):
    """Base: transforms in windows of ``n_fft`` numbers that move by ``hop``."""

    category: ClassVar[Category] = "math"
    positional = 2

    n_fft: Positive
    hop: Positive | None = None
    win: Positive | None = None
    window: Tensor | None = None
    center: bool = True
    normalized: bool = False

    @property
    def step(self) -> Dim:
        return self.n_fft // 4 if self.hop is None else self.hop

    @property
    def window_size(self) -> Dim:
        return self.n_fft if self.win is None else self.win

    def check_window(self) -> None:
        if short(self.step, 1):
            raise Refused("hop must be at least 1", setting="n_fft", help="`hop=1`")
        if short(self.n_fft, self.window_size):
            raise Refused(f"win must be at most n_fft, {self.n_fft}", setting="win")
        window = self.window
        if window is None:
            return
        if window.dtype != "float":
            raise Refused(f"a window needs floats, got {window}", code="E303", setting="window")
        size = self.window_size
        if window.rank != 1 or not same(window.shape[0], size):
            raise Refused(f"the window is [{size}], got {window}", setting="window")

    def windowed(self, name: str, **more: Code) -> CallCode:
        sizes = given(hop_length=(self.hop, None), win_length=(self.win, None))
        # PyTorch warns without a window.
        ones = call("torch.ones", self.window_size, device=Device())
        window = ones if self.window is None else Input(1)
        flags = given(center=(self.center, True), normalized=(self.normalized, False))
        return call(name, Input(0), self.n_fft, **sizes, window=window, **flags, **more)

    def caption(self) -> tuple[str, str]:
        return f"{self.shown} {self.n_fft}", f"hop {self.step}"


class Stft(_Windows):
    """Fourier transforms of short parts of a signal: [N, T] to [N, n_fft//2 + 1, frames], complex.

    A part has ``n_fft`` numbers and begins ``hop`` (by default ``n_fft // 4``) after the last one.
    ``center=true`` pads the signal, so that frame i is around number ``i * hop``. ``window`` is a
    tensor of ``win`` (by default ``n_fft``) factors.

    https://docs.pytorch.org/docs/stable/generated/torch.stft.html
    """

    word = "stft"
    foreign = (
        Foreign(
            "stft",
            "n_fft hop win window center",
            renamed={"hop_length": "hop", "win_length": "win"},
        ),
    )
    assumed = ("N", "T")
    lifts = (
        Lift(
            "stft.default",
            _framed,
            hop="hop_length",
            win="win_length",
            idle="align_to_window",
        ),
    )
    examples = (
        Example("stft(16)", "64"),
        Example("stft(16, 4, center=false, normalized=true)", "64"),
    )

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank != 2:
            raise Refused(f"stft needs [N, T], got {x}", input=0)
        self.check_window()
        size, pad = x.shape[1], self.n_fft // 2 if self.center else 0
        if short(size, pad + 1) or short(size + 2 * pad, self.n_fft):
            raise Refused(f"stft({self.n_fft}) needs a longer signal than {x}", input=0)
        frames = (size + 2 * pad - self.n_fft) // self.step + 1
        return TensorType((x.shape[0], self.n_fft // 2 + 1, frames), "complex")

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=self.windowed("torch.stft", return_complex=True))


class Istft(_Windows):
    """The inverse of ``stft``: [N, n_fft//2 + 1, frames], complex, to [N, T].

    Every number of the signal must be in a window that is not 0 there. ``length`` says how many
    numbers it has, since frames do not tell: ``stft(16) > istft(16, length=x.d)``.

    https://docs.pytorch.org/docs/stable/generated/torch.istft.html
    """

    word = "istft"
    foreign = (
        Foreign(
            "istft",
            "n_fft hop win window center normalized",
            renamed={"hop_length": "hop", "win_length": "win"},
        ),
    )
    complexes = True
    assumed = ("N", "C", "T")
    lifts = (Lift("istft", hop="hop_length", win="win_length", idle="onesided return_complex"),)
    examples = (
        Example("istft(16)", "9x17 complex"),
        Example("istft(16, 4, length=70)", "9x17 complex"),
    )

    n_fft: Positive
    hop: Positive | None = None
    length: Positive | None = None

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, "complex")
        if x.rank != 3 or not same(x.shape[1], self.n_fft // 2 + 1):
            raise Refused(f"istft needs [N, {self.n_fft // 2 + 1}, frames], got {x}", input=0)
        self.check_window()
        window, pad = self.window_size, self.n_fft // 2 if self.center else 0
        first = (self.n_fft - window) // 2
        last = self.step * (x.shape[2] - 1)
        covered = last + first + window - pad
        size = self.n_fft + last - 2 * pad if self.length is None else self.length
        gaps = short(window, self.step) or short(pad, first)
        if gaps or (self.length is None and short(covered, size)):
            raise Refused(
                f"windows of {window} that move by {self.step} leave out parts of the signal",
                setting="n_fft",
                help="`hop` is at most `win`; without `center`, `win` is `n_fft`",
            )
        if short(size, 1):
            raise Refused(f"nothing is left of the signal: it would have {size} numbers", input=0)
        if short(covered, size):
            raise Refused(
                f"the windows cover {covered} numbers, and length is {size}",
                setting="length",
                input=0,
                help=f"`pad([0, {size - covered}])` after it adds zeros",
            )
        return TensorType((x.shape[0], size))

    def lower(self, _: TensorType) -> Lowering:
        length = given(length=(self.length, None))
        return Lowering(forward=self.windowed("torch.istft", **length))
