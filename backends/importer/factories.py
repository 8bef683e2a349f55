"""Models from ``package.module:factory``: finds the function or class, calls it, and keeps the
arguments of all constructors that run.

This runs the module's Python, as the user asks for.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from ...grammar.nearby import nearest
from ...grammar.record import Record, field
from ...grammar.wording import either, first_line
from .failures import place

if TYPE_CHECKING:
    from types import FrameType

    from torch import nn

UNSAID: Final = "without a message"
FORM: Final = "write MODULE:FACTORY, as in torchvision.models:resnet50"


class FactoryError(Exception):
    """A factory that is not found, or makes no model. ``hint`` says what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class FactoryFailed(FactoryError):
    """The module or the factory raised an exception of its own."""


class Made(Record):
    """A model that a factory made. ``arguments`` are those of the constructors that ran, by the
    ``id`` of the module."""

    model: nn.Module
    name: str
    arguments: dict[int, dict[str, Any]] = field(compare=False, repr=False)


def load_factory(target: str, args: str = "") -> Made:
    """The model that ``package.module:factory`` makes. ``args`` are literals of Python,
    ``"18, depth=4, norm='batch'"``. Raises FactoryError.

    The current folder is the first that is searched. What the model's code prints goes to standard
    error.
    """
    module, path = _parts(target)
    positional, keywords = literals(args)
    with current_folder_first(), redirect_stdout(sys.stderr):
        factory = attribute(_imported(module), path)
        _check_callable(factory, target)
        _check_arguments(factory, target, positional, keywords)
        with record_arguments() as arguments:
            model = _called(factory, target, positional, keywords)
    return Made(model, path.rpartition(".")[2], arguments)


def _parts(target: str) -> tuple[str, str]:
    """The module and the dotted name after the colon."""
    module, colon, path = target.partition(":")
    parts = (*module.split("."), *path.split("."))
    if module.endswith(".py"):
        meant = module.removesuffix(".py").strip("./").replace("/", ".")
        raise FactoryError(f"{module} is a file, and not a module", f"write {meant}:{path}")
    if not colon or not all(part.isidentifier() for part in parts):
        raise FactoryError(f"{target} is not MODULE:FACTORY", FORM)
    return module, path


# --- arguments -------------------------------------------------------------------------------


def literals(args: str) -> tuple[list[Any], dict[str, Any]]:
    """The positional and keyword arguments in a text. Raises FactoryError if it has anything
    except literals."""
    try:
        call = ast.parse(f"f({args}\n)", mode="eval").body
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Name)
        positional = [ast.literal_eval(argument) for argument in call.args]
        keywords = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    except (SyntaxError, ValueError, AssertionError, MemoryError, RecursionError):
        hint = "numbers, strings in quotes, True, False, None, lists, tuples and dicts: 'depth=4'"
        raise FactoryError(f"the arguments are not literals of Python: {args}", hint) from None
    if any(k.arg is None for k in call.keywords) or len(keywords) < len(call.keywords):
        raise FactoryError(f"the arguments use ** or a name twice: {args}", "write NAME=VALUE")
    return positional, keywords


def _check_callable(factory: Any, target: str) -> None:
    from torch.nn import Module

    if isinstance(factory, Module):
        kind = type(factory).__name__
        message = f"{target} is a model, and not a function or class that makes one"
        raise FactoryError(message, f"write a function that returns it: def build() -> {kind}")
    if not callable(factory):
        raise FactoryError(f"{target} is {_kind(factory)}, and not a function or class")


def _check_arguments(
    factory: Any, target: str, positional: list[Any], keywords: dict[str, Any]
) -> None:
    """Raises FactoryError if the factory does not take these arguments."""
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):  # one that is written in C has none
        return
    try:
        signature.bind(*positional, **keywords)
    except TypeError as error:
        name = target.rpartition(":")[2]
        message = f"{target} does not take these arguments: {error}"
        raise FactoryError(message, f"its signature is {name}{_without_types(signature)}") from None


def _without_types(signature: inspect.Signature) -> str:
    empty = inspect.Parameter.empty
    bare = [p.replace(annotation=empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=empty))


# --- finding ---------------------------------------------------------------------------------


@contextmanager
def current_folder_first() -> Iterator[None]:
    """Modules of the current folder are found first, as with ``python -m``."""
    before = list(sys.path)
    sys.path.insert(0, "")
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = before


def _imported(name: str) -> Any:
    """The module of that name. Raises FactoryError."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise _no_module(error.name) from None
        raise failed(f"importing {name}", error) from error
    except Exception as error:
        raise failed(f"importing {name}", error) from error
    except SystemExit as stop:
        raise FactoryFailed(f"importing {name} ended Python: {first_line(stop, UNSAID)}") from stop


def _no_module(missing: str) -> FactoryError:
    package, _, last = missing.rpartition(".")
    near = nearest(last, _modules(package))
    names = [f"{package}.{word}" if package else word for word in near]
    hint = f"did you mean {either(names)}?" if names else "is it installed, or in this folder?"
    return FactoryError(f"there is no module {missing}", hint)


def _modules(package: str) -> list[str]:
    """The names of the modules of a package, or of all that are found without one."""
    spec = find_spec(package) if package else None
    paths = spec.submodule_search_locations if spec else None
    if package and paths is None:
        return []
    return [module.name for module in pkgutil.iter_modules(paths) if module.name[0] != "_"]


def attribute(module: Any, path: str) -> Any:
    """What a dotted name means in a module. Raises FactoryError."""
    value, place = module, module.__name__
    for name in path.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise _no_attribute(value, place, name) from None
        except Exception as error:
            raise failed(f"reading {place}.{name}", error) from error
        place = f"{place}.{name}"
    return value


def _no_attribute(value: Any, place: str, name: str) -> FactoryError:
    names = [word for word in dir(value) if word[0] != "_"]
    near = nearest(name, names)
    callables = [word for word in names if callable(inspect.getattr_static(value, word, None))]
    if near:
        hint = f"did you mean {either(near)}?"
    else:
        hint = f"it has {', '.join(callables[:6])}" if callables else ""
    return FactoryError(f"{place} has no {name}", hint)


# --- calling ---------------------------------------------------------------------------------


def _called(factory: Any, target: str, positional: list[Any], keywords: dict[str, Any]) -> Any:
    """The model. Raises FactoryError."""
    from torch.nn import Module

    try:
        model = factory(*positional, **keywords)
    except Exception as error:
        raise failed(f"calling {target}", error) from error
    except SystemExit as stop:
        raise FactoryFailed(f"calling {target} ended Python: {first_line(stop, UNSAID)}") from stop
    if not isinstance(model, Module):
        raise FactoryError(f"{target} returned {_kind(model)}, and not an nn.Module")
    return model


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def failed(doing: str, error: Exception) -> FactoryFailed:
    """The exception of a model's own code: its type, its text, and the last line of that code."""
    return FactoryFailed(
        f"{doing} raised {type(error).__name__}: {first_line(error, 'without a message')}",
        place(error),
    )


# --- the arguments of constructors -----------------------------------------------------------


class Arguments(dict[int, dict[str, Any]]):
    """The arguments of each module's constructor by the module's ``id``. The modules are kept, so
    that no other object gets the same ``id``."""

    def __init__(self) -> None:
        super().__init__()
        self._modules: list[object] = []

    def add(self, module: object, arguments: dict[str, Any]) -> None:
        self._modules.append(module)
        self[id(module)] = arguments


@contextmanager
def record_arguments() -> Iterator[Arguments]:
    """The arguments of the constructors of all modules that are made inside.

    ``nn.Module.__init__`` runs in each of them. The frames above it that are constructors of the
    same module belong to its class and the bases of it; the outermost one has the arguments that
    were given.
    """
    from torch.nn import Module

    original = Module.__init__
    arguments = Arguments()

    def recording(self: Any, *args: Any, **kwargs: Any) -> None:
        frame = _constructor(self, sys._getframe(1))
        if frame is not None:
            arguments.add(self, _given(frame))
        original(self, *args, **kwargs)

    Module.__init__ = recording  # type: ignore[method-assign]
    try:
        yield arguments
    finally:
        Module.__init__ = original  # type: ignore[method-assign]


def _constructor(module: object, frame: FrameType | None) -> FrameType | None:
    """The outermost of the constructors of a module that are running; None if there is none."""
    outermost = None
    while frame is not None and _constructs(frame, module):
        outermost, frame = frame, frame.f_back
    return outermost


def _constructs(frame: FrameType, module: object) -> bool:
    code = frame.f_code
    first = code.co_varnames[0] if code.co_argcount else ""
    return code.co_name == "__init__" and frame.f_locals.get(first) is module


def _given(frame: FrameType) -> dict[str, Any]:
    """The arguments of a constructor by name. Those without a name of their own are spread."""
    code, values = frame.f_code, frame.f_locals
    count = code.co_argcount + code.co_kwonlyargcount
    given = {name: values[name] for name in code.co_varnames[1:count] if name in values}
    rest = list(code.co_varnames[count:])
    if code.co_flags & inspect.CO_VARARGS:
        name = rest.pop(0)
        given |= {name: values[name]} if values.get(name) else {}
    if code.co_flags & inspect.CO_VARKEYWORDS:
        given |= values.get(rest.pop(0), {})
    return given
