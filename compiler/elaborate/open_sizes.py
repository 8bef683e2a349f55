"""The names in the shapes of inputs: which are open sizes, and their defaults."""

from __future__ import annotations

from collections.abc import Mapping

from ...grammar import syntax
from .. import advice
from ..dims import Dim, Size, isolated, symbols
from ..environment import Environment
from ..values import Namespace, NetworkValue
from .elaborator import Elaborator
from .knowledge import Learnt
from .names import value_in_file
from .sizes import as_size, check_size_name
from .state import DefaultSizes
from .trees import names_in


def open_names(el: Elaborator, expr: syntax.Expr, env: Environment) -> list[str]:
    """The names in a port's shape that are not defined."""
    names: list[str] = []
    for name in names_in(expr):
        if name.id not in names and not is_size_known(el, name.id, env):
            check_size_name(el, name)
            names.append(name.id)
    return names


def is_size_known(el: Elaborator, name: str, env: Environment) -> bool:
    if any(name in scope.names for scope in env.chain()):
        return True
    if name not in env.file.names:
        return False
    return not isinstance(value_in_file(el, env.file, name), NetworkValue | Namespace)


# --- defaults: ``image[3, H=224, W=224]`` ------------------------------------------------------


def add_default(
    el: Elaborator, sizes: DefaultSizes, default: syntax.Setting, env: Environment
) -> None:
    """Takes a default size. Its value sees the sizes before it (``W=H``)."""
    name, value = default.name, default.value
    if is_size_known(el, name, env):
        el.report(advice.sizes.default_of_known(name, default.span))
        return
    inner = env.inner()
    inner.names.update(sizes.values)
    size = as_size(el, el.evaluate(value, inner), value.span)
    if size is None:
        return
    before = sizes.defaults.setdefault(name, (size, default.span))
    if before[0] != size:
        el.report(advice.sizes.two_defaults(name, default.span, before[1]))
    sizes.values[name] = sizes.bound.get(name, before[0])


def default_sizes(
    el: Elaborator, block: syntax.Block, env: Environment, bound: Mapping[str, Dim]
) -> DefaultSizes:
    """The default sizes of a net."""
    sizes = DefaultSizes(bound)
    for port in block.inputs or ():
        for default in port.defaults:
            add_default(el, sizes, default, env)
    return sizes


def settle(el: Elaborator, sizes: DefaultSizes, env: Environment) -> None:
    """Gives a net inside another one its default sizes, if nothing tells the actual ones: neither
    the spec nor ``--input`` names the sizes of the input. ``env`` has the actual sizes."""
    for name, (default, _) in sizes.defaults.items():
        actual = env.names.get(name)
        if not isinstance(actual, Size):
            continue
        for free in symbols(actual):
            value = isolated(actual - default, free) if free in el.knowledge.free else None
            if value is not None:
                raise Learnt(el.knowledge.with_sizes({free: value}))
