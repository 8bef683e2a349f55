"""What a check takes runs, and gives what the check says: every setting of every layer, with values
of every kind, on inputs of every kind."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from netwright.compiler.layer import Layer
from netwright.compiler.layers.activation import LeakyReLU
from netwright.compiler.layers.pooling import MaxPool

from ..compiler.layers.harness import all_layers
from .sweep import one_setting, random_operators, random_uses, some, whole
from .texts import Port, Use, examples
from .trial import Finding

LAYERS = all_layers()
FAMILIES = 8
"""The quick form runs so many tests, each of as many layers."""


def found(findings: list[Finding]) -> list[str]:
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("family", range(FAMILIES))
def test_some_settings_and_inputs(family: int) -> None:
    tally: Counter[str] = Counter()
    for layer in LAYERS[family::FAMILIES]:
        assert not found(list(some(layer, tally)))
    assert tally["ran"] > 15


def test_pairs_of_settings() -> None:
    tally: Counter[str] = Counter()
    assert not found(list(random_uses(Random(1), LAYERS, 250, tally)))
    assert tally["ran"] > 30


def test_operators() -> None:
    tally: Counter[str] = Counter()
    assert not found(list(random_operators(Random(1), 250, tally)))
    assert tally["ran"] > 15


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.word)
def test_all_settings_and_inputs(layer: type[Layer], request: pytest.FixtureRequest) -> None:
    tally: Counter[str] = Counter()
    assert not found(list(whole(layer, tally)))
    seed = request.config.getoption("--sweep-seed")
    assert not found(list(random_uses(Random(seed), [layer], 100, tally)))


@pytest.mark.slow
def test_many_operators(request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("--sweep-seed")
    assert not found(list(random_operators(Random(seed), 10_000, Counter())))


# --- the sweep finds what is wrong ---------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_what_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    infer = MaxPool.infer
    monkeypatch.setattr(MaxPool, "infer", lambda self, x: infer(self.replace(pad=0), x))
    kinds = {f.kind for f in one_setting(examples(MaxPool)[0], "pad", ["1", "9"], Counter())}
    assert kinds == {"differs", "raises"}


def test_what_is_dropped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    lower = LeakyReLU.lower
    monkeypatch.setattr(LeakyReLU, "lower", lambda *_: lower(LeakyReLU()))
    use = Use(LeakyReLU, (), (), (Port("x", (4,)),), 1)
    (finding,) = one_setting(use, "negative_slope", ["0.5", "0.01"], Counter())
    assert (finding.kind, finding.detail) == ("dropped", "negative_slope")
