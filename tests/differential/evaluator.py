"""A spec's syntax tree run on tensors, as docs/language.md says: the compiler's second opinion.

Nothing here comes from the compiler. A network is a function that is applied anew at each use: no
instance is remembered, no graph is made, no size is symbolic. A scope is a list of what was made in
it, in order; module paths are read off these lists at the end. Weights are made up where they are
asked for.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any, Final

import torch
from torch import Tensor

from netwright.grammar import syntax

from .layers import DTYPES, OPERATORS, TABLE, Entry, operate
from .nets import (
    Bound,
    Chain,
    Family,
    Fan,
    Identity,
    Joined,
    Labelled,
    Layer,
    Loop,
    Net,
    Renamed,
    Repeat,
    Scan,
    Shared,
    Sliced,
    Template,
    Word,
    everything,
    has_nets,
    has_tensors,
    number,
    plain,
    rebuilt,
    tensors,
)
from .scopes import (
    BARE,
    MEMBERS,
    TIME,
    Beyond,
    Env,
    File,
    Inside,
    Item,
    Leaf,
    Name,
    Op,
    Place,
    Refused,
    Scope,
    Source,
    Start,
    T,
    Used,
)
from .trees import is_group, is_network, pattern_names, whole
from .weights import Counter, WeightedUnit, Weights


def _make_divisible(value: float, divisor: int = 8, least: int | None = None) -> int:
    made = max(divisor if least is None else least, int(value + divisor / 2) // divisor * divisor)
    return made + divisor if made < 0.9 * value else made


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "len": len,
    "range": lambda *a: list(range(*a)),
    "min": min,
    "max": max,
    "sum": sum,
    "abs": abs,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "log": math.log,
    "int": int,
    "float": float,
    "zip": lambda *a: [list(t) for t in zip(*a)],  # noqa: B905
    "enumerate": lambda a, start=0: [list(p) for p in enumerate(a, start)],
    "reversed": lambda a: list(reversed(a)),
    "make_divisible": _make_divisible,
}
ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
WORDS: Final = frozenset(
    {
        "mode",
        "pad",
        "pad_mode",
        "dtype",
        "approximate",
        "activation",
        "norm",
        "padding_mode",
        "reduce",
    }
)
"""Settings that take bare words."""
NO_SETTINGS: Final = frozenset({"init", "bias_init"})
"""Settings that say how weights start."""


# --- running --------------------------------------------------------------------------------


Find = Callable[[str], syntax.File]


class Run:
    """One evaluation of a net."""

    def __init__(
        self, tree: syntax.File, weights: Weights, batch: int, find: Find | None = None
    ) -> None:
        self.weights = weights
        self.batch = batch
        self.find = find
        self.root = self.scope = Scope()
        self.leaves: list[Used] = []
        self.supply: Iterator[Leaf] | None = None
        self.ops: list[Op] = []
        self.wanted = False
        self.modules: dict[str, File] = {}
        self.file = self._load(tree)
        self.frame = Env(self.file)

    # --- files ------------------------------------------------------------------------------

    def _load(self, tree: syntax.File) -> File:
        file = File()
        top = Env(file)
        for statement in tree.statements:
            self._declare(statement, file, top)
        return file

    def _declare(self, statement: syntax.Statement, file: File, top: Env) -> None:
        here = Env(file, defaults=top.defaults)
        match statement:
            case syntax.Default():
                self._default(statement, top)
            case syntax.Block():
                file.names[statement.name] = lambda: Template(statement, here)
            case syntax.Share():
                file.names[statement.name] = lambda: self._share(statement, here, self.root)
            case syntax.Assign():
                for name in pattern_names(statement.target):
                    file.names[name] = partial(self._constant, statement, here, name)
            case syntax.ExpressionStatement():
                file.pipelines.append((statement.value, here))
            case syntax.Import():
                name = statement.alias or statement.module.rsplit(".", 1)[-1]
                file.names[name] = partial(self._module, statement.module)
            case syntax.FromImport():
                for name, alias in statement.names:
                    file.names[alias or name] = partial(self._member, statement.module, name)
            case _:
                raise Beyond(type(statement).__name__)

    def _constant(self, statement: syntax.Assign, env: Env, name: str) -> Any:
        self.bind(statement.target, self.value(statement.value, env), env)
        return env.names[name]

    def _module(self, module: str) -> File:
        if self.find is None:
            raise Beyond("import")
        if module not in self.modules:
            self.modules[module] = self._load(self.find(module))
        return self.modules[module]

    def _member(self, module: str, name: str) -> Any:
        return self._module(module).value(name)

    # --- the net ----------------------------------------------------------------------------

    def net(self, name: str, inputs: Mapping[str, Tensor]) -> list[T]:
        """The outputs of a net; ``name`` is empty for the file's bare pipeline."""
        self.inputs = dict(inputs)
        if name:
            result = self._run_net(Bound(self.file.value(name), {}, name))
        else:
            expr, env = self.file.pipelines[-1]
            self.root.whole = whole(expr, frozenset())
            with self.framed(env):
                result = self.value(expr, env)
        return tensors(result)

    def _run_net(self, network: Bound) -> Any:
        network = self.another(network)
        block = network.template.block
        network = self.bound(network.template, network.given, network.word)
        env = network.template.env.inner()
        env.names.update(network.arguments)
        if block.inputs is None:
            [statement] = block.body
            assert isinstance(statement, syntax.ExpressionStatement)
            value = self.value(statement.value, env)
            while isinstance(value, Renamed):
                value = value.network
            more = {n: v for n, v in network.given.items() if n not in network.arguments}
            if isinstance(value, Template):
                value = self.bound(value, more, value.block.name)
            assert isinstance(value, Bound)
            return self._run_net(Bound(value.template, {}, value.word, {**value.given, **more}))
        given = [T(self.inputs[port.name], Op()) for port in block.inputs]
        with self.framed(env):
            self._ports(block.inputs, given, env)
            return self._finish(block, env, None)

    def _ports(self, ports: Sequence[syntax.DeclaredPort], given: list[T], env: Env) -> None:
        fixed = len(ports) - 1 if ports and ports[-1].many else len(ports)
        if fixed < len(ports):
            ports = [*ports, *[ports[-1]] * (len(given) - len(ports))]
        if len(ports) != len(given):
            raise Refused(f"{len(given)} tensors for {len(ports)} inputs")
        for port, tensor in zip(ports, given, strict=True):
            if port.dtype is not None or port.shape is not None:
                self._fits(port, tensor.value, env, port.dtype or "float")
            env.names[port.name] = tensor
        if fixed < len(ports):
            env.names[ports[-1].name] = list(given[fixed:])

    def _fits(self, port: syntax.DeclaredPort, tensor: Tensor, env: Env, dtype: str | None) -> None:
        if dtype is not None and tensor.dtype != DTYPES[dtype]:
            raise Refused(f"`{port.name}` is of another type")
        if port.shape is None:
            return
        sizes: list[int] = []
        for expr in port.shape:
            if isinstance(expr, syntax.Name) and not self._size_known(expr.id, env):
                if len(sizes) + 1 >= tensor.dim():
                    raise Refused(f"`{port.name}` has too few axes")
                env.names[expr.id] = tensor.shape[1 + len(sizes)]
            value = self.value(expr, env)
            sizes += value if isinstance(value, list) else [value]
        if list(tensor.shape[1:]) != sizes:
            raise Refused(f"`{port.name}` is {sizes}, got {list(tensor.shape[1:])}")

    def _size_known(self, name: str, env: Env) -> bool:
        if any(name in scope.names for scope in env.chain()):
            return True
        return name in env.file.names and not isinstance(env.file.value(name), Net)

    def _finish(self, block: syntax.Block, env: Env, inputs: list[T] | None) -> Any:
        last = block.body[-1]
        if isinstance(last, syntax.ExpressionStatement):
            names = [
                n
                for s in block.body
                if isinstance(s, syntax.Assign)
                for n in pattern_names(s.target)
            ]
            names += [p.name for p in block.inputs or ()]
            self.scope.whole = whole(last.value, frozenset(names))
        value = self.body(block.body, env, inputs)
        made = tensors(value)
        if block.outputs is not None:
            if len(block.outputs) != len(made):
                raise Refused(f"{len(made)} results, {len(block.outputs)} declared")
            for port, tensor in zip(block.outputs, made, strict=True):
                # a source has no batch
                shown = tensor.value[None] if block.inputs == () else tensor.value
                self._fits(port, shown, env, port.dtype)
        return value

    # --- statements -------------------------------------------------------------------------

    def body(
        self, statements: tuple[syntax.Statement, ...], env: Env, inputs: list[T] | None
    ) -> Any:
        """The last expression's value; in a network expression the inputs go in at its left."""
        *before, last = statements
        for statement in before:
            self.statement(statement, env)
        if not isinstance(last, syntax.ExpressionStatement):
            raise Refused("a body without a result")
        return (
            self.value(last.value, env) if inputs is None else self.piped(last.value, env, inputs)
        )

    def statement(self, statement: syntax.Statement, env: Env) -> None:
        match statement:
            case syntax.Assign():
                value = self.value(statement.value, env)
                if isinstance(statement.target, syntax.Names) and isinstance(value, T):
                    value = everything(value) if value.side else value
                if isinstance(value, Net):
                    raise Refused("`=` names no networks")
                self.bind(statement.target, value, env)
            case syntax.ExpressionStatement():
                self.value(statement.value, env)
            case syntax.Require():
                if not self.value(statement.condition, env):
                    raise Refused("an assumption does not hold")
            case syntax.Default():
                self._default(statement, env)
            case syntax.Share(index=None):
                env.names[statement.name] = self._share(statement, env, self.scope)
            case syntax.Share():
                self._member_of_family(statement, env)
            case syntax.Block():
                template = Template(statement, env.snapshot())
                template.env.names[statement.name] = env.names[statement.name] = template
            case _:
                raise Beyond(type(statement).__name__)

    def _default(self, statement: syntax.Default, env: Env) -> None:
        here = env.snapshot()
        known = dict(env.defaults.get(_canonical(statement.layer), {}))
        known |= {s.name: (s.value, here) for s in statement.settings}
        env.defaults = {**env.defaults, _canonical(statement.layer): known}

    def _share(self, statement: syntax.Share, env: Env, home: Scope) -> Shared:
        network = self.network(self.value(statement.value, env))
        if network is None:
            raise Refused("`share` names a network")
        return Shared(statement.name, network, home)

    def _member_of_family(self, statement: syntax.Share, env: Env) -> None:
        assert statement.index is not None
        index = self.value(statement.index, env)
        share = replace(self._share(statement, env, self.scope), name=f"{statement.name}.{index}")
        known = env.names.get(statement.name)
        members = known if isinstance(known, Family) and known.home is self.scope else {}
        if index in members:
            raise Refused("a share is declared twice")
        env.names[statement.name] = Family(self.scope, {**members, index: share})

    def bind(self, pattern: syntax.Pattern, value: Any, env: Env) -> None:
        if isinstance(pattern, syntax.Name):
            env.names[pattern.id] = value
            return
        if not isinstance(value, list) or len(value) != len(pattern.items):
            raise Refused("as many names as there are values")
        for item, part in zip(pattern.items, value, strict=True):
            self.bind(item, part, env)

    def piped(self, expr: syntax.Expr, env: Env, inputs: list[T]) -> Any:
        if isinstance(expr, syntax.Binary) and expr.operator == ">":
            return self.pipe(self.piped(expr.left, env, inputs), expr.right, env)
        if isinstance(expr, syntax.Conditional):
            chosen = expr.then if self.value(expr.condition, env) else expr.otherwise
            return self.piped(chosen, env, inputs)
        value = self.want(expr, env)
        network = self.network(value)
        if (
            network is None
            and inputs
            and not (inputs[0].op.needs == () and self.scope is self.root)
        ):
            raise Refused("what is piped in is not used")
        return value if network is None else self.apply(network, inputs)

    # --- expressions ------------------------------------------------------------------------

    def value(self, expr: syntax.Expr | syntax.Slice | syntax.Ellipsis, env: Env) -> Any:
        return _RULES[type(expr)](self, expr, env)

    def want(self, expr: syntax.Expr, env: Env) -> Any:
        """The right side of a pipe: ``max(1)`` is the layer there."""
        before, self.wanted = self.wanted, True
        try:
            return self.value(expr, env)
        finally:
            self.wanted = before

    def plainly(self, expr: syntax.Expr | syntax.Slice | syntax.Ellipsis, env: Env) -> Any:
        before, self.wanted = self.wanted, False
        try:
            return self.value(expr, env)
        finally:
            self.wanted = before

    def _literal(self, expr: syntax.Number | syntax.NamedConstant, _: Env) -> Any:
        return expr.value

    def _dims(self, expr: syntax.Dims, _: Env) -> Any:
        return list(expr.values)

    def _list(self, expr: syntax.List, env: Env) -> Any:
        return [self.value(item, env) for item in expr.items]

    def _paren(self, expr: syntax.Paren, env: Env) -> Any:
        return self.value(expr.body, env)

    def _ellipsis(self, _: syntax.Ellipsis, __: Env) -> Any:
        return ...

    def _text(self, expr: syntax.Text, env: Env) -> Any:
        return "".join(p if isinstance(p, str) else str(self.value(p, env)) for p in expr.parts)

    def _name(self, expr: syntax.Name, env: Env) -> Any:
        for scope in env.chain():
            if expr.id in scope.names:
                return _called(scope.names[expr.id], expr.id)
        if expr.id in env.file.names:
            return _called(env.file.value(expr.id), expr.id)
        if expr.id == "id":
            return Identity()
        if expr.id in TABLE:
            return Word(expr.id, expr.id, env)
        for scope in env.chain():
            if expr.id in scope.labels:
                return scope.labels[expr.id]
        if expr.id == "N":
            return self.batch
        labelled = env.at_path(expr.id)
        if labelled is None:
            raise Refused(f"`{expr.id}` is not known")
        return labelled

    def _comprehension(self, expr: syntax.Comprehension, env: Env) -> Any:
        return [self.value(expr.element, inner) for inner in self._rounds(expr.clauses, env)]

    def _rounds(self, clauses: tuple[syntax.Clause, ...], env: Env) -> Iterator[Env]:
        """The environments of a comprehension's element."""
        if not clauses:
            yield env
            return
        clause, *others = clauses
        for item in self.value(clause.iterable, env):
            inner = env.inner()
            self.bind(clause.pattern, item, inner)
            if all(self.plainly(condition, inner) for condition in clause.conditions):
                yield from self._rounds(tuple(others), inner)

    def _attribute(self, expr: syntax.Attribute, env: Env) -> Any:
        value = self.value(expr.value, env)
        name = expr.name if isinstance(expr.name, str) else self._text(expr.name, env)
        for part in name.split("."):
            value = self._inside(value, part)
        return value

    def _inside(self, value: Any, name: str) -> Any:
        if isinstance(value, File):
            return value.value(name)
        if isinstance(value, Start):
            found = value.env.at_path(f"{value.path}.{name}")
            if found is None:
                raise Refused(f"there is no label `{value.path}.{name}`")
            return found
        if isinstance(value, Shared):
            value = value.first
        place = value if isinstance(value, Place) else getattr(value, "place", None)
        found = place.reach(name) if place is not None else None
        if found is not None:
            return found
        if not isinstance(value, T):
            raise Refused(f"there is no `.{name}`")
        shape = list(value.value.shape)
        if name == "shape":
            return shape
        axis = {"d": -1, "c": 1, "h": 2, "w": 3, "t": 1}.get(name)
        if axis is None:
            raise Refused(f"there is no `.{name}`")
        return shape[axis]

    def _index(self, expr: syntax.Indexed, env: Env) -> Any:
        value = self.value(expr.value, env)
        items = tuple(self.plainly(i, env) for i in expr.items)
        if isinstance(value, Family):
            return value[items[0]]
        if isinstance(value, list) and has_nets(value) and not isinstance(items[0], int | slice):
            value = self.network(value)
        return Sliced(value, items) if isinstance(value, Net) else self.item(value, items)

    def _slice(self, expr: syntax.Slice, env: Env) -> Any:
        ends = (expr.start, expr.stop, expr.step)
        return slice(*(None if e is None else self.value(e, env) for e in ends))

    def item(self, value: Any, items: tuple[Any, ...]) -> Any:
        if isinstance(value, T):
            needs = [value, *(i for i in items if isinstance(i, T))]
            return self.made_by(needs, value.value[tuple(plain(i) for i in items)])
        if isinstance(value, Place | Start):
            return self._inside(value, str(items[0]))
        if len(items) != 1 or not isinstance(items[0], int | slice):
            raise Refused("a list is indexed by a number or a slice")
        return value[items[0]]

    def _unary(self, expr: syntax.Unary, env: Env) -> Any:
        value = self.value(expr.operand, env)
        if expr.operator == "not":
            return not value
        if isinstance(value, T):
            return self.made_by([value], -value.value)
        if isinstance(value, Net):
            return Joined("*", value, -1.0)
        return -value

    def _binary(self, expr: syntax.Binary, env: Env) -> Any:
        left = self.value(expr.left, env)
        if expr.operator == ">" and not number(left):
            return self.pipe(left, expr.right, env)
        if expr.operator in ("and", "or"):
            return self.value(expr.right, env) if bool(left) == (expr.operator == "and") else left
        right = self.value(expr.right, env)
        if isinstance(left, T) or isinstance(right, T):
            sides = [v if isinstance(v, T) or number(v) else self.network(v) for v in (left, right)]
            if None in sides or any(isinstance(v, list) for v in (left, right)):
                raise Refused("an operator joins two tensors")
            if any(isinstance(v, Net) for v in sides):
                return Joined(expr.operator, *sides)
            return self.operate(expr.operator, *sides)
        if has_nets(left) or has_nets(right):
            return self._on_nets(expr.operator, left, right)
        return ARITHMETIC[expr.operator](left, right)

    def _on_nets(self, symbol: str, left: Any, right: Any) -> Any:
        if symbol == "+" and isinstance(left, list) and isinstance(right, list):
            return left + right
        sides = [v if number(v) else self.network(v) for v in (left, right)]
        if symbol == "*" and any(isinstance(v, int) for v in sides):
            count: Any = sides[0] if isinstance(sides[0], int) else sides[1]
            network: Any = sides[1] if count is sides[0] else sides[0]
            if count < 0:
                raise Refused("a negative repeat")
            return Repeat(network, count)
        return Joined(symbol, *sides)

    def operate(self, symbol: str, left: Any, right: Any) -> T:
        sides = [v for v in (left, right) if isinstance(v, T)]
        if symbol not in OPERATORS or any(isinstance(v, list) for v in (left, right)):
            raise Refused(f"`{symbol}` on a bundle")
        unit = Counter()
        return self.made_by(sides, operate(unit, symbol, plain(left), plain(right)), unit.macs)

    def made_by(self, needs: Sequence[T], value: Tensor, macs: int = 0) -> T:
        op = Op(tuple(t.op for t in needs), macs)
        self.ops.append(op)
        return T(value, op)

    def pipe(self, left: Any, right: syntax.Expr, env: Env) -> Any:
        target = self.want(right, env)
        network = self.network(target)
        if network is None:
            raise Refused("a pipe leads into a network")
        if has_tensors(left):
            return self.apply(network, tensors(left))
        first = self.network(left)
        if first is None:
            raise Refused("what is piped is no tensor")
        return Chain((first, network))

    def network(self, value: Any) -> Net | None:
        if isinstance(value, Net):
            return value
        if isinstance(value, list) and has_nets(value):
            return Fan(tuple(v if isinstance(v, T) else self.network(v) for v in value))
        return None

    def _conditional(self, expr: syntax.Conditional, env: Env) -> Any:
        chosen = expr.then if self.plainly(expr.condition, env) else expr.otherwise
        return self.value(chosen, env)

    def _for(self, expr: syntax.For, env: Env) -> Any:
        values = self.value(expr.iterable, env)
        if is_network(expr):
            return Loop(expr, values, env.snapshot())
        for item in values:
            self.bind(expr.pattern, item, env)
            outside = dict(env.labels), dict(env.paths)
            with self.framed(env):
                for statement in expr.body:
                    self.statement(statement, env)
            env.labels, env.paths = outside
        return None

    # --- calls ------------------------------------------------------------------------------

    def _call(self, expr: syntax.Call, env: Env) -> Any:
        value = self.called(expr, env)
        if isinstance(value, Bound) and value.template.block.inputs == ():
            return self.apply(value, [])
        return value

    def called(self, expr: syntax.Call, env: Env) -> Any:
        """The value of a call; a block without inputs is not applied yet."""
        if isinstance(expr.function, syntax.Name):
            word = expr.function.id
            known = env.knows(word)
            if word == "input" and not known:
                return T(next(iter(self.inputs.values())), Op())
            if word == "scan" and not known:
                return self._bind_scan(expr, env)
            if word in FUNCTIONS and not known:
                given = [self.plainly(a, env) for a in expr.arguments]
                if not self._is_layer(word, given, expr):
                    return FUNCTIONS[word](*given)
        function = self.value(expr.function, env)
        before, self.wanted = self.wanted, False
        try:
            return self._call_value(function, expr, env)
        finally:
            self.wanted = before

    def _is_layer(self, word: str, given: list[Any], expr: syntax.Call) -> bool:
        """``max(1)`` and ``sum(dim=1)`` are the layers, ``max(a, b)`` and ``sum(list)`` numbers."""
        if word not in TABLE or word in ("floor", "ceil", "round", "abs", "sqrt", "log"):
            return word in TABLE and not given
        return bool(expr.settings) or (len(given) == 1 and (self.wanted or number(given[0])))

    def _call_value(self, function: Any, expr: syntax.Call, env: Env) -> Any:
        word = function.block.name if isinstance(function, Template) else ""
        while isinstance(function, Renamed):
            word, function = word or function.word, function.network
        if isinstance(function, Word):
            settings = self.settings(function, expr.arguments, expr.settings, env)
            made = Layer(function.word, function.called, settings)
            return made.apply(self, [], BARE) if made.entry.source else made
        if isinstance(function, Template):
            return self._call_block(function, expr, env, word)
        raise Refused("what is called takes no settings")

    def _call_block(self, function: Template, expr: syntax.Call, env: Env, word: str) -> Bound:
        names = [p.name for p in function.block.parameters]
        if len(expr.arguments) > len(names):
            raise Refused("too many arguments")
        given = {n: self.value(a, env) for n, a in zip(names, expr.arguments, strict=False)}
        given |= {s.name: self.value(s.value, env) for s in expr.settings}
        return self.bound(function, given, word)

    def bound(self, template: Template, given: Mapping[str, Any], word: str) -> Bound:
        env = template.env.inner()
        for parameter in template.block.parameters:
            if parameter.name in given:
                env.names[parameter.name] = given[parameter.name]
            elif parameter.default is not None:
                env.names[parameter.name] = self.value(parameter.default, env)
            else:
                raise Refused(f"`{parameter.name}` is not given")
        if set(given) - set(env.names) and not is_another_net(template.block):
            raise Refused("an argument that the block does not have")
        return Bound(template, env.names, word, dict(given))

    def settings(
        self,
        word: Word,
        arguments: tuple[syntax.Expr, ...],
        settings: tuple[syntax.Setting, ...],
        env: Env,
    ) -> dict[str, Any]:
        entry = TABLE[word.word]
        defaults = word.env.defaults.get(_canonical(word.word), {})
        made = {n: self._setting(n, e, where) for n, (e, where) in defaults.items()}
        if entry.variadic and arguments:
            values = [self.value(a, env) for a in arguments]
            only = len(values) == 1 and isinstance(values[0], list)
            made[entry.positional[0]] = values[0] if only else values
        else:
            if len(arguments) > len(entry.positional):
                raise Refused(f"`{word.word}` takes no such settings")
            for name, argument in zip(entry.positional, arguments, strict=False):
                made[name] = self._setting(name, argument, env)
        for setting in settings:
            if setting.name not in NO_SETTINGS:
                made[setting.name] = self._setting(setting.name, setting.value, env)
        return {n: v for n, v in made.items() if n not in NO_SETTINGS}

    def _setting(self, name: str, expr: syntax.Expr, env: Env) -> Any:
        if name in NO_SETTINGS:
            return None
        if name in WORDS and isinstance(expr, syntax.Name):
            return self.value(expr, env) if env.knows(expr.id) else expr.id
        return self.value(expr, env)

    # --- application ------------------------------------------------------------------------

    def apply(self, network: Net, inputs: list[T], name: Name = BARE) -> Any:
        if name.given:
            while isinstance(network, Renamed):
                network = network.network
            if network.scoped or (name.share is not None and network.many):
                return self.group(network, inputs, name)
        return network.apply(self, inputs, name)

    def enter(self, name: Name, word: str, holds: Leaf | Scope) -> Item:
        """Put what is made into the scope, under its name."""
        scope = self.scope
        if name.share is not None:
            item = Item(name.share.name, "", holds)
            if not name.share.placed:
                name.share.home.items.append(item)
            name.share.placed = True
            return item
        if name.label:
            item = Item(name.label, "", holds)
            scope.position += scope.numbered
        elif scope.numbered:
            item = Item(str(scope.position), "", holds)
            scope.position += 1
        else:
            item = Item("", name.word or word, holds)
        scope.items.append(item)
        return item

    def group(self, network: Net, inputs: list[T], name: Name, held: Sequence[Item] = ()) -> Any:
        """A labelled group: a scope whose members are numbered. ``held`` are its sources."""
        scope = Scope(numbered=True, items=list(held))
        item = self.enter(name, "group", scope)
        with self.inside(scope):
            value = network.apply(self, inputs, MEMBERS if network.many else BARE)
        return self.leave(item, value)

    def leave(self, item: Item, value: Any) -> Any:
        """A scope's result, as it is seen from around."""
        place = Inside(item)
        item.result = rebuilt(value, lambda t: T(t.value, t.op, place=place))
        return item.result

    def layer(self, layer: Layer, inputs: list[T], name: Name) -> Any:
        entry = layer.entry
        leaf = next(self.supply) if self.supply is not None else Leaf()
        self.leaves.append(Used(leaf))
        item = None
        if not entry.source:
            item = self.enter(name, layer.called, leaf)
        needs = [*inputs, *_tensors_in(list(layer.settings.values()))]
        settings, given = _without_weights(layer.settings) if entry.weights else ({}, {})
        unit = WeightedUnit(self.weights, leaf, given)
        values = [t.value for t in inputs]
        made = entry.run(unit, values, _settings(settings if entry.weights else layer.settings))
        op = Op(tuple(t.op for t in needs), unit.macs)
        self.ops.append(op)
        if isinstance(made, Tensor):
            made = [made]
        results = [T(value, op, place=Inside(item) if item else None) for value in made]
        value = _as_said(entry, results)
        if item is not None:
            item.result = value
        elif layer.word == "param" or layer.settings.get("persistent"):
            value = replace(value, place=Source(leaf, self.scope))
            if layer.word != "param":
                leaf.weights[""] = made[0]
                leaf.buffers.add("")
        return value

    def another(self, network: Bound) -> Bound:
        """``block r8 = r(8) as _`` is the block `r` with 8."""
        block = network.template.block
        if block.kind != "block" or block.braced or block.inputs is not None:
            return network
        env = network.template.env.inner()
        env.names.update(network.arguments)
        [statement] = block.body
        labelled = self._undecorated(statement.value, env)  # type: ignore[union-attr]
        if not isinstance(labelled, syntax.Labelled) or labelled.label.name != "_":
            return network
        call = self._undecorated(labelled.body, env)
        if not isinstance(call, syntax.Call | syntax.Name | syntax.Attribute):
            return network
        value = self.value(call.function if isinstance(call, syntax.Call) else call, env)
        while isinstance(value, Renamed):
            value = value.network
        if not isinstance(value, Template | Bound):
            return network
        value = self.value(call, env)
        while isinstance(value, Renamed):
            value = value.network
        if isinstance(value, Template):
            value = self.bound(value, {}, value.block.name)
        return self.another(Bound(value.template, value.arguments, network.word))

    def _undecorated(self, expr: syntax.Expr, env: Env) -> syntax.Expr:
        while isinstance(expr, syntax.Paren | syntax.Conditional):
            if isinstance(expr, syntax.Paren):
                expr = expr.body
            else:
                expr = expr.then if self.plainly(expr.condition, env) else expr.otherwise
        return expr

    def block(self, network: Bound, inputs: list[T], name: Name) -> Any:
        network = self.another(network)
        block = network.template.block
        env = network.template.env.inner()
        env.names.update(network.arguments)
        if isinstance(block, syntax.Extern):
            return self.extern(block, network, env, inputs, name)
        scope = Scope()
        item = self.enter(name, network.word, scope)
        with self.inside(scope), self.framed(env):
            if block.inputs is None:
                value = self._finish(block, env, inputs)
            else:
                self._ports(block.inputs, inputs, env)
                value = self._finish(block, env, None)
        return self.leave(item, value)

    def extern(
        self, extern: syntax.Extern, network: Bound, env: Env, inputs: list[T], name: Name
    ) -> Any:
        """The class itself, with the weights of its module."""
        leaf = next(self.supply) if self.supply is not None else Leaf()
        self.leaves.append(Used(leaf))
        item = self.enter(name, network.word, leaf)
        self._ports(extern.inputs or (), inputs, env)
        target, _, own = extern.target.partition(":")
        module = getattr(import_module(target), own)(**network.arguments)
        unit = WeightedUnit(self.weights, leaf, {})
        state = {n: unit.weight(n, *p.shape) for n, p in module.named_parameters()}
        made = torch.func.functional_call(module, state, tuple(t.value for t in inputs))
        macs = self.value(extern.macs, env) if extern.macs is not None else 0
        op = Op(tuple(t.op for t in inputs), inputs[0].value.shape[0] * macs)
        self.ops.append(op)
        outputs = made if isinstance(made, tuple) else (made,)
        results = [T(value, op, place=Inside(item)) for value in outputs]
        value = results[0] if len(results) == 1 else results
        item.result = value
        return value

    # --- labels -----------------------------------------------------------------------------

    def label(self, node: syntax.LabelName, env: Env) -> tuple[str, str | None]:
        """The path, and the name that means the tensor."""
        base = node.name if isinstance(node.name, str) else self._text(node.name, env)
        path = ".".join([base, *(str(self.value(i, env)) for i in node.indices)])
        return path, node.name if isinstance(node.name, str) and not node.indices else None

    def _labelled(self, expr: syntax.Labelled, env: Env) -> Any:
        path, name = self.label(expr.label, env)
        body = expr.body
        while isinstance(body, syntax.Paren | syntax.Conditional):
            if isinstance(body, syntax.Conditional):
                body = body.then if self.plainly(body.condition, env) else body.otherwise
            else:
                body = body.body
        whole = expr.label.span in self.scope.whole
        self.scope.numbered |= whole
        grouped = is_group(body)
        held: list[Item] = []
        if grouped and not whole and (path != "_" or self.scope.numbered):
            made = Labelled(Identity(), path, name, True, expr.label.span, held)
            value = self._group_here(made, body, env)
            if has_tensors(value):
                return value
        elif isinstance(body, syntax.Call):
            value = self.called(body, env)
            if isinstance(value, Bound) and value.template.block.inputs == ():
                return self.apply(Labelled(value, path, name, False, expr.label.span), [])
        else:
            value = self.value(body, env)
        if isinstance(value, T):
            if isinstance(value.place, Source) and value.place.item is None:
                value.place.enter(path)
            return self.remember(Labelled(Identity(), path, name, False), value)
        network = self.network(value)
        if network is None:
            raise Refused("labels name layers, groups and tensors")
        return Labelled(network, path, name, grouped, expr.label.span, held)

    def _group_here(self, label: Labelled, body: syntax.Expr, env: Env) -> Any:
        """A pipe that starts from a tensor is evaluated inside its label's scope."""
        outer, scope = self.scope, Scope(numbered=True)
        before = len(outer.items), outer.position
        name = Name(str(outer.position) if label.label == "_" else label.label)
        item = self.enter(name, "", scope)
        with self.inside(scope):
            value = self.value(body, env)
        if not has_tensors(value):  # a network, not applied yet: its sources wait in it
            outer.items[before[0] :] = [i for i in outer.items[before[0] :] if i is not item]
            outer.position = before[1]
            label.held += scope.items
            return value
        return self.remember(label, self.leave(item, value) if scope.items else value)

    def remember(self, label: Labelled, value: Any) -> Any:
        if label.label != "_" and isinstance(value, T):
            if value.place is None:
                value = replace(value, place=Place(self.scope, label.label))
            elif isinstance(value.place, Inside):
                value = replace(value, place=Inside(value.place.item, self.scope, label.label))
            self.scope.labels[label.label] = value
        if has_tensors(value) and label.name is None:
            self.frame.paths[label.label] = value
        elif has_tensors(value) and label.name != "_":
            self.frame.labels[str(label.name)] = value
        return value

    # --- scans ------------------------------------------------------------------------------

    def _bind_scan(self, expr: syntax.Call, env: Env) -> Scan:
        cell = self.network(self.plainly(expr.arguments[0], env))
        given = {s.name: self.plainly(s.value, env) for s in expr.settings}
        if cell is None:
            raise Refused("a scan of no network")
        return Scan(cell, given.get("init"), given.get("reverse", False))

    def scan(self, network: Scan, inputs: list[T], name: Name) -> Any:
        steps = [list(step) for step in zip(*(t.value.unbind(1) for t in inputs), strict=True)]
        if network.init is not None:
            states = tensors(network.init)
        else:
            states = self._first_states(network.cell, inputs, steps[0])
        count, emitted = len(states), []
        origin = Op(tuple(t.op for t in [*inputs, *states]))
        all_ops: list[Op] = [origin]
        leaves: list[Leaf] | None = None
        for step in reversed(steps) if network.reverse else steps:
            given = [*(T(value, origin) for value in step), *states]
            if leaves is None:
                made, start = len(self.leaves), next(TIME)
                value = self.apply(network.cell, given, name)
                leaves = self.replayed(made, start)
            else:
                with self.replaying(leaves):
                    value = self.apply(network.cell, given, name)
            results = _step_results(value, states)
            states = results[len(results) - count :]
            emitted.append(results[0])
            all_ops += [t.op for t in results]
        op = Op(tuple(all_ops))
        values = [t.value for t in (emitted[::-1] if network.reverse else emitted)]
        side = tuple(T(t.value, op) for t in states)
        return T(torch.stack(values, 1), op, side, emitted[0].place)

    def _first_states(self, cell: Net, inputs: list[T], step: list[Tensor]) -> list[T]:
        while isinstance(cell, Renamed | Shared | Labelled):
            cell = cell.network
        shapes: list[tuple[list[int], torch.dtype]] = []
        if isinstance(cell, Word | Layer):
            layer = cell if isinstance(cell, Layer) else Layer(cell.word, cell.called, {})
            kept = 2 if layer.word == "lstm_cell" else 1
            shapes = [([layer.settings["hidden"]], torch.float32)] * kept
        else:
            bound = self.bound(cell, {}, "") if isinstance(cell, Template) else cell
            assert isinstance(bound, Bound)
            env = bound.template.env.inner()
            env.names.update(bound.arguments)
            ports = bound.template.block.inputs or ()
            self._ports(ports[: len(step)], [T(v, Op()) for v in step], env)
            for port in ports[len(step) :]:
                if port.shape is None:
                    raise Refused("a state without a shape")
                shape = [self.value(e, env) for e in port.shape]
                shapes.append((shape, DTYPES[port.dtype or "float"]))
        return [T(torch.zeros(step[0].shape[0], *s, dtype=d), Op()) for s, d in shapes]

    # --- state ------------------------------------------------------------------------------

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer

    @contextmanager
    def framed(self, env: Env) -> Iterator[None]:
        outer, self.frame = self.frame, env
        try:
            yield
        finally:
            self.frame = outer

    def replayed(self, made: int, start: int) -> list[Leaf]:
        """The leaves that another run of the same takes again. A share that was there before
        has its own in hand."""
        return [u.leaf for u in self.leaves[made:] if min(u.homes, default=start) >= start]

    @contextmanager
    def replaying(self, leaves: list[Leaf]) -> Iterator[None]:
        """Made once, used again: the same leaves in the same order, and no names for them."""
        outer, self.supply = self.supply, iter(leaves)
        known, self.leaves = self.leaves, []
        shares = Scope()
        try:
            with self.inside(shares):
                yield
        finally:
            self.supply, self.leaves = outer, known


def _step_results(value: Any, states: list[T]) -> list[T]:
    """What a cell gives: as in any pipe without side results, unless these are its states."""
    for results in (tensors(value), everything(value)):
        after = results[len(results) - len(states) :]
        if len(results) - len(states) in (0, 1) and all(map(_alike, states, after)):
            return results
    raise Refused("a cell gives its states, or one value more")


def _alike(a: T, b: T) -> bool:
    return (a.value.shape, a.value.dtype) == (b.value.shape, b.value.dtype)


def _tensors_in(value: Any) -> list[T]:
    if isinstance(value, list):
        return [t for item in value for t in _tensors_in(item)]
    return [value] if isinstance(value, T) else []


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in settings.items()}


def _without_weights(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, T]]:
    """The plain settings, and the tensors in the place of weights."""
    given = {n: v for n, v in settings.items() if n in ("weight", "bias") and isinstance(v, T)}
    plain = {n: v for n, v in settings.items() if n not in given}
    return plain | ({"bias": True} if "bias" in given else {}), given


def _as_said(entry: Entry, results: list[T]) -> Any:
    """One tensor, a bundle, or a tensor with side results."""
    if entry.results == "bundle":
        return results
    first, *side = results
    return replace(first, side=tuple(side)) if side else first


def _called(value: Any, name: str) -> Any:
    """A network in a variable is called under the variable's name."""
    if isinstance(value, Word):
        return Word(value.word, name, value.env)
    if not isinstance(value, Net) or isinstance(value, Shared | Identity):
        return value
    if isinstance(value, Template) and value.block.name == name:
        return value
    return Renamed(value.network if isinstance(value, Renamed) else value, name)


def _canonical(word: str) -> str:
    entry = TABLE.get(word)
    return next((w for w, e in TABLE.items() if e is entry), word) if word in ALIASES else word


ALIASES: Final = frozenset({"bn", "ln", "gn", "fc", "embed", "pool"})


_RULES: Final[dict[type, Any]] = {
    syntax.Number: Run._literal,
    syntax.NamedConstant: Run._literal,
    syntax.Text: Run._text,
    syntax.Dims: Run._dims,
    syntax.List: Run._list,
    syntax.Comprehension: Run._comprehension,
    syntax.Name: Run._name,
    syntax.Attribute: Run._attribute,
    syntax.Indexed: Run._index,
    syntax.Slice: Run._slice,
    syntax.Ellipsis: Run._ellipsis,
    syntax.Call: Run._call,
    syntax.Unary: Run._unary,
    syntax.Binary: Run._binary,
    syntax.Conditional: Run._conditional,
    syntax.Labelled: Run._labelled,
    syntax.Paren: Run._paren,
    syntax.For: Run._for,
}


# --- what comes out -------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a spec says on these inputs."""

    outputs: list[Tensor]
    state: dict[str, Tensor]
    buffers: set[str]
    macs: int
    all_macs: int

    @property
    def params(self) -> int:
        """Learnable numbers; a tied weight counts once."""
        own = {id(t): t.numel() for name, t in self.state.items() if name not in self.buffers}
        return sum(own.values())


def evaluate(
    file: syntax.File,
    net: str,
    inputs: Mapping[str, Tensor],
    weights: Weights,
    find: Find | None = None,
) -> Outcome:
    """Run a net on tensors; ``find`` gives the files that it imports.

    Raises Refused, or whatever PyTorch does.
    """
    weights.again()
    batch = next(iter(inputs.values())).shape[0]
    run = Run(file, weights, batch, find)
    outputs = run.net(net, inputs)
    state: dict[str, Tensor] = {}
    buffers: set[str] = set()
    for path, weight, is_buffer in run.root.weights():
        if path in state:
            raise Refused(f"two modules are called `{path}`")
        state[path] = weight
        buffers |= {path} if is_buffer else set()
    needed = _needed([t.op for t in outputs])
    everything_run = sum(op.macs for op in run.ops)
    return Outcome(
        [t.value for t in outputs], state, buffers, sum(op.macs for op in needed), everything_run
    )


def _needed(ops: list[Op]) -> list[Op]:
    """All that these results depend on."""
    found: dict[int, Op] = {}
    while ops:
        op = ops.pop()
        if id(op) not in found:
            found[id(op)] = op
            ops += op.needs
    return list(found.values())


def is_another_net(block: syntax.Block) -> bool:
    """``net small = made(kw=4)``: it takes the parameters that its call leaves open."""
    if block.kind != "net" or block.inputs is not None or len(block.body) != 1:
        return False
    [statement] = block.body
    value = statement.value if isinstance(statement, syntax.ExpressionStatement) else None
    return isinstance(value, syntax.Name | syntax.Call | syntax.Attribute)
