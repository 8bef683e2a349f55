"""Live modules: the generated source, executed.

Each generated text is one Python module. It is in linecache, so that a traceback shows the
generated line and, in its comment, the spec's line; and it is in ``sys.modules`` as long as a class
of it is in use. Instances are pickled and copied as the text, the class's name and their state, so
unpickling needs netwright but not the spec.
"""

from __future__ import annotations

import hashlib
import linecache
import re
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize, ref

from ...compiler.ir import Graph
from .. import MissingExtra
from .generated_file import GeneratedFile

if TYPE_CHECKING:
    import torch

CLASS: Final = re.compile(r"^class (\w+)", re.MULTILINE)


def to_class(
    graph: Graph, externs: Mapping[str, Any] = {}, *, import_externs: bool = False
) -> type[torch.nn.Module]:
    """The net's class. ``externs`` are the classes of its externs by their names; others are
    imported if ``import_externs`` says so.

    Raises MissingExtra without PyTorch, CompileError if PyTorch cannot express the net, or if an
    extern's class is missing or is not as declared.
    """
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise MissingExtra("PyTorch", "torch") from None
    file = GeneratedFile(graph, places=True, live=True)
    names = {}
    if file.externs or externs:
        from .extern_classes import classes
        from .extern_trials import check_externs

        makes = classes(graph, externs, importing=import_externs)
        check_externs(graph, makes)
        names = {name: makes[target] for name, target in file.externs.items()}
    cls: type[torch.nn.Module] = getattr(module_of(file.text, names), file.name)
    return cls


def instance(cls: type[torch.nn.Module], device: Any = None) -> torch.nn.Module:
    """A module with its weights on ``device`` (``"meta"``: they take no memory)."""
    import torch

    with torch.device(device) if device is not None else nullcontext():
        return cls()


def has_externs(cls: type[torch.nn.Module]) -> bool:
    """Whether a net's class uses classes that are not generated."""
    return len(cls.__source__) > 1  # type: ignore[attr-defined]


def module_of(text: str, externs: Mapping[str, Any] = {}) -> ModuleType:
    """The Python module of a generated text, which is executed once. ``externs`` are the classes
    that it uses and does not define, by their names."""
    with_classes = "".join(f"\n{name} {id(make)}" for name, make in externs.items())
    digest = hashlib.sha256((text + with_classes).encode()).hexdigest()[:16]
    name = f"netwright_live_{digest}"
    stand_in = sys.modules.get(name)
    existing = stand_in.stands_for() if isinstance(stand_in, _StandIn) else None
    if existing is not None:
        return existing
    filename = f"<netwright {re.findall(CLASS, text)[-1]} {digest[:8]}>"
    module = ModuleType(name)
    module.__file__ = filename
    # A function keeps the module's dictionary alive, so the dictionary keeps the module alive.
    vars(module).update(externs, __itself__=module)
    exec(compile(text, filename, "exec"), module.__dict__)
    for cls in _classes(module):
        cls.__reduce_ex__ = _reduce  # type: ignore[method-assign, assignment]
        cls.__source__ = (text, dict(externs)) if externs else (text,)  # type: ignore[attr-defined]
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    sys.modules[name] = _StandIn(module)
    finalize(module, _forget, name, filename).atexit = False
    return module


class _StandIn(ModuleType):
    """Stands for a module in ``sys.modules``: it has the same names and does not keep it alive."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__)
        self.__file__ = module.__file__
        self.stands_for = ref(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stands_for(), name)


def _forget(name: str, filename: str) -> None:
    """Remove a module that is no longer in use, unless it was made again in the meantime."""
    stand_in = sys.modules.get(name)
    if isinstance(stand_in, _StandIn) and stand_in.stands_for() is None:
        del sys.modules[name]
        linecache.cache.pop(filename, None)


def _classes(module: ModuleType) -> list[type]:
    """The classes that the module itself defines."""
    classes = (v for v in vars(module).values() if isinstance(v, type))
    return [c for c in classes if c.__module__ == module.__name__]


def _reduce(self: Any, protocol: int) -> tuple[Any, ...]:  # noqa: ARG001
    """How to pickle an instance: as the source text, the class's name and the state."""
    cls = type(self)
    state = self.__getstate__() if hasattr(self, "__getstate__") else self.__dict__
    text, *externs = cls.__source__
    return _restore, (text, cls.__qualname__, *externs), state


def _restore(text: str, name: str, externs: Mapping[str, Any] = {}) -> Any:
    cls = getattr(module_of(text, externs), name)
    return cls.__new__(cls)
