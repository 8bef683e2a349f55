"""``to_source``: a graph as a file of PyTorch code that needs nothing but PyTorch."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Final

from ...compiler.ir import Graph
from ..python.docstrings import docstring, first_sentence, without_names
from ..python.method_statements import Statement, lines
from ..python.printing import print_code
from ..python.wrapping import INDENT, wrap
from .classes import Program
from .merging import Class
from .parameters import ClassParameter

MOST_RESULTS: Final = 4
"""The most results that a type hint lists one by one."""


def to_source(graph: Graph, *, places: bool = False) -> str:
    """The text of a Python file with one class for each block, the net's own last.

    ``places`` adds the spec's line to each statement, as the live module does.
    Raises CompileError if PyTorch cannot express the net.
    """
    return GeneratedFile(graph, places=places).text


class GeneratedFile:
    """A generated file: its text, the name of the net's class, and the targets of the externs by
    their names in the file. A live one does not import these."""

    def __init__(self, graph: Graph, *, places: bool = False, live: bool = False) -> None:
        self.program = Program(graph)
        self.externs = {late.text: t for t, late in sorted(self.program.imports.items())}
        self.places = places
        self.name = self.program.root.name.text
        parts = [*self._helpers(), *map(self._class, self.program.classes)]
        code = "\n\n\n".join(parts)
        about = _about(graph, self._documentation(self.program.root) or self.name)
        head = "\n".join([*docstring(about, 0), "", *_imports(code, {} if live else self.externs)])
        self.text = f"{head}\n\n\n{code}\n"

    def _helpers(self) -> list[str]:
        helpers = (h for blueprint in self.program.blueprints.values() for h in blueprint.helpers)
        return [h.source.strip("\n") for h in dict.fromkeys(helpers)]

    def _class(self, cls: Class) -> str:
        blueprint = cls.blueprint
        text = [f"class {cls.name.text}({blueprint.base}):"]
        text += docstring(self._documentation(cls), 1)
        methods = (
            [[f"{INDENT}{name}: Tensor" for name in blueprint.buffers]] if blueprint.buffers else []
        )
        if blueprint.init:
            methods.append([*self._init_line(cls.parameters), *self._body(blueprint.init)])
        if blueprint.forward is not None:
            methods.append(
                [*self._forward_line(cls), *self._about_shapes(cls), *self._body(blueprint.forward)]
            )
        for method in methods:
            text += ["", *method] if len(text) > 1 else method
        return "\n".join(text if methods else [*text, f"{INDENT}pass"])

    def _documentation(self, cls: Class) -> str:
        """The block's documentation, without parameters that its class does not have."""
        blueprint = cls.blueprint
        sizes, modules = (
            (name for _, name in blueprint.sizes),
            (name for _, name in blueprint.outers),
        )
        own = (p.name for p in cls.parameters)
        there = {*own, *blueprint.arguments, *sizes, *modules, blueprint.device}
        absent = {name for name, _ in cls.graph.arguments} - there
        return without_names(cls.graph.documentation, absent)

    def _init_line(self, parameters: Sequence[ClassParameter]) -> list[str]:
        signature = ["self", *map(_parameter, parameters)]
        return wrap(f"def __init__({', '.join(signature)}) -> None:", 1)

    def _forward_line(self, cls: Class) -> list[str]:
        blueprint = cls.blueprint
        tensors = [f"{name}: Tensor" for name in blueprint.arguments]
        modules = [f"{name}: nn.Module" for _, name in blueprint.outers]
        sizes = [f"{name}: int" for _, name in blueprint.sizes]
        device = [f"{blueprint.device}: torch.device | None = None"] if blueprint.device else []
        many = blueprint.results > MOST_RESULTS
        several = f"tuple[{'Tensor, ...' if many else ', '.join(['Tensor'] * blueprint.results)}]"
        result = "Tensor" if blueprint.results == 1 else several
        signature = ", ".join(["self", *tensors, *modules, *sizes, *device])
        return wrap(f"def forward({signature}) -> {result}:", 1)

    def _about_shapes(self, cls: Class) -> list[str]:
        """The docstring of the net's ``forward``: its inputs and outputs with their shapes."""
        if cls is not self.program.root:
            return []
        arguments = zip(cls.blueprint.arguments, cls.graph.inputs, strict=True)
        taken = ", ".join(f"{name} {port.type}" for name, port in arguments)
        returned = ", ".join(f"{p.name} {p.type}".strip() for p in cls.graph.outputs)
        return docstring(f"{taken} -> {returned}", 2)

    def _body(self, statements: Sequence[Statement]) -> Iterator[str]:
        for statement in statements:
            yield from lines(statement, 2, places=self.places)


def _parameter(parameter: ClassParameter) -> str:
    text = f"{parameter.name}: {parameter.hint}"
    return text + "".join(f" = {print_code(d, (), '')}" for d in parameter.default)


def _about(graph: Graph, documentation: str) -> str:
    """The first sentence of the net's documentation, and where the file comes from."""
    file = PurePath(graph.span.source.name).name if graph.span else ""
    origin = f" from {file}" if file and not file.startswith("<") else ""
    return f"{first_sentence(documentation)}.\n\nGenerated by netwright{origin}."


STANDARD: Final = {
    "import math": r"\bmath\.",
    "from collections import OrderedDict": r"\bOrderedDict\(",
    "from typing import Any": r"\bAny\b",
}
TORCH: Final = {
    "import torch": r"\btorch\.",
    "from torch import Tensor, nn": r"\bTensor\b",
    "from torch import nn": r"^(?!(.|\n)*\bTensor\b)",
    "from torch.nn import functional as F": r"\bF\.",
}
"""The imports, each with the pattern of the code that needs it."""


def _imports(code: str, externs: Mapping[str, str]) -> list[str]:
    """The imports in isort's order: Python's own modules, then all others."""
    plain = re.sub(r'"{3}(.|\n)*?"{3}', "", code)
    groups = [
        [line for line, pattern in imports.items() if re.search(pattern, plain)]
        for imports in (STANDARD, TORCH)
    ]
    names: dict[str, list[str]] = {}
    for text, target in externs.items():
        module, _, name = target.partition(":")
        names.setdefault(module, []).append(name if text == name else f"{name} as {text}")
    for module, imported in names.items():
        own = module.split(".")[0] in sys.stdlib_module_names
        lines = groups[0 if own else 1]
        lines += wrap(f"from {module} import {', '.join(sorted(imported, key=str.lower))}", 0)
    standard, others = (sorted(group, key=_in_isorts_order) for group in groups)
    return [*standard, *([""] if standard else []), *others]


def _in_isorts_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line.split()[1].lower()
