"""Classes that are their fields: what dataclasses are, at a fraction of their start-up.

A dataclass compiles up to eight methods when its module is imported, which for a hundred classes
takes as long as the rest of a `netwright check`. Here one method is compiled, ``__init__``, and not
before the first instance is made; the others are written once, below::

    class Port(Record):
        name: str
        type: TensorType
        span: Span | None = field(default=None, compare=False, repr=False)

A :class:`Record` is a value: equal to another of its class with equal fields, hashed by them, and
not to be changed. An :class:`Entity` is itself alone, and may change. Type checkers know both as
dataclasses and refuse assignments to a record; at run time nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Final, Self, dataclass_transform

_MISSING: Final[Any] = object()


class Field:
    """What is to know of a field; made by :func:`field`."""

    __slots__ = ("compare", "default", "factory", "kw_only", "repr")

    def __init__(
        self, default: Any, factory: Any = None, *, compare: bool, repr: bool, kw_only: bool
    ) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare
        self.repr = repr
        self.kw_only = kw_only


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    repr: bool = True,
    kw_only: bool = False,
) -> Any:
    """A field of which more is to say than its default."""
    return Field(default, default_factory, compare=compare, repr=repr, kw_only=kw_only)


def _nothing(_: object) -> tuple[()]:
    return ()


class _Fields:
    """What records and entities share."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    _fields: ClassVar[dict[str, Field]] = {}
    _key: ClassVar[Callable[[Any], Any]]
    """The fields that take part in comparisons."""

    def __init_subclass__(cls) -> None:
        cls._fields = dict(cls._fields)
        for name, annotation in cls.__annotations__.items():
            if not annotation.startswith("ClassVar"):
                cls._fields[name] = cls._field(name)
        if "__init__" not in cls.__dict__:
            cls.__init__ = _Fields.__init__  # type: ignore[method-assign]
        names = tuple([n for n, f in cls._fields.items() if not f.kw_only])
        cls.__match_args__ = names  # type: ignore[misc]
        compared = [n for n, f in cls._fields.items() if f.compare]
        cls._key = attrgetter(*compared) if compared else _nothing

    @classmethod
    def _field(cls, name: str) -> Field:
        given = cls.__dict__.get(name, _MISSING)
        if not isinstance(given, Field):
            return Field(given, compare=True, repr=True, kw_only=False)
        delattr(cls, name)
        return given

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The first instance of a class compiles the way the others take."""
        cls = type(self)
        cls.__init__ = _compiled(cls._fields, cls)  # type: ignore[method-assign]
        cls.__init__(self, *args, **kwargs)

    def __repr__(self) -> str:
        shown = (f"{n}={getattr(self, n)!r}" for n, f in self._fields.items() if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def replace(self, **changes: Any) -> Self:
        """The same with other values in some fields."""
        return type(self)(**({name: getattr(self, name) for name in self._fields} | changes))


def positional(record: _Fields) -> tuple[str, ...]:
    """The names of the fields, without those that are given by name only."""
    return record.__match_args__


@dataclass_transform(field_specifiers=(field,), frozen_default=True)
class Record(_Fields):
    """A value: see the top."""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        key = self.__class__._key
        return bool(key(self) == key(other))

    def __hash__(self) -> int:
        return hash(self.__class__._key(self))


@dataclass_transform(field_specifiers=(field,), eq_default=False)
class Entity(_Fields):
    """A thing: see the top."""

    def __repr__(self) -> str:
        """Its kind alone: entities hold one another, in circles too."""
        return f"<{type(self).__name__}>"


def _compiled(fields: dict[str, Field], cls: type) -> Callable[..., None]:
    """``__init__``, as one would write it."""
    known: dict[str, Any] = {"_MISSING": _MISSING}
    heads: dict[bool, list[str]] = {False: [], True: []}
    lines: list[str] = []
    for name, given in fields.items():
        head = value = name
        if given.factory:
            known[f"_{name}"] = given.factory
            head, value = f"{name}=_MISSING", f"_{name}() if {name} is _MISSING else {name}"
        elif given.default is not _MISSING:
            known[f"_{name}"] = given.default
            head = f"{name}=_{name}"
        heads[given.kw_only].append(head)
        lines.append(f"    self.{name} = {value}\n")
    star = ["*"] * bool(heads[True])
    text = f"def __init__({', '.join(['self', *heads[False], *star, *heads[True]])}):\n"
    exec(text + ("".join(lines) or "    pass"), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made
