"""Reads cfg files of Darknet: the layers of YOLOv3 and YOLOv4-tiny.

A [yolo] layer is a result of the net: the map that it takes, without the boxes that it makes of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NoReturn

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
    with_residuals,
)

BOXES: Final = -2
"""The step of what a [yolo] layer returns, which is not computed."""
ACTIVATIONS: Final = {
    "leaky": "leaky_relu(0.1)",
    "linear": "id",
    "logistic": "sigmoid",
    "mish": "mish",
    "relu": "relu",
    "swish": "silu",
}
CONVOLUTION: Final = {"filters": None, "size": 1, "stride": 1}
"""Numbers of a convolution with Darknet's defaults."""
CBA: Final = """\
## A convolution that keeps the size or divides it, batch norm, activation
block cba(kernel, out, stride=1{parameter}): x {{
  x > conv([kernel, kernel], out, stride=stride, pad=kernel // 2, bias=false) as conv
    > bn as bn > {act}
}}
"""


class Section(Record):
    """A layer of the file: its options, each with the line."""

    kind: str
    line: int
    options: dict[str, tuple[str, int]]

    def check(self, *names: str) -> None:
        """Raises ConfigError for an option that the reader does not know."""
        for key, (_, line) in self.options.items():
            if key not in names:
                what = f"the option `{clip(key)}` of [{self.kind}] is not read"
                raise ConfigError(line, what, f"netwright reads {listing(names)}")

    def text(self, key: str, default: str | None = None) -> tuple[str, int]:
        """The value of an option with its line. Raises ConfigError if it is needed."""
        if key in self.options:
            return self.options[key]
        if default is None:
            raise ConfigError(self.line, f"[{self.kind}] needs `{key}=`")
        return default, self.line

    def number(self, key: str, default: int | None = None, least: int = 1) -> int:
        text, line = self.text(key, None if default is None else str(default))
        return whole(text, line, f"`{key}=`", least)

    def numbers(self, key: str, default: str | None = None, least: int = 0) -> list[int]:
        text, line = self.text(key, default)
        return [whole(part, line, f"`{key}=`", least) for part in text.split(",")]

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        raise ConfigError(self.line, f"[{self.kind}] {what}", hint)


class CfgLayers(Record):
    """The layers that were read so far."""

    image: CellMap
    common: str
    """The activation that most convolutions with a batch norm have."""
    maps: list[CellMap] = field(default_factory=list)
    steps: list[ConfigStep] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)

    @property
    def last(self) -> CellMap:
        return self.maps[-1] if self.maps else self.image

    @property
    def multiple(self) -> int:
        """What the height and the width are multiples of: the pixels of the largest cells."""
        return lcm(*(m.pixels.numerator for m in self.maps))

    def add(self, section: Section, inputs: list[CellMap], *terms: str, **changes: object) -> None:
        """Adds a layer; its map is that of its first input but for the changes."""
        if any(m.step == BOXES for m in inputs):
            section.refuse("takes the boxes of a [yolo] layer, which are not part of the net")
        index = len(self.maps)
        result = inputs[0].replace(step=index, **changes)
        if max(result.channels, *result.pixels.as_integer_ratio()) > LARGEST:
            section.refuse(
                f"makes more than {LARGEST:,} channels, pixels in a cell, or cells in a pixel"
            )
        self.steps.append(ConfigStep(index, tuple(m.step for m in inputs), terms, section.line))
        self.maps.append(result)

    def chosen(self, section: Section, key: str) -> list[CellMap]:
        """The layers that an option names: counted from the start, or back from this one."""
        maps = []
        for number in section.numbers(key, least=-MOST_LAYERS):
            at = number if number >= 0 else len(self.maps) + number
            if not 0 <= at < len(self.maps):
                section.refuse(f"names the layer {number}, which is not above it")
            maps.append(self.maps[at])
        return maps


def read_darknet(text: str, name: str) -> Config:
    """The spec of a cfg file. Raises ConfigError."""
    net, *sections = _sections(text)
    if net.kind not in ("net", "network"):
        net.refuse("is the first section, which has to be [net]")
    activations = _activations(sections)
    common = next(iter(activations), "")
    layers = CfgLayers(CellMap(IMAGE, net.number("channels"), Fraction(1)), common)
    for section in sections:
        if section.kind not in LAYERS:
            section.refuse("is not read", f"netwright reads {listing([*LAYERS])}")
        LAYERS[section.kind](layers, section)
    if not layers.steps:
        net.refuse("has no layers")
    block = _block(activations)
    name, body = _net(layers, net, name, block)
    return Config(canonical(block + body), (name,))


def _sections(text: str) -> list[Section]:
    sections: list[Section] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = re.sub(r"[#;].*|\s", "", raw)
        key, equals, value = line.partition("=")
        if re.fullmatch(r"\[\w+\]", line):
            sections.append(Section(line[1:-1], number, {}))
        elif line and not (equals and sections):
            hint = "a cfg file of Darknet has sections, [net], and options, key=value"
            what = f"`{clip(raw.strip())}` is no section and no option of one"
            raise ConfigError(number, what, hint)
        elif line and key in sections[-1].options:
            raise ConfigError(number, f"the option `{clip(key)}` is there twice in a section")
        elif line:
            sections[-1].options[key] = value, number
    if not sections or len(sections) > MOST_LAYERS:
        raise ConfigError(1, f"the file has {counted(len(sections), 'section')}")
    return sections


# --- layers ----------------------------------------------------------------------------------


def _convolutional(layers: CfgLayers, section: Section) -> None:
    section.check("batch_normalize", "filters", "size", "stride", "pad", "padding", "activation")
    filters, size, stride = (section.number(key, default) for key, default in CONVOLUTION.items())
    by_size = section.number("pad", 0, least=0)
    pad = size // 2 if by_size else section.number("padding", 0, least=0)
    if size % 2 == 0 or pad != size // 2:
        section.refuse("neither keeps the size nor divides it", "an odd `size=` with `pad=1`")
    activation = _activation(section)
    changes = {"channels": filters, "pixels": layers.last.pixels * stride}
    if section.number("batch_normalize", 0, least=0):
        settings = [str(size), str(filters), *[str(stride)] * (stride > 1)]
        settings += [f"act={activation}"] * (activation != layers.common)
        return layers.add(section, [layers.last], f"cba({', '.join(settings)})", **changes)
    settings = [f"{size}x{size}", str(filters), *[f"stride={stride}"] * (stride > 1)]
    settings += [f"pad={pad}"] * (pad > 0)
    after = () if activation == "id" else (activation,)
    return layers.add(section, [layers.last], f"conv({', '.join(settings)})", *after, **changes)


def _activation(section: Section) -> str:
    word, line = section.text("activation", "logistic")
    if word not in ACTIVATIONS:
        hint = f"netwright reads {listing([*ACTIVATIONS])}"
        raise ConfigError(line, f"the activation `{clip(word)}` is not read", hint)
    return ACTIVATIONS[word]


def _maxpool(layers: CfgLayers, section: Section) -> None:
    """Darknet pads by `size - 1` in all, and more of it behind."""
    section.check("size", "stride")
    stride = section.number("stride", 1)
    size = section.number("size", stride)
    pixels = layers.last.pixels * stride
    if size % 2 and stride == 1:
        terms = [f"maxpool({size}, stride=1, pad={size // 2})"]
    elif size == stride == 2:
        terms = ["maxpool(2, 2)"]
    elif (size, stride) == (2, 1):
        terms = ["pad([0, 1, 0, 1], mode=replicate)", "maxpool(2, 1)"]
    else:
        section.refuse(
            f"with `size={size}` and `stride={stride}` is not read",
            "`size=2`, or an odd `size=` with `stride=1`",
        )
    layers.add(section, [layers.last], *terms, pixels=pixels)


def _upsample(layers: CfgLayers, section: Section) -> None:
    section.check("stride")
    scale = section.number("stride", 2)
    layers.add(section, [layers.last], f"upsample({scale})", pixels=layers.last.pixels / scale)


def _route(layers: CfgLayers, section: Section) -> None:
    section.check("layers", "groups", "group_id")
    maps = layers.chosen(section, "layers")
    groups = section.number("groups", 1)
    if groups > 1:
        _part(layers, section, maps, groups)
    elif len(maps) == 1:
        layers.maps.append(maps[0])
    else:
        _check_equal(section, "pixels in a cell", [m.pixels for m in maps])
        layers.add(section, maps, "concat", channels=sum(m.channels for m in maps))


def _part(layers: CfgLayers, section: Section, maps: list[CellMap], groups: int) -> None:
    """One of the equal parts of the channels."""
    at = section.number("group_id", 0, least=0)
    if len(maps) > 1 or at >= groups or maps[0].channels % groups:
        section.refuse(f"is not read with `groups={groups}` and `group_id={at}` for these layers")
    channels = maps[0].channels // groups
    layers.add(section, maps, f"chunk({groups}, dim=1)[{at}]", channels=channels)


def _shortcut(layers: CfgLayers, section: Section) -> None:
    section.check("from", "activation")
    maps = [layers.last, *layers.chosen(section, "from")]
    if len(maps) > 2 or section.text("activation", "linear")[0] != "linear":
        section.refuse("is read with one layer and `activation=linear` only")
    _check_equal(section, "channels", [m.channels for m in maps])
    _check_equal(section, "pixels in a cell", [m.pixels for m in maps])
    layers.add(section, maps, "add")


def _check_equal(section: Section, what: str, numbers: Sequence[Fraction | int]) -> None:
    if len(set(numbers)) > 1:
        shown = ", ".join(map(str, numbers))
        section.refuse(f"joins layers that differ: {what} are {shown}")


def _yolo(layers: CfgLayers, section: Section) -> None:
    classes = section.number("classes")
    sizes = section.numbers("anchors")
    anchors = [f"{w}x{h}" for w, h in zip(sizes[::2], sizes[1::2], strict=False)]
    mask = section.numbers("mask", ",".join(map(str, range(len(sizes) // 2))) or "0")
    if len(sizes) % 2 or max(mask) >= len(anchors):
        section.refuse(f"has {counted(len(sizes), 'number')} as `anchors=`, and others as `mask=`")
    step = layers.steps[-1] if layers.steps else None
    filters = len(mask) * (5 + classes)
    head = re.match(rf"(cba\(\d+|conv\(\w+), {filters}\b", step.terms[0] if step else "")
    if step is None or head is None or step.index != layers.last.step:
        section.refuse(f"needs a convolution above it with {len(mask)} * (5 + {classes}) filters")
    if layers.classes not in ([], [classes]):
        section.refuse(f"has {classes} classes, and another one has {layers.classes[0]}")
    layers.classes[:] = [classes]
    first = f"{head[1]}, {len(mask)} * (5 + classes){step.terms[0][head.end() :]}"
    layers.steps[-1] = step.replace(terms=(first, *step.terms[1:]))
    layers.results.append(step.index)
    boxes = ", ".join(anchors[at] for at in mask)
    layers.anchors.append(f"{step.name}: cells of {layers.last.pixels} pixels, anchors {boxes}")
    layers.maps.append(layers.last.replace(step=BOXES))


LAYERS: Final[dict[str, Callable[[CfgLayers, Section], None]]] = {
    "convolutional": _convolutional,
    "maxpool": _maxpool,
    "upsample": _upsample,
    "route": _route,
    "shortcut": _shortcut,
    "yolo": _yolo,
}


# --- the text --------------------------------------------------------------------------------


def _activations(sections: list[Section]) -> list[str]:
    """The activations after batch norms, the commonest first."""
    convolutions = [s for s in sections if s.kind == "convolutional"]
    normed = [s for s in convolutions if s.number("batch_normalize", 0, least=0)]
    return [activation for activation, _ in Counter(map(_activation, normed)).most_common()]


def _block(activations: list[str]) -> str:
    """The block of a convolution with a batch norm."""
    if not activations:
        return ""
    parameter, act = "", activations[0]
    if len(activations) > 1:
        parameter, act = f", act={act}", "act"
    return CBA.format(parameter=parameter, act=act)


def _net(layers: CfgLayers, net: Section, name: str, block: str) -> tuple[str, str]:
    """The name and the text of the net, below the block that it uses."""
    results = layers.results or [layers.steps[-1].index]
    steps = with_residuals(layers.steps, results)
    parameters = f"(classes={layers.classes[0]})" if layers.classes else ""
    height, width = _side(layers, net, "height"), _side(layers, net, "width")
    image = f"image[{layers.image.channels}, H={height}, W={width}]"
    n = layers.multiple
    require = [f"require H % {n} == 0 and W % {n} == 0"] if n > 1 else []
    body = "\n".join([*require, *statements(steps, results)])
    documentation = "".join(f"## {line}\n" for line in _documentation(layers))
    name = free_name(name, block + body)
    return name, f"{documentation}net {name}{parameters}: {image} {{\n{body}\n}}\n"


def _side(layers: CfgLayers, net: Section, key: str) -> int:
    """The height or width of the image."""
    side = net.number(key)
    if side % layers.multiple:
        what = f"`{key}={side}` is no multiple of {layers.multiple}, as the strides need it"
        raise ConfigError(net.text(key)[1], what)
    return side


def _documentation(layers: CfgLayers) -> Iterator[str]:
    if layers.anchors:
        yield "The maps of Darknet's [yolo] layers before they become boxes"
    yield from layers.anchors
