"""What the readers of configurations share: their error, numbers with bounds, and the statements
of a net from a list of steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Final

from ...grammar.parser import parse
from ...grammar.printer import print_file
from ...grammar.record import Record
from ...grammar.source import Source
from ...grammar.tables import KEYWORDS
from ...grammar.wording import clip

LARGEST_FILE: Final = 2**20
"""The most bytes of a configuration."""
MOST_LAYERS: Final = 2000
LARGEST: Final = 2**16
"""The largest number of channels, pixels or classes."""
SHORT: Final = 48
"""The longest pipe that is written inside of a list."""
IMAGE: Final = -1
"""The step that is the input."""


class ConfigError(Exception):
    """A configuration that cannot be read: the line, what is wrong, and what may help."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message
        self.hint = hint


class Config(Record):
    """The text of a spec, and the nets in it that need no arguments."""

    text: str
    nets: tuple[str, ...]


class ConfigStep(Record):
    """A layer of the file as networks of the language, which are piped one into the next.

    ``inputs`` are earlier steps; several are joined to a list. ``label`` is its module path, if it
    needs one.
    """

    index: int
    inputs: tuple[int, ...]
    terms: tuple[str, ...]
    line: int
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or f"x{self.index}"


class CellMap(Record):
    """What a layer returns: the step that computes it, and its shape. ``pixels`` of the image are
    beside one another in a cell."""

    step: int
    channels: int
    pixels: Fraction


def whole(text: str, line: int, what: str, least: int = 1, most: int = LARGEST) -> int:
    """A number between bounds. Raises ConfigError."""
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        raise ConfigError(line, f"{what} is a whole number, not `{clip(text)}`")
    if not least <= int(text) <= most:
        raise ConfigError(line, f"{what} is {text}, and it can be from {least} to {most}")
    return int(text)


def canonical(text: str) -> str:
    """The text of a spec as the printer writes it."""
    tree, errors = parse(Source("<spec>", text))
    return text if errors else print_file(tree)


def free_name(name: str, text: str, endings: Iterable[str] = ()) -> str:
    """A name that is no word of the text or the language, also with these endings: a net hides
    layers and blocks of its name."""
    words = {*re.findall(r"\w+", text), *KEYWORDS}
    while not words.isdisjoint([name, *(f"{name}{ending}" for ending in endings)]):
        name += "_"
    return name


# --- statements ------------------------------------------------------------------------------


def statements(steps: Sequence[ConfigStep], results: Sequence[int]) -> Iterator[str]:
    """The body of a net. A step is written in the place of its name if the next one alone takes
    it, so layers run in the order of the file. Raises ConfigError for a step that nothing takes."""
    uses = Counter(chain(*(step.inputs for step in steps), results))
    names = {IMAGE: "image"} | {step.index: step.name for step in steps}
    head = ""
    terms: list[str] = []
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if not uses[step.index]:
            raise ConfigError(step.line, "nothing takes the result of this layer")
        if not terms:
            head = _head([names[i] for i in step.inputs])
        terms += _labelled(step)
        goes_on = following and uses[step.index] == 1 and step.index in following.inputs
        if following and goes_on and len(following.inputs) == 1:
            continue
        pipe = " > ".join([head, *_repeated(terms)])
        terms = []
        is_short = goes_on and len(pipe) <= SHORT and not head.startswith("[")
        if is_short or (not following and tuple(results) == (step.index,)):
            names[step.index] = pipe
        else:
            yield pipe if step.label else f"{step.name} = {pipe}"
    yield _head([names[i] for i in results])


def _head(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _labelled(step: ConfigStep) -> tuple[str, ...]:
    if not step.label:
        return step.terms
    *before, last = step.terms
    return (*before, f"{last} as {step.label}")


def _repeated(terms: list[str]) -> Iterator[str]:
    """The terms of a pipe, with `*` for equal ones and for pairs of them."""
    at = 0
    while at < len(terms):
        sizes = (n for n in (1, 2) if _copies(terms, at, n) > 1)
        size = next(sizes, 1)
        count = _copies(terms, at, size)
        part = " > ".join(terms[at : at + size])
        several = f"({part}) * {count}" if size > 1 else f"{part} * {count}"
        yield several if count > 1 else part
        at += size * count


def _copies(terms: list[str], at: int, size: int) -> int:
    """How often the next terms come one after the other; once if they have no weights."""
    first = terms[at : at + size]
    if not any("conv(" in term or "cba(" in term for term in first):
        return 1
    count = 1
    while terms[at + count * size : at + (count + 1) * size] == first:
        count += 1
    return count


def with_residuals(steps: Sequence[ConfigStep], results: Sequence[int]) -> list[ConfigStep]:
    """The steps, with `id + (...)` for a sum of a step and a chain of others that starts there."""
    uses = Counter(chain(*(step.inputs for step in steps), results))
    kept: dict[int, ConfigStep] = {}
    for step in steps:
        way = _way_around(step, kept, uses) if step.terms == ("add",) else []
        kept[step.index] = step
        if way:
            terms = [*chain.from_iterable(passed.terms for passed in way)]
            around = f"({' > '.join(terms)})" if len(terms) > 1 else terms[0]
            start = step.inputs[1]
            uses[start] -= 1
            kept[step.index] = step.replace(inputs=(start,), terms=(f"(id + {around})",))
            for passed in way:
                del kept[passed.index]
    return list(kept.values())


def _way_around(
    step: ConfigStep, kept: dict[int, ConfigStep], uses: Counter[int]
) -> list[ConfigStep]:
    """The steps from the second summand to the first, if nothing else takes their results."""
    at, start = step.inputs
    way: list[ConfigStep] = []
    while at != start:
        passed = kept.get(at)
        if passed is None or len(passed.inputs) != 1 or uses[at] != 1:
            return []
        way.insert(0, passed)
        at = passed.inputs[0]
    return way
