"""Live modules: the generated source, executed.

Each text is one Python module, registered with linecache (tracebacks show the generated line and,
behind it, the spec's) and in ``sys.modules``. Instances pickle and copy as the text, the class's
name and their state, so whoever unpickles needs netwright but not the spec.
"""

from __future__ import annotations

import hashlib
import linecache
import re
import sys
from contextlib import nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from ...compiler.ir import Graph
from .. import MissingExtra
from .source import File

if TYPE_CHECKING:
    import torch

CLASS: Final = re.compile(r"^class (\w+)", re.MULTILINE)


def to_class(graph: Graph) -> type[torch.nn.Module]:
    """The net's class.

    Raises MissingExtra without PyTorch, CompileError where PyTorch cannot have the net.
    """
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise MissingExtra("PyTorch", "torch") from None
    file = File(graph, places=True)
    made: type[torch.nn.Module] = getattr(module_of(file.text), file.name)
    return made


def instance(made: type[torch.nn.Module], device: Any = None) -> torch.nn.Module:
    """A module, its weights made on ``device`` (``"meta"``: none are made)."""
    import torch

    with torch.device(device) if device is not None else nullcontext():
        return made()


def module_of(text: str) -> ModuleType:
    """The Python module of a generated text; executed once."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    name = f"netwright_live_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    filename = f"<netwright {re.findall(CLASS, text)[-1]} {digest[:8]}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    try:
        exec(compile(text, filename, "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    for made in _classes(module):
        made.__reduce_ex__ = _reduce  # type: ignore[method-assign, assignment]
        made.__source__ = text  # type: ignore[attr-defined]
    return module


def _classes(module: ModuleType) -> list[type]:
    """The classes that the text defines."""
    found = (v for v in vars(module).values() if isinstance(v, type))
    return [c for c in found if c.__module__ == module.__name__]


def _reduce(self: Any, protocol: int) -> tuple[Any, ...]:  # noqa: ARG001
    """An instance as text, class name and state."""
    made = type(self)
    state = self.__getstate__() if hasattr(self, "__getstate__") else self.__dict__
    return _restore, (made.__source__, made.__qualname__), state


def _restore(text: str, name: str) -> Any:
    made = getattr(module_of(text), name)
    return made.__new__(made)
