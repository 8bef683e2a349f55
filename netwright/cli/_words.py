"""The words of the language that are not layers, for ``netwright explain``."""

from __future__ import annotations

from typing import Final

_PAGE: Final = "docs/language.md says more"
KEYWORDS: Final[dict[str, tuple[str, str]]] = {
    "net": (
        "a network that can be compiled: its inputs have shapes.",
        "net small: image[3, 32, 32] { image > conv(3x3, 8) > gap }",
    ),
    "block": (
        "a template: fresh weights at each use.",
        "block cna(k, c) = conv(k, c) > bn > relu\ninput(3x32x32) > cna(3x3, 8)",
    ),
    "share": (
        "one instance: the same weights wherever it is used.",
        "net twice: x[8] {\n  share f = linear(8) > relu\n  x > f > f\n}",
    ),
    "default": (
        "settings of a layer from this line to the end of the file or body.",
        "default conv(bias=false)\nconv(3x3, 8) > bn",
    ),
    "require": (
        "an assumption that is checked.",
        'net f(d=8, h=2): x[T, d] {\n  require d % h == 0, "h must divide d"\n'
        "  x > attention(h)\n}",
    ),
    "import": (
        "the names of another file, which is beside this one, on the import path, or shipped.",
        "import resnet\ninput(3x224x224) > resnet.resnet18",
    ),
    "from": (
        "imports some names of another file.",
        "from resnet import resnet18\ninput(3x224x224) > resnet18",
    ),
    "as": (
        "a label: a name for the tensor from here on, and for the module path.",
        "conv(3x3, 8) as stem > relu",
    ),
    "for": (
        "a loop that is unrolled: as a statement, or as a network that pipes its bodies.",
        "net f: x[8] {\n  for d in [16, 32] { x = x > linear(d) > relu }\n  x\n}",
    ),
    "if": (
        "chooses when the spec is compiled: `a if condition else b`.",
        "net f(act=true): x[8] { x > linear(8) > (relu if act else id) }",
    ),
    "in": (
        "part of `for`; also asks whether a value is in a list.",
        "net f: x[8] {\n  for d in [16, 32] { x = x > linear(d) }\n  x\n}",
    ),
    "and": (
        "true if both conditions are; `or`: if one of them is; `not`: if it is not.",
        "net f(a=1): x[8] { x > (relu if a > 0 and not a > 2 else id) }",
    ),
    "id": (
        "passes its input on: `id + f` is a residual connection.",
        "id + (conv(3x3, 8, pad=1) > relu)\n",
    ),
    "input": (
        "the input of a file's pipeline: its shape without the batch axis.",
        "input(3x32x32) > conv(3x3, 8)",
    ),
    "scan": (
        "runs a block over axis 1, with the same weights at every step.",
        "block step(d): x, h[d] { (x > linear(d)) + (h > linear(d)) > tanh }\n"
        "input(20x8) > scan(step(16)) > last",
    ),
    ">": (
        "the pipe: the left side flows into the right side; between numbers, a comparison.",
        "conv(3x3, 8) > relu > gap",
    ),
}
SAME: Final = {"else": "if", "or": "and", "not": "and"}
"""Words that are explained together with another one."""

FUNCTIONS: Final[dict[str, str]] = {
    "len": "the length of a list: `len([2, 2])` is 2",
    "range": "a list of whole numbers: `range(4)` is 0 to 3, `range(1, 4)` is 1 to 3",
    "min": "the smallest of numbers: `min(3, 5)`; for a tensor it is the layer",
    "max": "the largest of numbers: `max(3, 5)`; for a tensor it is the layer",
    "sum": "the sum of a list: `sum([1, 2])`; for a tensor it is the layer",
    "abs": "a number without its sign",
    "round": "the nearest whole number",
    "floor": "a number rounded down to a whole number",
    "ceil": "a number rounded up to a whole number",
    "sqrt": "the square root of a number",
    "log": "the natural logarithm of a number",
    "int": "a number without its fraction; also the dtype of an input",
    "float": "a number as a float; also the dtype of an input",
    "zip": "lists side by side: `for a, b in zip([1, 2], [3, 4])`",
    "enumerate": "a list with its positions: `for i, d in enumerate([16, 32])`",
    "reversed": "a list in reverse order",
    "make_divisible": "a width rounded to a multiple: `make_divisible(37, 8)` is 40 (MobileNet)",
}


def keyword(word: str) -> str | None:
    """The page of a keyword, or None if the word is not one."""
    entry = KEYWORDS.get(SAME.get(word, word))
    if entry is None:
        return None
    text, example = entry
    lines = "".join(f"  {line}\n" for line in example.rstrip().split("\n"))
    return f"# {word}\n\n`{SAME.get(word, word)}`: {text}\n\nexample:\n{lines}\n{_PAGE}\n"


def function(word: str) -> str | None:
    """The page of a function on numbers and lists, or None if the word is not one."""
    return f"# {word}\n\nA function: {FUNCTIONS[word]}\n" if word in FUNCTIONS else None
