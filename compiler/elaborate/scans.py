"""``scan``: a cell that runs step by step along axis 1, with the same weights at every step."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Draft, Scanned
from ..dims import Dim
from ..environment import Environment
from ..layer import Open, same
from ..types import TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    LayerNetwork,
    LayerWord,
    NetworkValue,
    Renamed,
    Scan,
    Shared,
    Template,
    Tensor,
    tensors_in,
    unknown_in,
)
from .blocks import another_block, deeper
from .calls import bind_block
from .elaborator import Elaborator
from .failures import whole
from .layer_nodes import run_word
from .naming import Naming
from .pipes import as_network, bundle
from .ports import declared_type, sizes_fit
from .results import all_tensors, main_tensors
from .scopes import brought
from .settings import bare_layer
from .sizes import unify
from .tensors import known_type
from .trees import is_alias, may_be_call


def evaluate_scan(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    """``scan(cell)``, ``scan(cell, init=[h, c], reverse=true)``."""
    if len(expr.arguments) != 1:
        return el.report(advice.scans.one_cell(expr))
    value = el.evaluate(expr.arguments[0], env)
    cell = _cell(el, as_network(el, value))
    if cell is None and value is not UNKNOWN:
        el.report(advice.scans.no_cell_given(value, expr))
    settings = {s.name: el.evaluate(s.value, env) for s in expr.settings}
    wrong = next((s for s in expr.settings if s.name not in ("init", "reverse")), None)
    if wrong is not None:
        return el.report(advice.scans.no_setting(wrong))
    if cell is None or unknown_in(list(settings.values())):
        return UNKNOWN
    init = settings.get("init")
    if init is not None and not tensors_in(init):
        place = next(s.value.span for s in expr.settings if s.name == "init")
        return el.report(advice.scans.no_states(init, place))
    states = None if init is None else bundle(el, init, expr.span)
    if init is not None and states is None:
        return UNKNOWN
    reverse = settings.get("reverse", False)
    if not isinstance(reverse, bool):
        place = next(s.value.span for s in expr.settings if s.name == "reverse")
        return el.report(advice.scans.no_direction(reverse, place))
    given = next((s.value.span for s in expr.settings if s.name == "init"), None)
    return Scan(cell, None if states is None else tuple(states), reverse, expr.span, given)


def _cell(el: Elaborator, network: NetworkValue | None) -> NetworkValue | None:
    """The network of a cell, which may be a block that is another one with arguments."""
    if isinstance(network, Renamed):
        inner = _cell(el, network.network)
        return inner and Renamed(inner, network.word)
    if isinstance(network, Template) and (is_alias(network.block) or may_be_call(network.block)):
        network = bind_block(el, network, {}, network.name, network.block.name_span)
    if not isinstance(network, BlockNetwork) or network.template.block.outputs is not None:
        return network
    deeper(el, network.span)
    other = another_block(el, network)
    if other is None or other is network:
        return other
    with el.calling(network.template.name, network.span):
        return _cell(el, other)


def apply_scan(
    el: Elaborator, network: Scan, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    ports = _ports(network.cell)
    declared = [i < len(ports) and ports[i].shape is not None for i in range(len(inputs))]
    steps = [_step(el, t, network.span, declared=d) for t, d in zip(inputs, declared, strict=True)]
    if any(s is None for s in steps) or not _same_length(el, network, inputs):
        return UNKNOWN
    sequence = [s for s in steps if s is not None]
    states = _first_states(el, network, inputs, sequence)
    if states is None:
        return UNKNOWN
    before = len(el.builder.drafts)
    value = el.apply(network.cell, [*sequence, *states], network.span, naming)
    result = _stepped(el, network, value, inputs, states)
    if result is UNKNOWN:  # a partial graph shows the cell on the whole sequence
        for draft in el.builder.drafts[before:]:
            draft.inputs = [brought(el, whole(t)) for t in draft.inputs]
    return result


def _stepped(
    el: Elaborator, network: Scan, value: Data, inputs: list[Tensor], states: list[Tensor]
) -> Data:
    """The scan, made of the cell's results for one step."""
    if unknown_in(value):
        return UNKNOWN
    results = _step_results(value, states)
    if len({id(r.draft) for r in results}) != 1 or results[0].draft.scan is not None:
        return _no_cell(el, network)
    return _as_scan(el, network, results[0].draft, inputs, states, results)


def _step_results(value: Data, states: list[Tensor]) -> list[Tensor]:
    """The results of a cell: without side results, as in any pipe, unless these are its states."""
    ways = [list(main_tensors(value)), all_tensors(value)]
    fitting = [way for way in ways if len(way) - len(states) in (0, 1)]
    keeping = (way for way in fitting if _keep(states, way[len(way) - len(states) :]))
    return next(keeping, (fitting or ways)[0])


def _step(el: Elaborator, tensor: Tensor, span: Span, *, declared: bool) -> Tensor | None:
    """A placeholder for one step of a sequence: it lacks axis 1."""
    kind = known_type(el, tensor, ("N", "T", "D"))
    if kind.rank < 2 or (kind.rank == 2 and kind.dtype == "float"):
        el.report(advice.scans.no_sequence(kind, span, tensor))
        return None
    if kind.rank == 4 and not declared:
        el.report(advice.scans.over_image(span, kind, tensor))
        return None
    draft = Draft(el.builder, types=[TensorType((kind.shape[0], *kind.shape[2:]), kind.dtype)])
    draft.span = tensor.draft.span
    draft.step_of = tensor
    return Tensor(draft, 0, draft.types[0])


def _same_length(el: Elaborator, network: Scan, inputs: list[Tensor]) -> bool:
    lengths = [known_type(el, t).shape[1] for t in inputs]
    with Open() as noted:
        equal = all(same(lengths[0], n) for n in lengths[1:])
    if not equal:
        el.report(advice.scans.lengths_differ(network, lengths, inputs))
        return False
    return all(unify(el, a, b, "scan", network.span, inputs) for a, b in noted.equal)


def _first_states(
    el: Elaborator, network: Scan, inputs: list[Tensor], steps: list[Tensor]
) -> list[Tensor] | None:
    if network.init is not None:
        fits = _init_fits(el, network, steps)
        return [brought(el, t) for t in network.init] if fits else None
    kinds = _state_types(el, network, steps)
    if kinds is None:
        return None
    made: list[Tensor] = []
    for kind in kinds:
        value = _zeros(el, kind, inputs, network.span)
        if not isinstance(value, Tensor):
            return None
        made.append(value)
    return made


def _zeros(el: Elaborator, kind: TensorType, inputs: list[Tensor], span: Span) -> Data:
    """Zeros of the sequences' own dtype (a network may be converted to half or double
    precision)."""
    alike = [t for t in inputs if known_type(el, t).dtype == kind.dtype]
    if alike:
        return run_word(el, "new_zeros", alike[:1], span, shape=kind.shape)
    return run_word(el, "zeros", [], span, shape=kind.shape, dtype=kind.dtype)


def _init_fits(el: Elaborator, network: Scan, steps: list[Tensor]) -> bool:
    """Whether ``init=`` has the shapes that the cell declares, if it declares them."""
    ports = _ports(network.cell)[len(steps) :]
    if len(ports) != len(network.init or ()) or any(p.shape is None for p in ports):
        return True
    kinds = _state_types(el, network, steps)
    if kinds is None:
        return False
    for port, wanted, state in zip(ports, kinds, network.init or (), strict=True):
        given = known_type(el, state)
        with Open():
            fits = given.rank == wanted.rank and all(map(same, wanted.shape, given.shape))
        if not fits:
            place = network.init_span or network.span
            el.report(advice.scans.init_differs(port, wanted, place, given, state))
            return False
    return True


def _state_types(el: Elaborator, network: Scan, steps: list[Tensor]) -> list[TensorType] | None:
    """The states' types as the cell declares them."""
    cell: NetworkValue | None = _plain(network.cell)
    if isinstance(cell, LayerWord):
        cell = bare_layer(el, cell)
    if isinstance(cell, LayerNetwork):
        return list(cell.layer.states(*(known_type(el, s) for s in steps)))
    if isinstance(cell, Template):
        cell = bind_block(el, cell, {}, cell.name, network.span)
    if not isinstance(cell, BlockNetwork) or cell.template.block.inputs is None:
        _no_cell(el, network)
        return None
    return _declared_states(el, network, cell, steps)


def _declared_states(
    el: Elaborator, network: Scan, cell: BlockNetwork, steps: list[Tensor]
) -> list[TensorType] | None:
    ports = cell.template.block.inputs or ()
    if len(ports) < len(steps):
        el.report(advice.scans.too_few_inputs(cell, network, len(ports), len(steps)))
        return None
    env = cell.template.environment.inner()
    env.names.update(cell.arguments)
    for port, step in zip(ports, steps, strict=False):
        env.names[port.name] = step
        sizes_fit(el, port.shape or (), known_type(el, step), env)
    return _port_types(el, network, ports[len(steps) :], env, known_type(el, steps[0]).shape[0])


def _port_types(
    el: Elaborator,
    network: Scan,
    ports: tuple[syntax.DeclaredPort, ...],
    env: Environment,
    batch: Dim,
) -> list[TensorType] | None:
    kinds: list[TensorType] = []
    for port in ports:
        if port.shape is None:
            el.report(advice.scans.unknown_state(port, network))
            return None
        kind = declared_type(el, port, env, batch)
        if kind is None:
            return None
        kinds.append(kind)
    return kinds


def _as_scan(
    el: Elaborator,
    network: Scan,
    draft: Draft,
    inputs: list[Tensor],
    states: list[Tensor],
    results: list[Tensor],
) -> Data:
    """Turns the call for one step into the scan of all steps."""
    if len(results) not in (len(states), len(states) + 1) or not results:
        return el.report(advice.scans.other_results(network, len(states), len(results)))
    emits = len(results) > len(states)
    after = results[emits:]
    if not _states_keep(el, network, states, after):
        return UNKNOWN
    first = known_type(el, results[0])
    length = known_type(el, inputs[0]).shape[1]
    outputs = TensorType((first.shape[0], length, *first.shape[1:]), first.dtype)
    draft.scan = Scanned(len(inputs), len(states), emits, network.reverse)
    draft.inputs[: len(inputs)] = [brought(el, t) for t in inputs]
    draft.types = [outputs, *(r.type for r in after)]
    draft.span, draft.main = network.span, (0,)
    draft.results = [draft.results[r.index] for r in results] if draft.child else []
    tensors = draft.tensors()
    return Tensor(draft, 0, outputs, side=tuple(tensors[1:]))


def _states_keep(el: Elaborator, network: Scan, before: list[Tensor], after: list[Tensor]) -> bool:
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        a, b = known_type(el, old), known_type(el, new)
        ports = _ports(network.cell)[-len(before) :]
        port = ports[i] if i < len(ports) else None
        name = f"the state `{port.name}`" if port is not None else f"state {i + 1}"
        with Open() as noted:
            keeps = a.rank == b.rank and a.dtype == b.dtype and all(map(same, a.shape, b.shape))
        if not keeps or not all(unify(el, x, y, "scan", network.span, []) for x, y in noted.equal):
            el.report(advice.scans.state_changes(network, name, port, a, b))
            return False
    return True


def _no_cell(el: Elaborator, network: Scan) -> Data:
    return el.report(advice.scans.no_block(network))


def _keep(before: list[Tensor], after: list[Tensor]) -> bool:
    """Whether the states keep their types, as far as their sizes are known."""
    pairs = [(a.type, b.type) for a, b in zip(before, after, strict=True)]
    with Open():
        return all(
            a is not None
            and b is not None
            and (a.rank, a.dtype) == (b.rank, b.dtype)
            and all(map(same, a.shape, b.shape))
            for a, b in pairs
        )


def _ports(cell: NetworkValue) -> tuple[syntax.DeclaredPort, ...]:
    """The inputs that a block declares."""
    plain = _plain(cell)
    template = plain.template if isinstance(plain, BlockNetwork) else plain
    return (template.block.inputs or ()) if isinstance(template, Template) else ()


def _plain(network: NetworkValue) -> NetworkValue:
    while isinstance(network, Renamed | Shared):
        network = network.network
    return network
