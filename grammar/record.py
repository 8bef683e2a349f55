"""Classes made of fields, like dataclasses but faster to import.

A dataclass compiles up to eight methods when its module is imported. For a hundred classes that
takes as long as the rest of a `netwright check`. Here only ``__init__`` is compiled, and only when
the first instance is made; the other methods are written once, below::

    class Port(Record):
        name: str
        type: TensorType
        span: Span | None = field(default=None, compare=False, repr=False)

A :class:`Record` is a value: two of one class with equal fields are equal and have the same hash,
and a record is not changed. An :class:`Exact` record holds literals, and tells 1, 1.0 and true from
each other. An :class:`Entity` is equal only to itself and may change. For type checkers all are
dataclasses, so they refuse assignments to a record; at run time nothing refuses them.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Final, Self, dataclass_transform

_MISSING: Final[Any] = object()


class Field:
    """The options of a field; made by :func:`field`."""

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
    """A field with further options than its default."""
    return Field(default, default_factory, compare=compare, repr=repr, kw_only=kw_only)


def _nothing(_: object) -> tuple[()]:
    return ()


class _Fields:
    """What records and entities have in common."""

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
        default = cls.__dict__.get(name, _MISSING)
        if not isinstance(default, Field):
            return Field(default, compare=True, repr=True, kw_only=False)
        delattr(cls, name)
        return default

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The first instance of a class compiles the ``__init__`` that the others use."""
        cls = type(self)
        cls.__init__ = _compiled(cls._fields, cls)  # type: ignore[method-assign]
        cls.__init__(self, *args, **kwargs)

    def __repr__(self) -> str:
        shown = (f"{n}={getattr(self, n)!r}" for n, f in self._fields.items() if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def replace(self, **changes: Any) -> Self:
        """A copy with other values in some fields."""
        return type(self)(**({name: getattr(self, name) for name in self._fields} | changes))


def positional(record: _Fields) -> tuple[str, ...]:
    """The names of the fields that may be given by position."""
    return record.__match_args__


@dataclass_transform(field_specifiers=(field,), frozen_default=True)
class Record(_Fields):
    """A value: see the top of this file."""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        key = self.__class__._key
        return bool(key(self) == key(other))

    def __hash__(self) -> int:
        return hash(self.__class__._key(self))


_WHOLE: Final = frozenset({int, bool})


def typed(value: Any) -> object:
    """A value to compare by: it differs for 1, 1.0 and true, and for 0.0 and -0.0, and can be
    hashed."""
    if isinstance(value, list | tuple):
        kinds = tuple(map(type, value))
        plain = _WHOLE.issuperset(kinds)
        return (type(value), kinds, *(value if plain else map(typed, value)))
    if isinstance(value, float):
        return float, value or repr(value)
    if isinstance(value, slice):
        return (slice, typed(value.start), typed(value.stop), typed(value.step))
    if isinstance(value, dict):
        return (dict, *((key, typed(item)) for key, item in value.items()))
    return type(value), value if value.__hash__ else id(value)


def alike(a: Any, b: Any) -> bool:
    """Whether two values are equal, and stand for one another: 1, 1.0 and true do not."""
    return a is b or typed(a) == typed(b)


class Exact(Record):
    """A record that holds literals of a text: it is another one with 1, 1.0 or true."""

    def __eq__(self, other: object) -> bool:
        equal = super().__eq__(other)
        if equal is not True or self is other:
            return equal
        key = self.__class__._key
        return typed(key(self)) == typed(key(other))

    __hash__ = Record.__hash__


@dataclass_transform(field_specifiers=(field,), eq_default=False)
class Entity(_Fields):
    """An object with an identity: see the top of this file."""

    def __repr__(self) -> str:
        """The class's name only: entities may refer to one another in circles."""
        return f"<{type(self).__name__}>"


def _compiled(fields: dict[str, Field], cls: type) -> Callable[..., None]:
    """An ``__init__`` as it would be written by hand."""
    namespace: dict[str, Any] = {"_MISSING": _MISSING}
    heads: dict[bool, list[str]] = {False: [], True: []}
    lines: list[str] = []
    for name, options in fields.items():
        head = value = name
        if options.factory:
            namespace[f"_{name}"] = options.factory
            head, value = f"{name}=_MISSING", f"_{name}() if {name} is _MISSING else {name}"
        elif options.default is not _MISSING:
            namespace[f"_{name}"] = options.default
            head = f"{name}=_{name}"
        heads[options.kw_only].append(head)
        lines.append(f"    self.{name} = {value}\n")
    star = ["*"] * bool(heads[True])
    text = f"def __init__({', '.join(['self', *heads[False], *star, *heads[True]])}):\n"
    exec(text + ("".join(lines) or "    pass"), namespace)
    made: Callable[..., None] = namespace["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made
