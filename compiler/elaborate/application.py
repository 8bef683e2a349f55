"""Networks applied to tensors: nodes are made, shapes inferred, scopes opened and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...grammar import syntax
from ...grammar.diagnostics import Label
from ...grammar.source import Span
from ..builder import Builder, Draft, chain_from
from ..dims import Dim, Extreme, Quotient, Size, equal, is_symbol, substitute, symbol, symbols
from ..layer import Layer, Refused, noting_open_pairs
from ..layers import layers
from ..types import TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Chain,
    Combined,
    Data,
    Fan,
    Identity,
    Labelled,
    LayerNetwork,
    LayerWord,
    Loop,
    Network,
    Renamed,
    Repeat,
    Scan,
    Shared,
    Sliced,
    Template,
    Tensor,
    is_number,
    tensors_in,
    unknown_in,
)
from ..values import Label as PathLabel
from .advice import axes_that_differ, mismatch_help
from .context import UNNAMED, Bind, Naming, NeedsInput
from .expressions import Expressions


class Application(Expressions):
    """Application of networks."""

    def apply(
        self, network: Network, inputs: list[Tensor], span: Span, naming: Naming = UNNAMED
    ) -> Data:
        self.step(span)
        if naming.label is not None and _is_scope(network):
            return self._group(network, inputs, span, naming)
        return _APPLY[type(network)](self, network, inputs, span, naming)

    # --- compositions -----------------------------------------------------------------------------

    def _identity(
        self, network: Identity, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        return inputs[0] if len(inputs) == 1 else list(inputs)

    def _chain(self, network: Chain, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value: Data = inputs
        for member in network.members:
            tensors = self.bundle(value, span)
            if tensors is None:
                return UNKNOWN
            value = self.apply(member, tensors, getattr(member, "span", span))
            if unknown_in(value):
                return UNKNOWN
        return value

    def _combined(
        self, network: Combined, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        sides = [self._member(side, inputs, network.span) for side in (network.left, network.right)]
        if any(map(unknown_in, sides)):
            return UNKNOWN
        for side in sides:
            if not isinstance(side, Tensor) and not is_number(side):
                return self.report("E218", f"`{network.operator}` joins tensors, this is a bundle",
                                   network.span)  # fmt: skip
        return self.combine(network.operator, sides[0], sides[1], network.span)

    def _member(self, member: Data, inputs: list[Tensor], span: Span) -> Data:
        """A branch of a sum or fan-out: networks get the input, the rest is taken as it is."""
        if isinstance(member, Network):
            return self.apply(member, inputs, span)
        return member

    def _fan(self, network: Fan, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        results: list[Data] = []
        for i, member in enumerate(network.members):
            if isinstance(member, Network) and naming.label is not None:
                branch = Naming(f"{naming.label}.{i}", span=naming.span)
                results.append(self.apply(member, inputs, span, branch))
            else:
                results.append(self._member(member, inputs, span))
        return UNKNOWN if unknown_in(results) else results

    def _repeat(self, network: Repeat, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value: Data = inputs[0] if len(inputs) == 1 else inputs
        done = 0
        while done < network.count:
            tensors = self.bundle(value, span)
            if tensors is None:
                return UNKNOWN
            before = len(self.builder.drafts)
            copy = naming
            if naming.label is not None:
                copy = Naming(f"{naming.label}.{done}", span=naming.span)
            value = self._copy(network.network, tensors, span, copy)
            if unknown_in(value):
                return UNKNOWN
            done += 1
            rest = network.count - done
            if rest and self._fold(self.builder.drafts[before:], tensors, value, rest):
                break
        return value

    def _copy(self, network: Network, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        """One copy of a repeated body; its labels stay inside."""
        assert self.frame is not None
        self.repeated += 1
        try:
            with self.framed(self.frame.inner()):
                return self.apply(network, inputs, span, naming)
        finally:
            self.repeated -= 1

    def _fold(self, made: list[Draft], inputs: list[Tensor], value: Data, rest: int) -> bool:
        """If a copy is one node that keeps its input's type, the rest are like it: count them."""
        outputs = [value] if isinstance(value, Tensor) else value
        if len(made) != 1 or made[0].share is not None or not (made[0].label or made[0].word):
            return False
        node = made[0]
        same = [t.type for t in inputs] == [o.type for o in outputs]
        threaded = [t.identity for t in node.inputs[: len(inputs)]] == [
            self.bring(t).identity for t in inputs
        ]
        if not same or not threaded or any(o.draft is not node for o in outputs):
            return False
        node.count += rest
        if self.builder.numbered:
            self.builder.position += rest
        return True

    def _loop(self, network: Loop, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value: Data = inputs[0] if len(inputs) == 1 else inputs
        for item in network.items:
            tensors = self.bundle(value, span)
            if tensors is None:
                return UNKNOWN
            inner = network.environment.inner()
            self.bind_pattern(network.syntax.pattern, item, inner)
            self.repeated += 1
            try:
                with self.framed(inner):
                    value = self.run_statements(network.syntax.body, inner, tensors)
            finally:
                self.repeated -= 1
            if unknown_in(value):
                return UNKNOWN
        return value

    def _sliced(self, network: Sliced, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value = self.apply(network.network, inputs, network.span, naming)
        if isinstance(value, Tensor):
            return self.slice_tensor(value, network.items, network.span)
        if isinstance(value, list) and len(network.items) == 1:
            return value[network.items[0]]
        return UNKNOWN

    def _renamed(
        self, network: Renamed, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        if naming.label is None and _is_scope(network.network):
            return self._group(network.network, inputs, span, Naming(word=network.word))
        if naming.label is None:
            naming = Naming(word=network.word)
        return self.apply(network.network, inputs, span, naming)

    # --- labels and groups ------------------------------------------------------------------------

    def _labelled_network(
        self, network: Labelled, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        label = network.label
        if naming.label is not None:
            return self._group(network, inputs, span, naming)
        if label.here:
            return self._here(network, inputs, span)
        given = Naming(label.path, span=label.span)
        builder, position = self.builder, self.builder.position
        if network.numbered and not isinstance(network.network, Repeat | Fan):
            value = self._group(network.network, inputs, span, given)
        else:
            value = self.apply(network.network, inputs, span, given)
        if builder.numbered:  # a labelled member uses up one position, however many copies it is
            builder.position = position + 1
        self.remember(label, value)
        return value

    def _here(self, network: Labelled, inputs: list[Tensor], span: Span) -> Data:
        """``(f > g) as _``: a group at its position in a numbered scope."""
        if not self.builder.numbered:
            return self.report(
                "E221", "`as _` names a group by where it stands, and here are no positions",
                network.label.span, help="give it a label, or make it the whole of its block",
            )  # fmt: skip
        return self._group(network.network, inputs, span, UNNAMED)

    def _group(
        self, network: Network, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        group = self._open_group(naming, span)
        with self.building(group):
            inner = [self.bring(t) for t in inputs]
            value = _APPLY[type(network)](self, network, inner, span, UNNAMED)
        return self._close_group(group, value, naming, span)

    def in_group(self, label: PathLabel, make: Callable[[], Data]) -> Data | None:
        """A labelled pipe that starts from a tensor: evaluated in its label's scope.

        None if it turns out to be a network; then nothing is kept of the attempt.
        """
        naming = Naming(label.path, span=label.span)
        group = self._open_group(naming, label.span)
        assert self.frame is not None
        labels, found = dict(self.frame.labels), len(self.diagnostics)
        with self.building(group):
            value = make()
        if not tensors_in(value):
            if value is UNKNOWN:
                return UNKNOWN
            self.frame.labels = labels
            del self.diagnostics[found:]
            return None
        if not group.drafts:
            self.remember(label, value)
            return value
        value = self._close_group(group, value, naming, label.span)
        self.remember(label, value)
        return value

    def _open_group(self, naming: Naming, span: Span) -> Builder:
        name = (naming.label or naming.word or "group").rsplit(".", 1)[-1]
        return Builder("group", name, self.builder, numbered=True, span=span)

    def _close_group(self, group: Builder, value: Data, naming: Naming, span: Span) -> Data:
        if unknown_in(value):
            return UNKNOWN
        return self.call_graph(group, value, naming, group.name, span)

    def call_graph(
        self, child: Builder, value: Data, naming: Naming, word: str, span: Span
    ) -> Data:
        """Close a scope whose result is ``value`` (of its tensors) and call it here."""
        with self.building(child):
            inner = [self.bring(t) for t in _tensors(value)]
        child.close()
        outer = {id(draft): tensor for draft, tensor in child.captured.values()}
        call = self.draft(
            [outer[id(i)] for i in child.inputs], [t.type for t in inner], span,
            child=child, results=inner,
        )  # fmt: skip
        child.site = child.site or call
        self._pass_outers(child)
        self.name(call, naming, word)
        return _rebuilt(value, iter(call.tensors()))

    def _pass_outers(self, child: Builder) -> None:
        for share in child.outers:
            self.use_share(share)

    # --- layers -----------------------------------------------------------------------------------

    def run_word(self, word: str, inputs: list[Tensor], span: Span, **settings: Any) -> Data:
        """An operator's layer: it has no module path."""
        tensors = {k: v for k, v in settings.items() if isinstance(v, Tensor)}
        plain = settings | {k: self.known_type(v) for k, v in tensors.items()}
        network = LayerNetwork(layers()[word](**plain), word, span, tensors)
        return self._run(network, inputs, span)

    def slice_tensor(self, value: Tensor, items: tuple[Any, ...], span: Span) -> Data:
        self.known_type(value)
        tensors: dict[str, Tensor] = {}
        plain: list[Any] = []
        for item in items:
            if isinstance(item, Tensor):
                tensors[f"#{len(plain)}"] = item
                plain.append(self.known_type(item))
            else:
                plain.append(tuple(item) if isinstance(item, list) else item)
        network = LayerNetwork(layers()["index"](items=tuple(plain)), "index", span, tensors)
        return self._run(network, [value], span)

    def _layer_word(
        self, network: LayerWord, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        bound = self.bare_layer(network)
        return UNKNOWN if bound is None else self.apply(bound, inputs, span, naming)

    def _layer(
        self, network: LayerNetwork, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        value = self._run(network, inputs, network.span)
        if value is not UNKNOWN:
            first = value if isinstance(value, Tensor) else value[0]
            self.name(first.draft, naming, network.word)
        return value

    def _run(self, network: LayerNetwork, inputs: list[Tensor], span: Span) -> Data:
        layer = network.layer
        if not self._arity(layer, network.word, inputs, span):
            return UNKNOWN
        tied = {n: c for n, t in network.tensors.items() if (c := self._tie(layer, n, t))}
        given = [t for n, t in network.tensors.items() if n not in tied]
        if layer.elementwise and len(inputs) == 1 and inputs[0].type is None and not given:
            draft = self.draft(inputs, [None], span, layer=layer)
            return Tensor(draft, 0, None)
        types = [self._demand(layer, network.word, t, span) for t in inputs]
        if None in types:
            return UNKNOWN
        outputs = self._infer(network, inputs, [t for t in types if t is not None], span)
        if outputs is None:
            return UNKNOWN
        draft = self.draft([*inputs, *given], outputs, span, layer=layer)
        for name, chain in tied.items():
            self._record_tie(draft, name, chain)
        return _results(layer, draft)

    def _arity(self, layer: Layer, word: str, inputs: Sequence[Tensor], span: Span) -> bool:
        least, most = layer.arity
        if least <= len(inputs) and (most is None or len(inputs) <= most):
            return True
        if least == 0:
            self.report("E307", f"`{word}` is a source: nothing is piped into it", span)
        elif len(inputs) > 1 and most == 1:
            self.report(
                "E307", f"`{word}` takes one tensor, a bundle of {len(inputs)} is piped in", span,
                help=[f"`[t > {word} for t in bundle]` maps it", "`concat` joins a bundle"],
            )  # fmt: skip
        else:
            wanted = f"{least}" if most == least else f"at least {least}"
            self.report(
                "E307", f"`{word}` takes {wanted} tensors, got {len(inputs)}", span,
                help=f"`[a, b] > {word}`",
            )  # fmt: skip
        return False

    def _demand(self, layer: Layer, word: str, tensor: Tensor, span: Span) -> TensorType | None:
        """The type of an input; an input of unknown rank becomes what the layer assumes."""
        if tensor.type is None:
            if not layer.assumed:
                self.report(
                    "E308", f"the rank of the input of `{word}` is not known", span,
                    help="start with `input(3x32x32)`, say `--input 3x32x32`, or write a kernel "
                    "for each axis: `3x3`",
                )  # fmt: skip
                return None
            raise NeedsInput(self.origin(tensor), layer.assumed, layer.assumed_dtype)
        return tensor.type

    def _infer(
        self, network: LayerNetwork, inputs: list[Tensor], types: list[TensorType], span: Span
    ) -> tuple[TensorType, ...] | None:
        key = (network.layer, *types)
        known = self.inferred.get(key)
        if known is not None:
            return known
        with noting_open_pairs() as pairs:
            try:
                result = network.layer.infer(*types)
            except Refused as refusal:
                self._refused(network, refusal, inputs, types, span)
                return None
        for a, b in pairs:
            if not self.unify(a, b, network.word, span, inputs):
                return None
        outputs = (result,) if isinstance(result, TensorType) else tuple(result)
        if not pairs:
            self.inferred[key] = outputs
        return outputs

    def _refused(
        self, network: LayerNetwork, refusal: Refused, inputs: list[Tensor],
        types: list[TensorType], span: Span,
    ) -> None:  # fmt: skip
        place = network.spans.get(refusal.setting or "", span)
        blamed = inputs if refusal.input is None else [inputs[refusal.input]]
        detail = refusal.detail
        help = list(refusal.help)
        if refusal.code == "E302" and not help:
            help = mismatch_help(inputs, types)
        self.report(
            refusal.code, refusal.message, place, detail=detail, labels=self.producers(blamed, place),
            notes=refusal.notes, help=help,
        )  # fmt: skip

    def producers(self, tensors: Sequence[Tensor], place: Span) -> list[Label]:
        """Where the shapes come from."""
        labels: dict[tuple[int, int], Label] = {}
        for tensor in tensors:
            span = _origin_span(tensor)
            if span is not None and tensor.type is not None and not _overlap(span, place):
                labels.setdefault((span.start, span.end), Label(span, str(tensor.type)))
        return list(labels.values())

    # --- sizes that must be equal -----------------------------------------------------------------

    def unify(self, a: Dim, b: Dim, word: str, span: Span, inputs: Sequence[Tensor]) -> bool:
        """Make two sizes equal if a free symbol or an assumption allows it; else report."""
        for this, other in ((a, b), (b, a)):
            if is_symbol(this) and str(this) in self.free and str(this) not in symbols(other):
                raise Bind(str(this), other)
        if _rounded(a) or _rounded(b):
            self.assumptions.append((a, b, span))
            return True
        self.report(
            "E304", f"`{word}` needs {a} and {b} to be equal, and nothing says that they are", span,
            labels=self.producers(inputs, span),
            help="use one name for both sizes in the ports, or give the inputs numbers",
        )  # fmt: skip
        return False

    # --- ties and shares --------------------------------------------------------------------------

    def _tie(self, layer: Layer, name: str, tensor: Tensor) -> Any:
        """The drafts that lead to the weight that a setting ties to, if it is one."""
        if name not in ("weight", "bias"):
            return None
        return self.weight_chain(tensor)

    def _record_tie(self, draft: Draft, name: str, chain: tuple[tuple[Draft, ...], str]) -> None:
        draft.tied[name] = chain
        for scope in self.builder.ancestors():
            source = chain_from(chain[0], scope) if _inside(chain[0][0].builder, scope) else None
            if source is not None:
                scope.ties.append((draft, source, f"{name}={chain[1]}"))
                return
            scope.private = True

    def use_share(self, share: Shared) -> None:
        """Note that a share is used in the current scope."""
        if share.builder is self.builder:
            if share not in share.builder.shares:
                share.builder.shares.append(share)
        elif share not in self.builder.outers:
            self.builder.outers.append(share)
            if share not in share.builder.shares:
                share.builder.shares.append(share)

    def _shared(self, network: Shared, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        before = len(self.builder.drafts)
        if _is_scope(network.network):
            group = Builder("group", network.name, self.builder, numbered=True, span=network.span)
            with self.building(group):
                inner = [self.bring(t) for t in inputs]
                value = _APPLY[type(network.network)](self, network.network, inner, span, UNNAMED)
            if unknown_in(value):
                return UNKNOWN
            value = self.call_graph(group, value, Naming(word="_share"), "_share", span)
        else:
            value = self.apply(network.network, inputs, span, Naming(word="_share"))
        if unknown_in(value):
            return UNKNOWN
        draft = self.builder.drafts[-1]
        if len(self.builder.drafts) == before or draft.word != "_share" and not draft.label:
            return value
        if draft.label and self.builder.numbered:
            self.builder.position -= draft.count
        draft.word, draft.label, draft.share = "", "", network
        if network.first is None:
            network.first = draft
        elif _weights_of(draft) != _weights_of(network.first):
            return self._share_differs(network, draft, span)
        self.use_share(network)
        return value

    def _share_differs(self, network: Shared, draft: Draft, span: Span) -> Data:
        first = network.first
        assert first is not None
        got = ", ".join(map(str, draft.takes))
        return self.report(
            "E309", f"`{network.name}` is one instance, and this input needs other weights", span,
            detail=f"got {got}",
            labels=[Label(first.span, f"made for {', '.join(map(str, first.takes))}")]
            if first.span else [],
            help="`block` makes new weights at each use",
        )  # fmt: skip

    # --- what other parts provide -----------------------------------------------------------------

    def run_statements(
        self, body: tuple[syntax.Statement, ...], env: Any, inputs: list[Tensor] | None
    ) -> Data:
        raise NotImplementedError

    def _block(
        self, network: BlockNetwork, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        return self.instantiate(network, inputs, span, naming)

    def instantiate(
        self, network: BlockNetwork, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        raise NotImplementedError

    def _scan(self, network: Scan, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        return self.run_scan(network, inputs, naming)

    def run_scan(self, network: Scan, inputs: list[Tensor], naming: Naming) -> Data:
        raise NotImplementedError

    def _template(
        self, network: Template, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        bound = self.bind_block(network, {}, network.name, span)
        return UNKNOWN if bound is None else self.apply(bound, inputs, span, naming)


_APPLY: dict[type, Any] = {
    Identity: Application._identity,
    Chain: Application._chain,
    Combined: Application._combined,
    Fan: Application._fan,
    Repeat: Application._repeat,
    Loop: Application._loop,
    Sliced: Application._sliced,
    Renamed: Application._renamed,
    Labelled: Application._labelled_network,
    LayerWord: Application._layer_word,
    LayerNetwork: Application._layer,
    Shared: Application._shared,
    BlockNetwork: Application._block,
    Template: Application._template,
    Scan: Application._scan,
}


def _is_scope(network: Network) -> bool:
    """Whether a label on the network is a scope around several modules."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Chain | Combined | Loop | Labelled)


def _results(layer: Layer, draft: Draft) -> Data:
    tensors = draft.tensors()
    if layer.results == "bundle":
        return tensors
    first = tensors[0]
    return Tensor(draft, 0, first.type, side=tuple(tensors[1:])) if len(tensors) > 1 else first


def _tensors(value: Data) -> list[Tensor]:
    """The tensors of a result in order: side results follow their tensor."""
    if isinstance(value, list):
        return [t for item in value for t in _tensors(item)]
    return [value, *value.side]


def _rebuilt(value: Data, tensors: Iterator[Tensor]) -> Data:
    """The same structure of other tensors."""
    if isinstance(value, list):
        return [_rebuilt(item, tensors) for item in value]
    first = next(tensors)
    side = tuple(next(tensors) for _ in value.side)
    return Tensor(first.draft, first.index, first.type, side=side)


def _origin_span(tensor: Tensor) -> Span | None:
    """The layer's place inside a group, else the call's."""
    draft = tensor.draft
    while draft.child is not None and draft.child.kind == "group" and draft.results:
        draft = draft.results[min(tensor.index, len(draft.results) - 1)].draft
    return draft.span


def _overlap(a: Span, b: Span) -> bool:
    return a.source is b.source and a.start < b.end and b.start < a.end


def _rounded(dim: Dim) -> bool:
    """Whether a size contains a floor, minimum or maximum: equality may hold for some inputs."""
    return isinstance(dim, Size) and any(
        isinstance(atom, Quotient | Extreme) for monomial, _ in dim.terms for atom in monomial
    )


def _inside(builder: Builder, scope: Builder) -> bool:
    return any(b is scope for b in builder.ancestors())


def _weights_of(draft: Draft) -> Any:
    """The weights that a call holds, as a comparable structure."""
    if draft.child is not None:
        return [_weights_of(d) for d in draft.child.drafts if d.layer or d.child]
    if draft.layer is None:
        return None
    settings = [n for n in draft.layer.tensors() if n not in draft.tied]
    return type(draft.layer), draft.layer.weights(*draft.takes[: len(draft.takes) - len(settings)])


