"""Reads YAML files of Ultralytics: the modules of YOLOv8. The blocks are those of the shipped spec
`yolov8`, which was compared with Ultralytics; labels are its module paths.

Of YAML, this reads what these files have: keys, and lists in brackets on one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NoReturn, TypeAlias

from ...compiler import imports
from ...grammar import syntax
from ...grammar.parser import parse
from ...grammar.printer import print_file
from ...grammar.record import Record, field
from ...grammar.wording import clip, counted, listing
from .config_text import (
    IMAGE,
    LARGEST,
    MOST_LAYERS,
    CellMap,
    Config,
    ConfigError,
    ConfigStep,
    canonical,
    free_name,
    statements,
    whole,
)

YamlValue: TypeAlias = "str | list[YamlValue]"
"""A scalar as it is written, or a list."""
BLOCKS: Final = "yolov8"
"""The shipped spec with the blocks."""
KEYS: Final = ("nc", "scales", "backbone", "head")
HINT: Final = "a model of YOLOv8 has `nc:`, `scales:`, `backbone:`, `head:`, and lists in brackets"
MOST_LISTS: Final = 16
"""The most lists in a line."""
SIDE: Final = 640
"""The pixels of an image, as in Ultralytics."""
STRIDES: Final = [8, 16, 32]
"""The pixels of a cell in the maps of a detector."""


class Line(Record):
    """A line of the file: `key: value`, or `- value` with the key above it."""

    number: int
    key: str
    name: str
    """What is before the colon in a line inside of a key."""
    value: YamlValue

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        raise ConfigError(self.number, what, hint)


def read_ultralytics(text: str, name: str) -> Config:
    """The spec of a YAML file, with a net for each scale. Raises ConfigError."""
    lines = list(_lines(text))
    classes = _classes(lines)
    layers = YamlLayers(classes)
    for line in lines:
        if line.key in ("backbone", "head"):
            layers.add(line)
    if not layers.steps:
        raise ConfigError(1, "the file has no layers in `backbone:` and `head:`")
    return _spec(layers, name, _scales(lines))


# --- YAML ------------------------------------------------------------------------------------


def _lines(text: str) -> Iterator[Line]:
    key = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = re.sub(r"(^|\s)#.*", "", raw).rstrip()
        if not line:
            continue
        match = re.fullmatch(r"(\s*)(?:(?:-|([\w.]+):)(?:\s+(.*))?)", line)
        if match is None:
            raise ConfigError(number, f"`{clip(line.strip())}` is not read", HINT)
        indent, name, value = match[1], match[2] or "", match[3] or ""
        is_key = name and not indent
        key = name if is_key else key
        if key not in KEYS:
            raise ConfigError(number, f"the key `{clip(key)}` is not read", HINT)
        if value or not is_key:
            yield Line(number, key, name, _value(value, number))


def _value(text: str, number: int) -> YamlValue:
    """A scalar or a list in brackets, read as JSON with a text for each scalar. Raises
    ConfigError."""
    scalar = r"""("[^"]*"|'[^']*'|[^][,"'\s]+(?: +[^][,"'\s]+)*)"""
    quoted = re.sub(scalar, lambda m: json.dumps(m[1].strip("\"'")), text)
    try:
        value: YamlValue = json.loads(quoted) if text.count("[") <= MOST_LISTS else ""
    except ValueError:
        value = ""
    if not value:
        raise ConfigError(number, f"`{clip(text or '-')}` is not read", HINT)
    return value


def _listed(value: YamlValue) -> list[YamlValue]:
    return value if isinstance(value, list) else [value]


def _classes(lines: Sequence[Line]) -> int:
    given = [line for line in lines if line.key == "nc"]
    if len(given) != 1:
        last = given[-1].number if given else 1
        raise ConfigError(last, f"the file has {counted(len(given), '`nc:`', '`nc:`')}", "`nc: 80`")
    return whole(str(given[0].value), given[0].number, "`nc`")


def _scales(lines: Sequence[Line]) -> dict[str, str]:
    """For each scale its depth, its width and the most channels, as arguments of the net."""
    scales: dict[str, str] = {}
    for line in lines:
        if line.key == "scales":
            numbers = [str(value) for value in _listed(line.value)]
            if not re.fullmatch(r"\w{1,20}", line.name, re.ASCII) or len(numbers) != 3:
                line.refuse("a scale is `n: [depth, width, most channels]`")
            if line.name in scales:
                line.refuse(f"the scale `{line.name}` is there twice")
            depth, width = (_factor(number, line) for number in numbers[:2])
            most = whole(numbers[2], line.number, "the most channels")
            scales[line.name] = f"{depth}, {width}, {most}"
    if not scales:
        raise ConfigError(1, "the file has no `scales:`", "as in `  n: [0.33, 0.25, 1024]`")
    return scales


def _factor(text: str, line: Line) -> str:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,9})?", text, re.ASCII) or not float(text):
        line.refuse(f"a scale has factors above 0 and below 100, not `{clip(text)}`")
    return f"{float(text):.9g}"


# --- layers ----------------------------------------------------------------------------------


class Row(Record):
    """`[from, repeats, module, args]`."""

    line: Line
    inputs: list[CellMap]
    repeats: int
    module: str
    arguments: list[YamlValue]

    def number(self, at: int, default: int | None = None) -> int:
        text = self.text(at)
        if not text and default is None:
            self.line.refuse(f"{self.module} needs argument {at + 1}")
        return whole(text or str(default), self.line.number, f"argument {at + 1} of {self.module}")

    def text(self, at: int) -> str:
        """An argument; it is empty if there is none."""
        return str(self.arguments[at]) if at < len(self.arguments) else ""

    def check(self, most: int, inputs: int = 1) -> None:
        """Raises ConfigError if the row has more than the reader knows."""
        if len(self.arguments) > most:
            self.line.refuse(f"{self.module} has {len(self.arguments)} arguments, not {most}")
        if inputs and len(self.inputs) != inputs:
            self.line.refuse(f"{self.module} takes {counted(len(self.inputs), 'layer')}")
        if self.repeats > 1 and self.module != "C2f":
            self.line.refuse(f"{self.module} is repeated, and netwright reads this for C2f only")


class YamlLayers(Record):
    """The layers that were read so far, and the numbers in them that are scaled. The channels of
    maps are those of the file, before they are scaled; 0 if they are sums."""

    classes: int
    maps: list[CellMap] = field(default_factory=list)
    steps: list[ConfigStep] = field(default_factory=list)
    widths: set[int] = field(default_factory=set)
    depths: set[int] = field(default_factory=set)

    def add(self, line: Line) -> None:
        if len(self.maps) >= MOST_LAYERS:
            line.refuse(f"the file has more than {MOST_LAYERS} layers")
        row = self._row(line)
        if row.module not in MODULES:
            hint = f"netwright reads {listing([*MODULES])}"
            line.refuse(f"the module `{clip(row.module)}` is not read", hint)
        if self.steps and self.steps[-1].terms[0].startswith("detect("):
            line.refuse("there is a layer below Detect, which has to be the last")
        index = len(self.maps)
        term, has_weights, result = MODULES[row.module](self, row)
        if max(result.pixels.as_integer_ratio()) > LARGEST:
            line.refuse(
                f"{row.module} makes cells of more than {LARGEST:,} pixels, or parts of one"
            )
        label = f"model[{index}]" if has_weights else ""
        inputs = tuple(m.step for m in row.inputs)
        self.steps.append(ConfigStep(index, inputs, (term,), line.number, label))
        self.maps.append(result.replace(step=index))

    def _row(self, line: Line) -> Row:
        match line.value:
            case [inputs, repeats, str(module), arguments] if not line.name:
                maps = [self._map(str(number), line) for number in _listed(inputs)]
                times = whole(str(repeats), line.number, "the number of repeats", most=100)
                return Row(line, maps, times, module, _listed(arguments))
        return line.refuse("a layer is `- [from, repeats, module, args]`")

    def _map(self, text: str, line: Line) -> CellMap:
        """A layer that is named by its number, or counted back from this one."""
        number = whole(text, line.number, "a layer", -MOST_LAYERS, MOST_LAYERS)
        at = number if number >= 0 else len(self.maps) + number
        if at == IMAGE and number == IMAGE:
            return CellMap(IMAGE, 0, Fraction(1))
        if not 0 <= at < len(self.maps):
            line.refuse(f"there is no layer {number} above this one")
        return self.maps[at]

    def width(self, channels: int) -> str:
        """The name of a scaled number of channels. Ultralytics does not scale a number that is
        that of the classes."""
        if channels == self.classes:
            return str(channels)
        self.widths.add(channels)
        return f"c{channels}"

    def depth(self, repeats: int) -> str:
        if repeats == 1:
            return "1"
        self.depths.add(repeats)
        return f"n{repeats}"


Added: TypeAlias = tuple[str, bool, CellMap]
"""A network, whether it has weights, and what it returns."""


def _conv(layers: YamlLayers, row: Row) -> Added:
    row.check(3)
    channels, kernel, stride = row.number(0), row.number(1, 1), row.number(2, 1)
    if kernel % 2 == 0:
        row.line.refuse(f"Conv with a kernel of {kernel} does not keep the size", "an odd kernel")
    settings = [str(kernel), layers.width(channels), *[str(stride)] * (stride > 1)]
    pixels = row.inputs[0].pixels * stride
    return f"cba({', '.join(settings)})", True, CellMap(0, channels, pixels)


def _c2f(layers: YamlLayers, row: Row) -> Added:
    row.check(2)
    channels, shortcut = row.number(0), row.text(1) or "False"
    if channels % 2:
        row.line.refuse(f"C2f splits its channels in halves, and {channels} is odd")
    if shortcut not in ("True", "False"):
        row.line.refuse(f"the second argument of C2f is True or False, not `{clip(shortcut)}`")
    residual = [", true"] * (shortcut == "True")
    term = f"c2f({layers.width(channels)}, {layers.depth(row.repeats)}{''.join(residual)})"
    return term, True, CellMap(0, channels, row.inputs[0].pixels)


def _sppf(_layers: YamlLayers, row: Row) -> Added:
    row.check(2)
    before = row.inputs[0]
    if row.number(0) != before.channels or row.number(1, 5) != 5:
        row.line.refuse("SPPF is read if it keeps the channels and pools over 5 pixels")
    return "sppf", True, before


def _upsample(_layers: YamlLayers, row: Row) -> Added:
    row.check(3)
    if (row.text(0), row.text(2)) != ("None", "nearest"):
        row.line.refuse("nn.Upsample is not read", 'as in `[None, 2, "nearest"]`')
    scale = row.number(1)
    before = row.inputs[0]
    return f"upsample({scale})", False, before.replace(pixels=before.pixels / scale)


def _concat(_layers: YamlLayers, row: Row) -> Added:
    row.check(1, inputs=0)
    pixels = {m.pixels for m in row.inputs}
    if row.number(0) != 1 or len(row.inputs) < 2 or len(pixels) > 1:
        row.line.refuse("Concat joins the channels of several layers of one size")
    return "concat", False, CellMap(0, 0, *pixels)


def _detect(layers: YamlLayers, row: Row) -> Added:
    row.check(1, inputs=0)
    classes = row.text(0)
    if classes not in ("nc", str(layers.classes)):
        row.line.refuse(f"Detect has {clip(classes)} classes, not those of `nc`")
    if [m.pixels for m in row.inputs] != STRIDES:
        row.line.refuse("Detect is read with three layers, whose cells have 8, 16 and 32 pixels")
    return "detect(classes)", True, row.inputs[0]


MODULES: Final[Mapping[str, Callable[[YamlLayers, Row], Added]]] = {
    "Conv": _conv,
    "C2f": _c2f,
    "SPPF": _sppf,
    "nn.Upsample": _upsample,
    "Concat": _concat,
    "Detect": _detect,
}


# --- the text --------------------------------------------------------------------------------


def _spec(layers: YamlLayers, name: str, scales: Mapping[str, str]) -> Config:
    last = layers.steps[-1]
    if last.terms != ("detect(classes)",):
        raise ConfigError(last.line, "the last layer is not Detect")
    multiple = lcm(*(m.pixels.numerator for m in layers.maps))
    body = [
        f"require H % {multiple} == 0 and W % {multiple} == 0",
        *_scaled("c", layers.widths, "8 * ceil(width * min({}, most) / 8)"),
        *_scaled("n", layers.depths, "max(round({} * depth), 1)"),
        *statements(layers.steps, (last.index,)),
    ]
    blocks = _blocks(layers)
    base = free_name(_without_scale(name, scales), "\n".join([blocks, *body]), scales)
    nets = {f"{base}{scale}": numbers for scale, numbers in scales.items()}
    lines = [
        "## `depth` and `width` scale layers and channels, up to `most` of them",
        f"net {base}({_parameters(layers)}): image[3, H={SIDE}, W={SIDE}] {{",
        *body,
        "}",
        *(f"net {net} = {base}({numbers})" for net, numbers in nets.items()),
    ]
    return Config(canonical(blocks + "\n".join(lines)), tuple(nets))


def _parameters(layers: YamlLayers) -> str:
    depth = "depth" if layers.depths else "_depth"
    return f"{depth}, width, most, classes={layers.classes}"


def _scaled(letter: str, numbers: set[int], formula: str) -> Iterator[str]:
    """The line with the numbers that depend on the scale."""
    names = [f"{letter}{number}" for number in sorted(numbers)]
    if len(names) == 1:
        yield f"{names[0]} = {formula.format(*numbers)}"
    elif names:
        yield f"{', '.join(names)} = [{formula.format('x')} for x in {sorted(numbers)}]"


def _without_scale(name: str, scales: Iterable[str]) -> str:
    """`yolov8` for `yolov8n`, as Ultralytics names files."""
    bases = (name.removesuffix(scale) for scale in scales)
    return next((base for base in bases if base != name and base[-1:].isdigit()), name)


def _blocks(layers: YamlLayers) -> str:
    """The blocks that the layers use, and those that these use."""
    path = imports.find(BLOCKS, imports.shipped_folders())
    assert path is not None
    tree, _ = parse(imports.read(path))
    blocks = {s.name: s for s in tree.statements if isinstance(s, syntax.Block)}
    needed = {step.terms[0].partition("(")[0] for step in layers.steps}
    for name in reversed(blocks):  # a block is below those that it uses
        if name in needed:
            needed |= set(re.findall(r"\w+", blocks[name].span.text))
    kept = [s for s in tree.statements if _is_needed(s, needed)]
    return print_file(tree.replace(statements=tuple(kept))) + "\n"


def _is_needed(statement: syntax.Statement, needed: set[str]) -> bool:
    match statement:
        case syntax.Block(kind="block", name=name):
            return name in needed
    return isinstance(statement, syntax.Default)
