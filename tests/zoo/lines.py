"""Counts lines of code: of a spec, and of what its original is made of.

A spec's lines are those of its file and of the specs that it imports. The original's are those of
all classes of its modules, with their bases, and of the functions and classes of its package that
these and its factories use. Not counted are comments, docstrings, empty lines, decorators, what
PyTorch has, and what only registers, configures or downloads models.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from textwrap import dedent
from typing import Any, Final

from torch import nn

from netwright.spec_files import shipped

from .model import ZOO, Model, imported

OWN: Final = re.compile(
    r"torchvision\.(models|ops)\.|timm\.(models|layers)\.|transformers\.models\."
    r"|ultralytics\.nn\.modules\.|diffusers\.models\.|torch_geometric\.nn\.|tests\.zoo\.papers\b"
)
"""The modules of the packages that have networks."""
BESIDE: Final = re.compile(
    r"_Weights$|Weights(Enum)?$|\.configuration_|\._(api|registry|builder|hub)\b"
    r"|\.(handle_legacy_interface|_ovewrite_\w+|_load_\w+|checkpoint_filter_fn|_cfg)$"
)
"""What does not describe a network, by full names."""
SILENT: Final = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


@cache
def lines(spec: str) -> tuple[int, int]:
    """Of a spec, and of the originals of all its models."""
    return of_spec(spec), of_originals([model for model in ZOO if model.spec == spec])


def of_spec(spec: str) -> int:
    """The lines of a shipped spec and of those that it imports."""
    texts: dict[str, str] = {}
    _collect(spec, texts)
    code = (line.strip() for text in texts.values() for line in text.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in code)


def _collect(spec: str, texts: dict[str, str]) -> None:
    if spec not in texts:
        texts[spec] = shipped()[spec].read_text("utf-8")
        for name in re.findall(r"(?m)^(?:import|from) ([\w.]+)", texts[spec]):
            _collect(name, texts)


def of_originals(models: Iterable[Model]) -> int:
    """The lines of the classes and functions that these models are made of."""
    used: dict[str, Any] = {}
    for model in models:
        _follow(imported(model.original), used)
        for kind in classes_of(model.on_meta()):
            _follow(kind, used)
    return sum(code_lines(inspect.getsource(item)) for item in used.values())


def classes_of(model: nn.Module) -> list[type]:
    """The classes of a model's modules, with their bases."""
    kinds = {type(module) for module in model.modules()}
    return [base for kind in kinds for base in kind.__mro__]


def of_classes(model: nn.Module) -> int:
    """The lines of these classes alone, without those of PyTorch."""
    written = {kind for kind in classes_of(model) if OWN.match(f"{kind.__module__}.")}
    return sum(code_lines(inspect.getsource(kind)) for kind in written if _is_written(kind))


def _follow(item: Any, used: dict[str, Any]) -> None:
    """Add a class or function of a package of networks, and those that it names."""
    name = f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', '')}"
    if name not in used and OWN.match(name) and not BESIDE.search(name) and _is_written(item):
        item = inspect.unwrap(item)
        used[name] = item
        for other in _named(item):
            _follow(other, used)


def _is_written(item: Any) -> bool:
    """Whether there is source of its own: not of a named tuple that a call makes."""
    return inspect.isroutine(item) or (inspect.isclass(item) and not hasattr(item, "_fields"))


def _named(item: Any) -> Iterator[Any]:
    """What the source of a class or function names."""
    names = vars(sys.modules[item.__module__])
    tree = ast.parse(dedent(inspect.getsource(item)))
    yield from (names.get(node.id) for node in ast.walk(tree) if isinstance(node, ast.Name))


def code_lines(source: str) -> int:
    """The lines with code in them."""
    source = dedent(source)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {
        line
        for token in tokens
        if token.type not in SILENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - set(_beside(ast.parse(source))))


def _beside(tree: ast.AST) -> Iterator[int]:
    """The lines of docstrings and decorators."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            parts: list[ast.AST] = [*node.decorator_list]
            if ast.get_docstring(node, clean=False) is not None:
                parts.append(node.body[0])
            for part in parts:
                yield from range(part.lineno, (part.end_lineno or part.lineno) + 1)  # type: ignore[attr-defined]
