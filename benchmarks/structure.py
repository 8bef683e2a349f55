"""What the code is like, in numbers: ``python -m benchmarks.structure [CHECKOUT ...]``.

The sizes of functions, how deep they nest, how often a linter or formatter is told to look away,
names that several classes share, and which room imports which. Parse tables and tests are left
out. Several checkouts stand side by side.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import networkx as nx

ROOMS: Final = ("grammar", "compiler", "backends", "netwright")
"""In the order in which they may import: each from those before it."""
LEFT_OUT: Final = frozenset({"grammar/tables.py"})
NESTING: Final = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
MARKS: Final = {
    "fmt: skip": r"fmt: skip",
    "type: ignore": r"type: ignore",
    "noqa": r"noqa",
}
VAGUE: Final = ("found", "said", "known")


@dataclass
class Measured:
    """Of one checkout."""

    lines: int = 0
    functions: list[tuple[int, str]] = field(default_factory=list)
    nesting: list[tuple[int, str]] = field(default_factory=list)
    comments: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    stubs: int = 0
    vague: Counter[str] = field(default_factory=Counter)
    classes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    modules: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    imports: nx.DiGraph = field(default_factory=nx.DiGraph)


def measured(root: Path) -> Measured:
    result = Measured()
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        result.lines += len(text.splitlines())
        if path.name != "__init__.py":
            result.modules[path.stem].append(name)
        _count_comments(text, result)
        _count_tree(ast.parse(text), name, result)
        _add_imports(ast.parse(text), path.relative_to(root), result.imports)
    return result


def _files(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            inside = path.relative_to(root)
            linked = any((root / part).is_symlink() for part in inside.parents)
            if not linked and inside.as_posix() not in LEFT_OUT:
                yield path


# --- inside a file ------------------------------------------------------------------------------


def _count_comments(text: str, result: Measured) -> None:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        marks = [mark for mark, pattern in MARKS.items() if re.search(pattern, token.string)]
        result.marks.update(marks)
        result.comments += not marks


def _count_tree(tree: ast.Module, file: str, result: Measured) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            result.classes[node.name].append(file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = f"{file}:{node.name}"
            result.functions.append(((node.end_lineno or 0) - node.lineno + 1, place))
            result.nesting.append((_depth(node), place))
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            result.vague.update(names.intersection(VAGUE))
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
            result.stubs += 1


def _depth(node: ast.AST) -> int:
    """How many blocks lie within one another; an ``elif`` lies beside its ``if``."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            continue
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and [child] == node.orelse
        deepest = max(deepest, _depth(child) + (isinstance(child, NESTING) and not chained))
    return deepest


# --- between files ------------------------------------------------------------------------------


def _add_imports(tree: ast.Module, path: Path, graph: nx.DiGraph) -> None:
    """Every import, those inside functions too: ``late`` tells them apart."""
    here = _module(path)
    package = here if path.name == "__init__.py" else here[:-1]
    top = {id(n) for n in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = (*base, *(node.module.split(".") if node.module else ()))
            for target in {module, *((*module, alias.name) for alias in node.names)}:
                graph.add_edge(".".join(here), ".".join(target), late=id(node) not in top)


def _module(path: Path) -> tuple[str, ...]:
    """As it is imported: the rooms lie in the package ``netwright``."""
    parts = path.with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return parts if parts[0] == "netwright" else ("netwright", *parts)


def _room(module: str) -> str:
    second = module.split(".")[1] if "." in module else ""
    return second if second in ROOMS else "netwright"


def _arrows(result: Measured) -> Counter[tuple[str, str]]:
    real = _real(result)
    return Counter((_room(a), _room(b)) for a, b in real.edges if _room(a) != _room(b))


def _real(result: Measured) -> nx.DiGraph:
    """Imports of modules only: of ``from .x import name`` the target may be a name."""
    modules = {a for a, _ in result.imports.edges}
    return result.imports.subgraph(modules)


def _circles(result: Measured) -> list[list[str]]:
    """Modules that import one another when they are loaded."""
    real = _real(result)
    early = nx.DiGraph((a, b) for a, b, late in real.edges(data="late") if not late)
    return sorted(sorted(c) for c in nx.strongly_connected_components(early) if len(c) > 1)


# --- the table ----------------------------------------------------------------------------------


def rows(result: Measured) -> dict[str, str]:
    sizes = [size for size, _ in result.functions]
    thousand = result.lines / 1000
    order = {room: i for i, room in enumerate(ROOMS)}
    arrows = _arrows(result)
    back = {pair: n for pair, n in arrows.items() if order[pair[0]] < order[pair[1]]}
    return {
        "lines": f"{result.lines:,}",
        "functions": f"{len(sizes):,}",
        "function lines, median / p90 / max": _spread(sizes),
        "functions above 50 lines": str(sum(size > 50 for size in sizes)),
        "deepest nesting": str(max(depth for depth, _ in result.nesting)),
        "comments per 1,000 lines": f"{result.comments / thousand:.0f}",
        **{f"# {mark}": f"{result.marks[mark]}" for mark in MARKS},
        "fmt: skip per 1,000 lines": f"{result.marks['fmt: skip'] / thousand:.1f}",
        "stubs (NotImplementedError)": str(result.stubs),
        **{f"functions with a `{word}`": str(result.vague[word]) for word in VAGUE},
        "class names used twice": _shared(result.classes),
        "module names used twice": _shared(result.modules),
        "imports between rooms": ", ".join(
            f"{a} > {b} {n}" for (a, b), n in sorted(arrows.items())
        ),
        "imports against the order": str(sum(back.values())),
        "circles of modules": str(len(_circles(result))),
    }


def _spread(sizes: list[int]) -> str:
    return f"{median(sizes):g} / {quantiles(sizes, n=10)[-1]:.0f} / {max(sizes)}"


def _shared(names: Mapping[str, list[str]]) -> str:
    twice = {name: len(files) for name, files in names.items() if len(files) > 1}
    return f"{len(twice)}" + "".join(f" {name}({n})" for name, n in sorted(twice.items()))


def main(checkouts: Iterable[str]) -> None:
    columns = [rows(measured(Path(c))) for c in checkouts] or [rows(measured(Path()))]
    for name in columns[0]:
        print(f"{name:<36} " + " | ".join(column[name] for column in columns))


if __name__ == "__main__":
    main(sys.argv[1:])
