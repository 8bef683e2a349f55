"""Sweeps: the uses of a layer, tried one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Final

from netwright.compiler.layer import Layer

from ..compiler.layers.harness import fill_of_word
from .operators import FILL, operators
from .texts import Use, arguments, computed, examples, inputs, random_use, settings, values
from .trial import Finding, Trial, UseTrial

Tally = Counter[str]
DIVIDES: Final = ("floordiv", "mod", "div", "pow")
"""By ints that are not 0."""


def whole(layer: type[Layer], tally: Tally) -> Iterator[Finding]:
    """Each example with each setting changed, and on each kind of input."""
    for use in examples(layer):
        for name in settings(layer):
            yield from one_setting(use, name, values(layer, name), tally)
        yield from tried([*arguments(use), *inputs(use)], tally)
    for use in computed(layer):
        changed = [use.setting(name, v) for name in settings(layer) for v in values(layer, name)]
        yield from tried([*changed, *inputs(use)], tally)


def some(layer: type[Layer], tally: Tally, seed: int = 0, every: int = 20) -> Iterator[Finding]:
    """A part of the whole."""
    random = Random(f"{layer.word} {seed}")
    use = random.choice(examples(layer))
    tries = [use.setting(name, v) for name in settings(layer) for v in values(layer, name)]
    tries += [*arguments(use), *inputs(use)]
    yield from tried(random.sample(tries, len(tries) // every), tally)


def random_uses(
    random: Random, layers: Sequence[type[Layer]], count: int, tally: Tally
) -> Iterator[Finding]:
    return tried((random_use(random, layers) for _ in range(count)), tally)


def random_operators(random: Random, count: int, tally: Tally) -> Iterator[Finding]:
    for text in dict.fromkeys(operators(random, count)):
        trial = Trial(text, "operators", FILL)
        finding = trial.run()
        tally[finding.kind if finding else trial.state] += 1
        if finding is not None:
            yield finding


def one_setting(use: Use, name: str, texts: Iterable[str], tally: Tally) -> Iterator[Finding]:
    """A setting with these values. One that never changes the module is dropped in silence."""
    trials = [UseTrial(use.setting(name, text), fill_of(use)) for text in texts]
    for trial in trials:
        finding = trial.run()
        tally[trial.state] += 1
        if finding is not None:
            yield finding
    bodies = {trial.body for trial in trials if trial.body}
    bare = use.without(name)
    if bare is not None and bodies:
        plain = UseTrial(bare, fill_of(use))
        plain.run()
        if bodies == {plain.body}:
            yield Finding("dropped", use.layer.word, use.text, name)


def tried(uses: Iterable[Use], tally: Tally) -> Iterator[Finding]:
    seen: set[str] = set()
    for use in uses:
        if use.text in seen:
            continue
        seen.add(use.text)
        trial = UseTrial(use, fill_of(use))
        finding = trial.run()
        tally[trial.state] += 1
        if finding is not None:
            yield finding


def fill_of(use: Use) -> int:
    return 1 if use.layer.word in DIVIDES else fill_of_word(use.layer.word)
