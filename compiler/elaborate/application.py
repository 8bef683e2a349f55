"""Networks applied to tensors: nodes are made, shapes inferred, scopes opened and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import listing
from ..builder import Builder, Draft, Waiting, chain_from
from ..dims import Dim, Extreme, Quotient, Size, equal, isolated, less, substitute, symbols
from ..inits import unsuited
from ..layer import Init, Layer, Made, Open, Refused, Weight, inferred
from ..layers import layers
from ..limits import MAX_INPUTS
from ..shares import form
from ..types import Shape, TensorType
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
    describe,
    is_number,
    unknown_in,
)
from ..values import Label as PathLabel
from .context import MEMBERS, UNNAMED, Naming, is_inside
from .expressions import counting, is_named_by_label
from .functions import beyond
from .held import Held
from .knowledge import Learnt
from .results import all_tensors, main_tensors, rebuilt


class Application(Held):
    """Application of networks."""

    def apply(
        self, network: Network, inputs: list[Tensor], span: Span, naming: Naming = UNNAMED
    ) -> Data:
        self.step(span)
        if naming.given:
            while isinstance(network, Renamed):
                network = network.network
            if _is_scope(network) or (naming.share is not None and _is_many(network)):
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
            value = self.apply(member, tensors, getattr(member, "span", None) or span)
            if unknown_in(value):
                return UNKNOWN
        return value

    def _combined(
        self, network: Combined, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        sides = [self._side(side, inputs, network.span) for side in (network.left, network.right)]
        if any(map(unknown_in, sides)):
            return UNKNOWN
        for side in sides:
            if not isinstance(side, Tensor) and not is_number(side):
                return self.report(
                    "E218", f"`{network.operator}` joins tensors, and one side is a bundle",
                    network.span, help="make one tensor of it first: `[f, g] > concat` or `> add`",
                )  # fmt: skip
        return self.combine(network.operator, sides[0], sides[1], network.span)

    def _side(self, member: Data, inputs: list[Tensor], span: Span) -> Data:
        """One side of a sum: networks get the input, the rest is taken as it is."""
        if isinstance(member, Network):
            return self.apply(member, inputs, span)
        self.reached(member)
        return member

    def _fan(self, network: Fan, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        waiting = self._waiting(naming)
        results: list[Data] = []
        for i, member in enumerate(network.members):
            waiting.branch = max(waiting.branch, i)
            self.reached(member)
            if isinstance(member, Labelled) and naming.label is not None and not member.label.here:
                results.append(self._labelled_branch(member, inputs, span, naming))
                waiting.branch += 1
            elif isinstance(member, Network):
                results.append(self.apply(member, inputs, span, naming.member(waiting.branch)))
                waiting.branch += 1
            else:
                results.append(member if member is not UNKNOWN else self.fail("", inputs, span))
        return UNKNOWN if self.bundle(results, span) is None else results

    def _waiting(self, naming: Naming) -> Waiting:
        """What counts the branches of a fan-out; some of its tensors may be made already."""
        known = self.builder.waiting
        own = known is not None and known.prefix == f"{naming.label}."
        return known if known is not None and own else Waiting([])

    def _labelled_branch(
        self, member: Labelled, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        """``[linear(10) as cls, linear(4) as box] as heads``: it keeps its label."""
        path = naming.inside(member.label.path).label or ""
        label = PathLabel(path, member.label.name, member.label.span)
        return self.apply(member.replace(label=label), inputs, span)

    def _repeat(self, network: Repeat, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value: Data = inputs[0] if len(inputs) == 1 else inputs
        done = 0
        while done < network.count:
            tensors = self.bundle(value, span)
            if tensors is None:
                return UNKNOWN
            before = len(self.builder.drafts)
            value = self._copy(network.network, tensors, span, naming.member(done))
            if unknown_in(value):
                return UNKNOWN
            done += 1
            rest = network.count - done
            made = self.builder.drafts[before:]
            if rest and self._fold(made, tensors, value, rest, naming.member(done - 1)):
                break
        return value

    def _copy(self, network: Network, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        """One copy of a repeated body; its labels stay inside."""
        assert self.frame is not None
        with self.repeating(None), self.framed(self.frame.inner()):
            return self.apply(network, inputs, span, naming)

    def _fold(
        self, made: list[Draft], inputs: list[Tensor], value: Data, rest: int, naming: Naming
    ) -> bool:
        """If a copy is one node that keeps its input's type, the rest are like it: count them."""
        if len(made) != 1 or not _is_counted(made[0], naming):
            return False
        node, outputs = made[0], list(main_tensors(value))
        same = [t.type for t in inputs] == [o.type for o in outputs]
        threaded = [t.identity for t in node.inputs[: len(inputs)]] == [
            self.bring(t).identity for t in inputs
        ]
        through = [o.identity for o in outputs] == [(id(node), i) for i in node.main]
        if not (same and threaded and through):
            return False
        self.grow(self.builder, node.size * rest, node.span)
        node.count += rest
        self.take_copies(node, rest)
        return True

    def _loop(self, network: Loop, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value: Data = inputs[0] if len(inputs) == 1 else inputs
        for item in network.items:
            tensors = self.bundle(value, span)
            if tensors is None:
                return UNKNOWN
            inner = network.environment.inner()
            self.bind_pattern(network.syntax.pattern, item, inner)
            with self.repeating(counting(network.syntax.pattern, inner)), self.framed(inner):
                value = self.run_statements(network.syntax.body, inner, tensors)
            if unknown_in(value):
                return UNKNOWN
        return value

    def _sliced(self, network: Sliced, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        value = self.apply(network.network, inputs, network.span, naming)
        if isinstance(value, Tensor):
            return self.slice_tensor(value, network.items, network.span)
        return value if value is UNKNOWN else self.list_item(value, network.items, network.span)

    def _renamed(self, network: Renamed, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        inner = network.network
        while isinstance(inner, Renamed) or (isinstance(inner, Labelled) and inner.label.here):
            inner = inner.network
        if not naming.given:
            naming = Naming(word=network.word)
            if _is_scope(inner) or _is_many(inner):
                return self._group(inner, inputs, span, naming)
        return self.apply(inner, inputs, span, naming)

    # --- labels and groups ------------------------------------------------------------------------

    def _labelled_network(
        self, network: Labelled, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        label = network.label
        if not label.here:
            given = Naming(label.path, span=label.span)
        elif label.span in self.builder.whole:
            return self._whole(network.network, inputs, span)
        else:
            place = naming if naming.given else self.place(label)
            if place is None:
                return UNKNOWN
            given = place
        builder, position = self.builder, self.builder.position
        held = network.held if network.held in self.held else None
        if network.numbered and not _is_many(network.network):
            value = self._group(network.network, inputs, span, given, held)
        elif held is not None:
            value = self._with_held(network.network, held, inputs, span, given)
        else:
            value = self.apply(network.network, inputs, span, given)
        if builder.numbered:  # a labelled member uses up one position, however many copies it is
            builder.position = position + 1
        self.remember(label, value)
        return value

    def _with_held(
        self, network: Network, held: Builder, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        """A labelled fan-out or repeat of which something stands already."""
        around, prefix = self.builder.waiting, f"{naming.label}." if naming.label else ""
        self.dissolve(held, self.builder, prefix, fan=_is_fan(network))
        value = self.apply(network, inputs, span, naming)
        self.release(self.builder)
        self.builder.waiting = around
        return value

    def place(self, label: PathLabel) -> Naming | None:
        """``(f > g) as _``: named by its position in a numbered scope."""
        if self.builder.numbered:
            return Naming(str(self.builder.position), span=label.span)
        self.report(
            "E221", "`as _` names a group by where it stands, and here are no positions",
            label.span, help="give it a label, or make it the whole of its block",
        )  # fmt: skip
        return None

    def _whole(self, network: Network, inputs: list[Tensor], span: Span) -> Data:
        """``block f = (g > h) as _``: numbered in the block itself."""
        return self.apply(network, inputs, span, MEMBERS if _is_many(network) else UNNAMED)

    def _group(
        self, network: Network, inputs: list[Tensor], span: Span, naming: Naming,
        held: Builder | None = None,
    ) -> Data:  # fmt: skip
        group = self.open_group(naming, span) if held is None else self.adopt(held)
        members = MEMBERS if _is_many(network) else UNNAMED
        apart = bool(self.repeats) and self.repeats[-1] is None  # copies take one another's results
        with self.building(group):
            inner = [group.pipe(self.outside(t, group), apart=apart) for t in inputs]
            value = _APPLY[type(network)](self, network, inner, span, members)
        self.release(group)
        return self.close_group(group, value, naming, span)

    def close_group(self, group: Builder, value: Data, naming: Naming, span: Span) -> Data:
        if unknown_in(value):
            return self.fail_inside(group, naming, group.name, span)
        return self.call_graph(group, value, naming, group.name, span)

    def call_graph(
        self, child: Builder, value: Data, naming: Naming, word: str, span: Span
    ) -> Data:
        """Close a scope whose result is ``value`` (of its tensors) and call it here."""
        with self.building(child):
            inner = [self.bring(t) for t in all_tensors(value)]
        self.check_labels(child)
        child.close()
        outer = {id(draft): tensor for draft, tensor in child.captured.values()}
        call = self.draft(
            [outer[id(i)] for i in child.inputs], [t.type for t in inner], span,
            child=child, results=inner,
        )  # fmt: skip
        child.site = child.site or call
        self.pass_outers(child)
        self.name(call, naming, word)
        return self.called(call, value)

    def called(self, call: Draft, value: Data) -> Data:
        """The results of a call as its graph's ``value`` is made of them."""
        made = rebuilt(value, iter(call.tensors()))
        call.main = tuple(t.index for t in main_tensors(made))
        return made

    def check_labels(self, scope: Builder) -> None:
        """Parameters of their own have no name but their label."""
        for draft in scope.drafts:
            if draft.layer is not None and not draft.label and is_named_by_label(draft.layer):
                from .advice import label_help

                word = draft.layer.word
                self.report(
                    "E221", f"`{word}` has no name without a label", draft.span,
                    notes=["a checkpoint holds it under its label"],
                    help=label_help(word, draft.span),
                )  # fmt: skip

    def pass_outers(self, child: Builder) -> None:
        for share in child.outers:
            self.use_share(share)

    # --- layers -----------------------------------------------------------------------------------

    def run_source(self, network: LayerNetwork) -> Data:
        """``param([1, 1, d])``: a tensor at once, evaluated where it stands."""
        return self._run(network, [], network.span)

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
            if not is_index(item):
                return self.report(
                    "E218", f"{describe(item)} is no index", span,
                    help="`x[:, 0]`, `x[..., 1:]`, `x[:, none]`, `x[:, index]` with an int tensor",
                )  # fmt: skip
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
        self.reached(list(network.tensors.values()))
        value = self._run(network, inputs, network.span)
        if value is not UNKNOWN:
            first = value if isinstance(value, Tensor) else value[0]
            self.name(first.draft, naming, network.word)
        return value

    def _run(self, network: LayerNetwork, inputs: list[Tensor], span: Span) -> Data:
        layer = network.layer
        if not self._arity(layer, network.word, inputs, span):
            return self.fail(network.word, inputs, span)
        tied, given = self._tensor_settings(network)
        if layer.elementwise and len(inputs) == 1 and inputs[0].type is None and not given:
            draft = self.draft(inputs, [None], span, layer=layer)
            return Tensor(draft, 0, None)
        types = [t.type or self._demand(layer, network.word, t, span) for t in inputs]
        if None in types:
            return self.fail(network.word, inputs, span)
        known = [t for t in types if t is not None]
        outputs = self._infer(network, inputs, known, given, span)
        if outputs is None:
            return self.fail(network.word, inputs, span)
        main = (0,) if layer.results == "side" else tuple(range(len(outputs)))
        draft = self.draft([*inputs, *given], outputs, span, layer=layer, main=main)
        for name, chain in tied.items():
            self._record_tie(draft, name, chain)
        return _results(layer, draft)

    def _tensor_settings(self, network: LayerNetwork) -> tuple[dict[str, Any], list[Tensor]]:
        """The settings that tie a weight, and the tensors of the others."""
        if not network.tensors:
            return {}, []
        pairs = network.tensors.items()
        tied = {n: c for n, t in pairs if (c := self._tie(network.layer, n, t))}
        return tied, [t for n, t in pairs if n not in tied]

    def _arity(self, layer: Layer, word: str, inputs: Sequence[Tensor], span: Span) -> bool:
        least, most = layer.arity
        if len(inputs) > MAX_INPUTS:
            message = f"`{word}` takes at most {MAX_INPUTS:,} tensors, got {len(inputs):,}"
            self.report("E214", message, span, help="join some of them first")
            return False
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
            wanted = f"{least} to {most}" if most not in (least, None) else wanted
            names = ", ".join("abcdefgh"[: least if len(inputs) < least else most])
            self.report(
                "E307", f"`{word}` takes {wanted} tensors, got {len(inputs)}", span,
                help=f"`[{names}] > {word}`",
            )  # fmt: skip
        return False

    def _demand(self, layer: Layer, word: str, tensor: Tensor, span: Span) -> TensorType | None:
        """An input of unknown rank becomes what the layer assumes."""
        if not layer.assumed:
            self.report(
                "E308", f"the rank of the input of `{word}` is not known", span,
                help="start with `input(3x32x32)`, say `--input 3x32x32`, or write a kernel "
                "for each axis: `3x3`",
            )  # fmt: skip
            return None
        port = self.origin(tensor)
        known = self.knowledge.with_input(port, layer.assumed, layer.assumed_dtype)
        raise Learnt(known)

    def _infer(
        self, network: LayerNetwork, inputs: list[Tensor], types: list[TensorType],
        given: list[Tensor], span: Span,
    ) -> tuple[TensorType, ...] | None:  # fmt: skip
        """``given`` are the tensors of settings."""
        unmade = type(network.layer).suit is Layer.suit
        made = () if unmade else tuple(map(self._maker, (*inputs, *given)))
        key = (network.layer, *types, *made)
        known = self.inferred.get(key)
        if known is not None:
            return known
        with Open() as noted:
            try:
                outputs = inferred(network.layer, *types)
                network.layer.suit(made, *types)
                weights = network.layer.weights(*types)
            except Refused as refusal:
                self._refused(network, refusal, inputs, types, span)
                return None
        for a, b in noted.equal:
            if not self.unify(a, b, network.word, span, inputs):
                return None
        shapes = (*(t.shape for t in outputs), *(w.shape for w in weights.values()))
        if not all(self.is_bounded(shape, span) for shape in shapes):
            return None
        if any(0 in t.shape for t in outputs):
            self._empty(network, inputs, outputs, span)
            return None
        had = {d for t in types for d in t.shape}
        sizes = [d for t in outputs for d in t.shape if isinstance(d, Size) and d not in had]
        least = noted.least + [(d, 1) for d in sizes if less(d, 1) is not False]
        self._ask(least, span)
        if not self._can_be_made(network, inputs, types, weights, span):
            return None
        if not noted.equal and not least:
            self.inferred[key] = outputs
        return outputs

    def _maker(self, tensor: Tensor) -> Made | None:
        """What made a tensor. Of ints that come from outside of a block it is noted: an equal
        call may have others."""
        made = made_by(tensor)
        if tensor.type is not None and tensor.type.dtype == "int" and self.calls:
            self.borrowed.append((tensor, made))
        return made

    def _ask(self, conditions: list[tuple[Dim, Dim]], span: Span) -> None:
        """Note what sizes must be at least, where the spec declares these sizes."""
        for size, least in conditions:
            if self._declared(size - least):
                self.least.append((size, least, span))

    def _can_be_made(
        self, network: LayerNetwork, inputs: list[Tensor], types: list[TensorType],
        weights: Mapping[str, Weight], span: Span,
    ) -> bool:  # fmt: skip
        """Whether PyTorch can make the module: before it runs, the sizes of inputs that the spec
        declares are not known. (Those of an input without a shape are left to lazy modules.)"""
        layer = network.layer
        for name, weight in weights.items():
            for size in weight.shape:
                if isinstance(size, Size) and self._declared(size):
                    self._open_weight(network, inputs, types, name, size, span)
                    return False
        if not self._inits_suit(network, inputs, types, weights, span):
            return False
        sizes = (*(t.shape[1:] for t in types), *vars(layer).values())
        if not any(map(_is_open_size, sizes)):
            return True
        if {"?", *self.knowledge.free}.intersection(symbols(*(d for t in types for d in t.shape))):
            return True
        try:
            layer.lower(*types)
        except Refused as refusal:
            self._refused(network, refusal, inputs, types, span)
            return False
        return True

    def _inits_suit(
        self, network: LayerNetwork, inputs: list[Tensor], types: list[TensorType],
        weights: Mapping[str, Weight], span: Span,
    ) -> bool:  # fmt: skip
        layer = network.layer
        if not any(isinstance(value, Init) for value in vars(layer).values()):
            return True
        weight_of = {id(init): name for name, init in layer.inits().items()}
        for setting in layer.settings:
            init = getattr(layer, setting)
            if not isinstance(init, Init):
                continue
            name = weight_of.get(id(init), "")
            if name in weights and name not in layer.tensors():
                problem = unsuited(init, weights[name].shape)
            else:
                problem = self._idle_init(network, setting)
            if problem:
                self._refused(network, Refused(problem, setting=setting), inputs, types, span)
                return False
        return True

    def _idle_init(self, network: LayerNetwork, setting: str) -> str:
        """What is wrong with an initialiser of what is not there. One that comes from a `default`
        is for those layers that have it."""
        place = network.spans.get(setting)
        if place is None or not _overlap(place, network.span):
            return ""
        what = "bias" if setting == "bias_init" else "weight of its own"
        return f"`{setting}` starts nothing: this `{network.word}` has no {what}"

    def _declared(self, dim: Dim) -> bool:
        """Whether a size depends on one that the spec declares. (``?`` is one that failed.)"""
        names = symbols(dim)
        return "?" not in names and not self.knowledge.free.issuperset(names)

    def _open_weight(
        self, network: LayerNetwork, inputs: list[Tensor], types: list[TensorType], name: str,
        size: Dim, span: Span,
    ) -> None:  # fmt: skip
        """A weight as large as an axis whose size is known only when the network runs."""
        from .advice import OPEN_WEIGHT, open_weight_help

        names = symbols(size)
        axes = [
            f"axis {i} of {t}" for t in types for i, d in enumerate(t.shape)
            if isinstance(d, Size) and set(names).intersection(symbols(d))
        ]  # fmt: skip
        what = "the batch" if names == ("N",) else f"{listing(list(names))}, which has no number"
        self.report(
            "E312", f"the {name or 'parameter'} of `{network.word}` would be as large as {what}",
            span, detail=f"its size is {size}" + (f", from {axes[0]}" if axes else ""),
            labels=self.producers(inputs, span), notes=[OPEN_WEIGHT],
            help=open_weight_help(network.layer, network.word, types[0] if types else None, names),
        )  # fmt: skip

    def _empty(
        self, network: LayerNetwork, inputs: list[Tensor], outputs: Sequence[TensorType], span: Span
    ) -> None:
        """An axis of size 0 holds nothing: what comes behind it fails, or is nothing too."""
        self.report(
            "E301", f"`{network.word}` leaves nothing: an axis of size 0", span,
            detail=f"its result would be {' and '.join(map(str, outputs))}",
            labels=self.producers(inputs, span),
        )  # fmt: skip

    def is_bounded(self, shape: Shape, span: Span) -> bool:
        """Whether PyTorch could have such a tensor; else reported."""
        large = beyond(shape)
        if large is not None:
            self.report("E214", str(large), span, help=large.help)
        return large is None

    def _refused(
        self, network: LayerNetwork, refusal: Refused, inputs: list[Tensor],
        types: list[TensorType], span: Span,
    ) -> None:  # fmt: skip
        place = network.spans.get(refusal.setting or "", span)
        blamed = inputs if refusal.input is None else [inputs[refusal.input]]
        help = list(refusal.help)
        if refusal.code == "E302" and not help and _joins(network.layer):
            from .advice import mismatch_help

            help = mismatch_help(inputs, types, any_channels=network.layer.role == "join")
        self.report(
            refusal.code, refusal.message, place, detail=refusal.detail,
            labels=self.producers(blamed, place), notes=refusal.notes, help=help,
            fix=_fix(refusal, network.spans),
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
        """Make two sizes equal if that may be; else report."""
        if self.may_be_equal(a, b, span):
            return True
        self.report(
            "E304", f"`{word}` needs {a} and {b} to be equal, and nothing says that they are", span,
            labels=self.producers(inputs, span),
            help="use one name for both sizes in the ports, or give the inputs numbers",
        )  # fmt: skip
        return False

    def may_be_equal(self, a: Dim, b: Dim, span: Span) -> bool:
        """By a free symbol, which is bound, or by an assumption, which is noted."""
        difference = a - b
        for name in symbols(difference):
            value = isolated(difference, name) if name in self.knowledge.free else None
            if value is not None:
                raise Learnt(self.knowledge.with_sizes({name: value}))
        if _rounded(a) or _rounded(b):
            self.assumptions.append((a, b, span))
            return True
        return False

    # --- ties and shares --------------------------------------------------------------------------

    def _tie(self, layer: Layer, name: str, tensor: Tensor) -> Any:
        """The drafts that lead to the weight that a setting ties to, if it is one."""
        if name not in ("weight", "bias") or type(layer).weights is Layer.weights:
            return None
        return self.weight_chain(tensor)

    def _record_tie(self, draft: Draft, name: str, chain: tuple[tuple[Draft, ...], str]) -> None:
        draft.tied[name] = chain
        for scope in self.builder.ancestors():
            source = chain_from(chain[0], scope) if is_inside(chain[0][0].builder, scope) else None
            if source is not None:
                scope.ties.append((draft, source, f"{name}={chain[1]}"))
                return
            scope.private = True

    def use_share(self, share: Shared) -> None:
        """Note that a share is used in the current scope."""
        home = share.builder
        if share not in home.shares:
            home.shares.append(share)
            self.take_label(home, share.name, share.span)
        if home is not self.builder and share not in self.builder.outers:
            self.builder.outers.append(share)

    def _shared(self, network: Shared, inputs: list[Tensor], span: Span, naming: Naming) -> Data:
        before = len(self.builder.drafts)
        value = self.apply(network.network, inputs, span, Naming(share=network))
        if unknown_in(value):
            return UNKNOWN
        made = self.builder.drafts[before:]
        draft = next((d for d in made if d.share is network), None)
        if draft is None:  # it makes no module: `share same = id`
            return value
        self.use_share(network)
        if network.first is None:
            network.first = draft
        elif not self._same_weights(network, network.first, draft, span):
            return self._share_differs(network, network.first, draft, span, "weights")
        elif not self._same_form(network, network.first, draft):
            return self._share_differs(network, network.first, draft, span, "operations")
        return value

    def _same_weights(self, network: Shared, first: Draft, draft: Draft, span: Span) -> bool:
        """Whether one module can serve both calls; open sizes are made equal if they may be."""
        if _is_open(first) or _is_open(draft):  # compared when the net's input is known
            return True
        pairs = paired(_weights_of(first), _weights_of(draft))
        if pairs is None:
            return False
        self.step(span, 4 * len(pairs))
        return all(a == b or self._may_equal(a, b, span) for a, b in pairs)

    def _same_form(self, network: Shared, first: Draft, draft: Draft) -> bool:
        """Whether one module does what both calls ask for; its text is written once."""
        if first.child is draft.child is not None or _is_open(first) or _is_open(draft):
            return True
        network.form = network.form or form(first)
        return bool(network.form == form(draft))

    def _may_equal(self, a: Dim, b: Dim, span: Span) -> bool:
        return equal(a, b) is None and self.may_be_equal(a, b, span)

    def _share_differs(
        self, network: Shared, first: Draft, draft: Draft, span: Span, what: str
    ) -> Data:
        return self.report(
            "E309", f"`{network.name}` is one instance, and this input needs other {what}", span,
            detail=f"got {', '.join(map(str, draft.takes))}",
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
        self.reached(network)
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
        bound = self.bind_block(network, {}, network.name, network.span or span)
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


def _fix(refusal: Refused, spans: Mapping[str, Span]) -> Fix | None:
    """Where the settings stand that should have another text; None if one stands elsewhere."""
    places = [spans.get(name) for name in refusal.fix]
    edits = [Edit(at, text) for at, text in zip(places, refusal.fix.values(), strict=True) if at]
    if not edits or len(edits) < len(places):
        return None
    return Fix(f"write `{', '.join(refusal.fix.values())}`", tuple(edits))


def _joins(layer: Layer) -> bool:
    """Whether a layer takes tensors of one shape: sums and their like, ``concat``, ``stack``."""
    return layer.category == "math" or layer.role in ("join", "stack")


def is_index(item: Data) -> bool:
    """Whether a value can stand between the brackets behind a tensor."""
    if isinstance(item, slice):
        ends = (item.start, item.stop, item.step)
        return all(
            e is None or (isinstance(e, int | Size) and not isinstance(e, bool)) for e in ends
        )
    if isinstance(item, list):
        return all(isinstance(i, int | Size) or i is None for i in item)
    return item is None or item is ... or isinstance(item, int | Size | Tensor)


def _is_scope(network: Network) -> bool:
    """Whether a label on the network is a scope around several modules."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    if isinstance(network, Labelled):
        return not network.label.here
    return isinstance(network, Chain | Combined | Loop)


def _is_many(network: Network) -> bool:
    """Whether a label on the network is one to each copy or branch."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Repeat | Fan)


def _is_fan(network: Network) -> bool:
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Fan)


def _is_counted(draft: Draft, naming: Naming) -> bool:
    """Whether further copies would be called like this one, with the next numbers."""
    if draft.share is not None or draft.count > 1 or draft.tied:
        return False
    if draft.child is not None and draft.child.private:
        return False
    position = str(draft.builder.position - 1) if draft.builder.numbered else None
    return bool(draft.word) or draft.label == (naming.label or position)


def _results(layer: Layer, draft: Draft) -> Data:
    if len(draft.types) == 1 and layer.results == "one":
        return Tensor(draft, 0, draft.types[0])
    first, *others = draft.tensors()
    if layer.results == "bundle":
        return [first, *others]
    return Tensor(draft, 0, first.type, side=tuple(others)) if others else first


def _origin_span(tensor: Tensor) -> Span | None:
    """The layer's place inside a group, else the call's."""
    draft = tensor.draft
    while draft.child is not None and draft.child.kind == "group" and draft.results:
        draft = draft.results[min(tensor.index, len(draft.results) - 1)].draft
    return draft.span


def made_by(tensor: Tensor, inputs: Mapping[int, Tensor] | None = None) -> Made | None:
    """What made a tensor, through groups and blocks; None where that is not known, or where it is
    made in other sizes than here. ``inputs`` are what a block gets at another call than its first,
    by the drafts of its ports."""
    draft, index = tensor.draft, tensor.index
    outer = (inputs or {}).get(id(draft)) or draft.builder.outer(tensor)
    if outer is not None:
        return made_by(outer, inputs)
    if draft.scan is not None or draft.sizes:
        return None
    if draft.child is not None:
        return made_by(draft.results[index], inputs)
    if draft.layer is None:
        return None
    ints = bool(draft.takes) and draft.takes[0].dtype == "int"
    source = made_by(draft.inputs[0], inputs) if ints and draft.inputs else None
    return Made(draft.layer, draft.takes, index, source)


def _is_open_size(value: object) -> bool:
    """Whether something that a layer has is a symbolic size, or holds one."""
    if isinstance(value, tuple):
        return any(isinstance(item, Size) for item in value)
    return isinstance(value, Size)


def _overlap(a: Span, b: Span) -> bool:
    return a.source is b.source and a.start < b.end and b.start < a.end


def _rounded(dim: Dim) -> bool:
    """Whether a size contains a floor, minimum or maximum: equality may hold for some inputs."""
    return isinstance(dim, Size) and any(
        isinstance(atom, Quotient | Extreme) for monomial, _ in dim.terms for atom in monomial
    )


def _is_open(draft: Draft) -> bool:
    """Whether the rank of something that it takes is not known yet."""
    inside = draft.child.drafts if draft.child is not None else ()
    return any(t.type is None for t in draft.inputs) or any(map(_is_open, inside))


def _weights_of(draft: Draft) -> list[tuple[Any, tuple[Dim, ...]]]:
    """What a call's modules are, and the sizes of their weights, in this call's symbols."""
    sizes = dict(draft.sizes)
    if draft.child is not None:
        inner = [w for d in draft.child.drafts if d.layer or d.child for w in _weights_of(d)]
        inner = [(kind, tuple(substitute(d, sizes) for d in dims)) for kind, dims in inner]
        return inner * draft.count
    assert draft.layer is not None
    settings = [n for n in draft.layer.tensors() if n not in draft.tied]
    weights = draft.layer.weights(*draft.takes[: len(draft.takes) - len(settings)])
    kind = (type(draft.layer), draft.share, *weights)
    return [(kind, tuple(d for w in weights.values() for d in w.shape))] * draft.count


def paired(
    first: list[tuple[Any, tuple[Dim, ...]]], second: list[tuple[Any, tuple[Dim, ...]]]
) -> list[tuple[Dim, Dim]] | None:
    """The sizes that must be equal; None where the modules differ."""
    if [(k, len(d)) for k, d in first] != [(k, len(d)) for k, d in second]:
        return None
    return [p for (_, a), (_, b) in zip(first, second, strict=True) for p in zip(a, b, strict=True)]
