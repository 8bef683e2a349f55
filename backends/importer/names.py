"""The names that a model's source has for the results of ops: ``qkv`` in ``qkv = self.qkv(x)``.

``torch.export`` keeps only the lines of ``forward``. Here each op gets the lines of all modules
that are running, also in their other methods.
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from torch import nn

Places: TypeAlias = Mapping[int, tuple[str, int]]
"""By the ``identity`` of a module, the file and the line where it is."""


class SourcePlaces:
    """Records, while export runs a model, where each node is made."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.by_node: dict[str, Places] = {}
        """The places of each node, by its name."""
        self._graph: Any = None

    def start(self) -> None:
        """Begins to record the nodes of the graph that export makes now."""
        from torch.fx.experimental.proxy_tensor import get_proxy_mode

        mode = get_proxy_mode()
        if mode is None:
            return
        self._graph = mode.tracer.graph
        create = self._graph.create_node

        def recorded(*args: Any, **kwargs: Any) -> Any:
            node = create(*args, **kwargs)
            self.by_node[node.name] = _places(sys._getframe(1), self.model)
            return node

        self._graph.create_node = recorded

    def stop(self) -> None:
        """Leaves the graph as it was: export copies it."""
        if self._graph is not None:
            del self._graph.create_node
        self._graph = None


def _places(frame: FrameType | None, model: nn.Module) -> Places:
    """The innermost line of each module that is running."""
    from torch import nn

    places: dict[int, tuple[str, int]] = {}
    while frame is not None:
        code = frame.f_code
        owner = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
        if isinstance(owner, nn.Module) and not code.co_filename.endswith("nn/modules/module.py"):
            places.setdefault(identity(owner), (code.co_filename, frame.f_lineno))
            if identity(owner) == identity(model) and code.co_name == "forward":
                break
        frame = frame.f_back
    return places


def identity(module: nn.Module) -> int:
    """The same number for a module and for what export calls in its place, if the model holds some
    module under several paths: that has the module's attributes."""
    return id(vars(module))


def assigned_names(places: Places, module: nn.Module) -> Sequence[str]:
    """The names that the statement in a module's source assigns to."""
    file, line = places.get(identity(module), ("", 0))
    return _names_by_line(file).get(line, ()) if file else ()


@cache
def _names_by_line(file: str) -> Mapping[int, Sequence[str]]:
    """The names that the statement on each line of a file assigns to."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    names: dict[int, Sequence[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            target = node.targets[-1] if isinstance(node, ast.Assign) else node.target
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            names |= dict.fromkeys(lines, _target_names(target))
    return names


def _target_names(target: ast.expr) -> Sequence[str]:
    if isinstance(target, ast.Subscript):
        target = target.value  # `mask[1:] = 0` makes a new mask
    items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    names = [item.id for item in items if isinstance(item, ast.Name)]
    return names if len(names) == len(items) else ()
