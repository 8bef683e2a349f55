"""Complex numbers: each layer takes them as PyTorch does, or refuses them."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netwright as nw
from netwright.compiler.layer import Example, Layer, Refused
from netwright.compiler.types import TensorType

from .harness import all_layers, compare, example_case, ours

EXAMPLES = [
    (layer, example) for layer in all_layers() for example in layer.examples if example.inputs
]


def complexes(t: TensorType) -> TensorType:
    return t.with_dtype("complex") if t.dtype == "float" else t


@pytest.mark.parametrize(("layer", "example"), EXAMPLES, ids=lambda e: getattr(e, "text", ""))
def test_complex_inputs_run_or_are_refused(layer: type[Layer], example: Example) -> None:
    bound, inputs = example_case(example)
    tensors = {name: complexes(getattr(bound, name)) for name in bound.tensors()}
    every = tuple(map(complexes, inputs))
    first = (complexes(inputs[0]), *inputs[1:])
    changed = [(bound, every), (bound, first)]
    if tensors and layer.word != "index":
        changed += [(bound.replace(**tensors), every), (bound.replace(**tensors), inputs)]
    for made, types in changed:
        if "complex" not in [t.dtype for t in (*types, *tensors.values())]:
            continue
        outcome = ours(made, types)
        if isinstance(outcome, Refused):
            assert outcome.code in ("E303", "E302"), outcome.message
        else:
            assert compare(made, types)


def module_of(text: str) -> Any:
    return nw.loads(text).to_torch()


def test_a_fourier_neural_operator() -> None:
    """The spectral convolution of Li et al. (2021)."""
    module = module_of("""
        block spectral(out, modes): x {
          w = param([x.c, out, modes, 2], init=normal(std=0.1)) as weights
          low = (x > rfft)[..., :modes]
          mixed = [low, w > view_as_complex] > einsum("b i k, i o k -> b o k")
          mixed > irfft(n=x.shape[-1])
        }
        net n: x[3, 17] { x > spectral(5, 4) as conv }""")
    x = torch.randn(2, 3, 17)
    weights = torch.view_as_complex(module.conv.weights)
    spectrum = torch.zeros(2, 5, 9, dtype=torch.cfloat)
    spectrum[..., :4] = torch.einsum("bik,iok->bok", torch.fft.rfft(x)[..., :4], weights)
    expected = torch.fft.irfft(spectrum, n=17)
    torch.testing.assert_close(module(x), expected)
    module(x).sum().backward()
    assert module.conv.weights.grad.abs().sum() > 0


@pytest.mark.parametrize("word", ["fft", "ifft", "rfft", "fft2", "ifft2", "rfft2"])
def test_transforms(word: str) -> None:
    x = torch.randn(2, 6, 7)
    made = module_of(f"net n: x[6, 7] {{ x > {word} > abs }}")(x)
    assert torch.equal(made, getattr(torch.fft, word)(x).abs())


def test_inverses_at_open_sizes() -> None:
    module = module_of("""net n: x[C, T] {
      [x > rfft > irfft(n=T), x > rfft2 > irfft2(s=[C, T]), x > fftn([1, 2]) > ifftn([1, 2]) > real,
       x > fftshift([1, 2]) > ifftshift([1, 2])] }""")
    for size in (8, 9):
        x = torch.randn(2, 3, size)
        for y in module(x):
            torch.testing.assert_close(y, x)


def test_a_spectrogram_and_back() -> None:
    module = module_of("""net n: x[400], window[64] { w = window[0]
      s = x > stft(64, 16, window=w)
      [s > abs > square, s > istft(64, 16, window=w)] }""")
    x, window = torch.randn(2, 400), torch.hann_window(64).expand(2, 64)
    power, again = module(x, window)
    expected = torch.stft(x, 64, 16, window=window[0], return_complex=True)
    assert torch.equal(power, expected.abs().square())
    torch.testing.assert_close(again, x)


def test_a_signal_of_any_length_and_back() -> None:
    """The frames do not tell how long it was."""
    module = module_of("net n: x[T] { require T >= 9\n x > stft(16, 7) > istft(16, 7, length=T) }")
    for size in (9, 20, 41, 63):
        x = torch.randn(2, size)
        torch.testing.assert_close(module(x), x)


@pytest.mark.parametrize("length", [1, 9, 30, 39, 40])
@pytest.mark.parametrize("settings", ["", ", center=false", ", win=14", ", win=15, center=false"])
def test_a_length_is_that_of_pytorch(length: int, settings: str) -> None:
    """What the windows do not cover is refused. PyTorch refuses it too, or adds zeros."""
    given = dict(s.split("=") for s in settings.split(", ")[1:])
    win, center = int(given.get("win", 16)), "center" not in given
    z = torch.randn(2, 9, 5, dtype=torch.cfloat)
    try:
        net = nw.loads(f"net n: z[9, 5] complex {{ z > istft(16, 6, length={length}{settings}) }}")
    except nw.CompileError as refusal:
        covered = 6 * 4 + (16 - win) // 2 + win - 8 * center
        assert f"the windows cover {covered} numbers, and length is {length}" in str(refusal)
        assert covered < length
        return
    made = torch.istft(z, 16, 6, win, torch.ones(win), center, length=length)
    assert torch.equal(net.to_torch()(z), made)


def test_parts() -> None:
    module = module_of("""net n: a[5], b[5] {
      z = [a, b] > complex
      [z > real, z > imag, z > angle, z > conj > view_as_real, z * z + 1.0 > view_as_real,
       [z > abs, z > angle] > polar > view_as_real] }""")
    a, b = torch.randn(2, 5), torch.randn(2, 5)
    z = torch.complex(a, b)
    real, imag, angle, conjugate, square, polar = module(a, b)
    assert torch.equal(real, a)
    assert torch.equal(imag, b)
    assert torch.equal(angle, z.angle())
    assert torch.equal(conjugate, torch.view_as_real(z.conj().resolve_conj()))
    assert torch.equal(square, torch.view_as_real(z * z + 1))
    torch.testing.assert_close(polar, torch.view_as_real(z))
