"""Random specs: small, mostly sound, and of every construct that the language has.

A ``Writer`` writes one text from one seed. It knows the shape of every tensor it names, and chooses
what fits: so most of what it writes can be run. It shares nothing with the compiler but the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from .compare import Input, Program
from .networks import Networks
from .page import BLOCKS, SHARES, Known, Page, Piece, Shape, body
from .phrases import (
    ACTIVATIONS,
    ALIASES,
    ARGUMENTS,
    CARRIED,
    CELLS,
    CROSSED,
    DEFAULTS,
    HEADS,
    INDEXED_IMAGE,
    INDEXED_SEQUENCE,
    INDEXED_VECTOR,
    LABELS_ON_LABELS,
    LONG_CELLS,
    MANY,
    MASKED,
    MASKS,
    NUMBERS,
    OF_IMAGE_SIZES,
    OF_SIZES,
    OWN_SOURCES,
    PAIRS,
    PAIRS_REPEATED,
    REACHED,
    SIDES,
    SIDES_IN_GROUPS,
    SIDES_OF_IMAGE,
    SIDES_OF_VECTOR,
    SIDES_REPEATED,
    SOURCES,
    TOWERS,
    USED_SOURCES,
)

INDEXED = {1: INDEXED_VECTOR, 2: INDEXED_SEQUENCE, 3: INDEXED_IMAGE}
SIDED = {1: SIDES_OF_VECTOR, 2: SIDES, 3: SIDES_OF_IMAGE}
WIDTHS = ("[3, 5]", "[2, 4, 6]", "[4] * 3", "[2 * i for i in range(1, 3)]")
NUMBER_NAMES = ("w1", "w2", "w3")
STATEMENTS = {
    "mask": 2,
    "reached": 2,
    "shared_weight": 1,
    "family": 1,
    "own_source": 1,
    "many": 1,
    "assign": 4,
    "sides": 3,
    "chunks": 1,
    "for": 2,
    "list": 1,
    "map": 1,
    "local_block": 1,
    "local_share": 1,
    "number": 1,
    "source_line": 1,
    "reach": 2,
    "tie": 1,
    "masked": 1,
    "pair": 2,
    "reuse": 1,
    "label_line": 1,
    "embed": 1,
    "first_states": 1,
    "long_cell": 1,
    "cross": 1,
    "default_line": 1,
    "side_block": 2,
    "bundles": 2,
    "tower": 1,
    "sized": 2,
    "heads": 1,
    "indexed": 1,
    "carried": 1,
    "side_group": 1,
    "twice_labelled": 1,
}
"""What lines there are, and how often."""

MODULE = '"tests.differential.own_layers'
EXTERNS = (
    (
        "gain",
        "(size, by=0.5): x[axes, size] -> [axes, size]",
        "Gain",
        "params=size, macs=0",
        ("({})", "({}, by=2)", "({}, 0.25)"),
    ),
    (
        "meet",
        "(size): a[axes, size], b[axes, size] -> y[axes, size]",
        "Meet",
        "params=size * (size + 1), macs=places * size * size",
        ("({})", "(size={})"),
    ),
    (
        "halves",
        "(): x[axes, s] -> [axes, s], [axes, s]",
        "Halves",
        "params=0, macs=0",
        ("", "()"),
    ),
    (
        "wide",
        "(size, widths=[3, 5]): x[axes, size] -> [axes, widths[1]]",
        "Wide",
        "macs=places * size * widths[-1], params=size * 5",
        ("({})", "({}, [2] + [5])"),
    ),
)
"""Externs: name, head, class, counts, arguments. ``axes`` are all but the last one."""


class Writer(Networks):
    """Writes one program."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.defaults: dict[str, int] = {}
        """The default sizes of the inputs."""

    def program(self) -> Program:
        if self.chance(0.06):
            return self._pipeline()
        inputs = self._inputs()
        if self.chance(0.1):
            self._import()
        if self.chance(0.2):
            self._externs([i.shape for i in inputs if i.dtype == "float"])
        if self.chance(0.15):
            self.top.append(self.pick(DEFAULTS))
        if self.chance(0.2):
            self.top.append("width = 6")
            self.file.numbers.append(("width", 6))
        for _ in range(self.pick([0, 0, 1, 2])):
            self._share(self.file, self._shape())
        for _ in range(self.pick([0, 1, 1, 2])):
            self._block(self.file, self._shape())
        page = Page(
            numbers=list(self.file.numbers),
            blocks=list(self.file.blocks),
            shares=list(self.file.shares),
            names={i.name for i in inputs},
        )
        for port in inputs:
            if port.dtype == "int":
                page.ints.append((port.name, port.shape[0]))
            elif port.dtype == "bool":
                page.masks.append((port.name, port.shape[0]))
            else:
                page.tensors.append(Piece(port.name, port.shape))
        if not page.tensors:
            self._embed(page)
        if not page.tensors:
            inputs.append(Input("y2", (8,)))
            page.tensors.append(Piece("y2", (8,)))
        text = self._text(page, inputs)
        return Program(text, "n", tuple(inputs), self._runs(), bool(self.defaults))

    def _pipeline(self) -> Program:
        """A file's bare pipeline."""
        shape = self._shape()
        piece = self.network(Page(), shape, 3)
        sizes = (
            "x".join(map(str, shape)) if all(isinstance(d, int) for d in shape) else _list(shape)
        )
        text = f"input({sizes}) > {piece.at(2)}\n"
        return Program(text, "", (Input("x", shape),), self._runs())

    def _import(self) -> None:
        """Blocks of another file."""
        way = self.pick(
            ["import parts", "import parts as p2", "from parts import gated, mixed, ends"]
        )
        self.top.insert(0, way)
        where = {"import parts": "parts.", "import parts as p2": "p2."}.get(way, "")
        self.taken |= {"gated", "mixed", "ends", "parts", "p2"}
        self.file.names |= {"gated", "mixed", "ends", "parts", "p2"}
        for shape in ((8,), ("T", 8), (4, 8)):
            self.file.blocks.append(Known(f"{where}gated", (shape,), (shape,), lambda _: "(8)"))
            self.file.blocks.append(Known(f"{where}mixed", (shape,), (shape,), lambda _: ""))
            sides = ("other",)
            self.file.blocks.append(Known(f"{where}ends", (shape,), (shape,), lambda _: "", sides))
            if where:
                labels = {"inner": (*shape[:-1], 4)}
                framed = Known(f"{where}framed", (shape,), (shape,), lambda _: "", labels=labels)
                self.file.blocks.append(framed)

    def _externs(self, shapes: Sequence[Shape]) -> None:
        """Layers of the user's own, for one shape."""
        shape = self.pick(list(shapes) or [self._shape()])
        if not isinstance(shape[-1], int):
            return
        axes = "".join(f"{axis}, " for axis in "efgh"[: len(shape) - 1])
        places = " * ".join(["1", *"efgh"[: len(shape) - 1]])
        for name, head, own, counts, calls in self.rng.sample(EXTERNS, 2):
            declared = f'extern {name}{head} = {MODULE}:{own}", {counts}'
            self.top.append(declared.replace("axes, ", axes).replace("places", places))
            call = self.pick(calls).format(shape[-1])
            takes = (shape,) * (2 if name == "meet" else 1)
            gives = {"halves": (shape, shape), "wide": ((*shape[:-1], 5),)}.get(name, (shape,))
            self.taken.add(name)
            self.file.names.add(name)
            self.file.blocks.append(Known(name, takes, gives, partial(_always, call)))

    def _text(self, page: Page, inputs: Sequence[Input]) -> str:
        alias = self.chance(0.1)
        if alias:
            page.numbers.append(("kw", 4))
        result = self.body(page, self.pick([1, 2, 3, 3, 4, 5]))
        ports = ", ".join(f"{i.name}[{_list(self._sizes(i))}]{_dtype(i)}" for i in inputs)
        outputs = self._outputs(result) if self.chance(0.3) else ""
        head = self.pick(["net made(kw=4)", "block made(kw=4)"]) if alias else "net n"
        net = f"{head}: {ports}{outputs} {{\n{_indented([*page.lines, _bundle(result)])}\n}}"
        if alias:
            net += "\n" + self.pick(ALIASES).replace("; ", "\n")
        ordered = any(line.startswith("default") for line in self.top)
        place = len(self.top) if ordered else self.rng.randrange(len(self.top) + 1)
        return "\n".join([*self.top[:place], net, *self.top[place:]]) + "\n"

    def _sizes(self, port: Input) -> list[object]:
        """The sizes of an input; an open one may have a default."""
        sizes: list[object] = list(port.shape)
        for at, size in enumerate(sizes):
            if isinstance(size, str) and self.chance(0.15):
                sizes[at] = f"{size}={self.defaults.setdefault(size, self.pick([4, 6, 7]))}"
        return sizes

    def _runs(self) -> tuple[dict[str, int], ...]:
        second = {
            "N": self.pick([1, 3, 4]),
            "T": self.pick([4, 6, 7, 8, 9]),
            "S": self.pick([5, 6, 7]),
        }
        return {"N": 2, "T": 5, "S": 4}, second

    def _inputs(self) -> list[Input]:
        names = ["x", *self.rng.sample(["x2", "memory", "c0", "tokens"], 2)]
        made = []
        for name in names[: self.pick([1, 1, 1, 2, 2, 3])]:
            kind = self.rng.random()
            if kind < 0.15:
                made.append(Input(name, (self._length(),), "int" if kind < 0.11 else "bool"))
            else:
                made.append(Input(name, self._shape()))
        return made

    def _length(self) -> int | str:
        lengths: list[int | str] = ["T", "T", "T", "S", 4, 6]
        return self.pick(lengths)

    def _shape(self) -> Shape:
        kind, size = self.rng.random(), self.pick([4, 6, 8, 8, 8])
        if kind < 0.3:
            return (size,)
        if kind < 0.8:
            return (self._length(), size)
        side = self.pick([4, 6, 8])
        return (self.pick([2, 3, 4]), side, side)

    def _outputs(self, result: Sequence[Piece]) -> str:
        names = ["first", "second", "third", "fourth"]
        shown = [f"[{_list(p.shape)}]" for p in result]
        if self.chance(0.5):
            shown = [n + s for n, s in zip(names, shown, strict=False)]
        return " -> " + ", ".join(shown)

    # --- statements ---------------------------------------------------------------------------

    def body(self, page: Page, count: int) -> list[Piece]:
        """Statements, and what they give."""
        for word in self.rng.choices(list(STATEMENTS), list(STATEMENTS.values()), k=count):
            getattr(self, f"_{word}")(page)
        last = page.tensors[-1]
        if self.chance(0.4):
            piece = self.network(page, last.shape, 2)
            last = Piece(f"{last.at(1)} > {piece.at(2)}", piece.shape, 1, piece.side)
        others = [t for t in page.tensors if t.text != last.text]
        if not others or self.chance(0.65):
            return [last]
        return [last, *self.rng.sample(others, min(len(others), self.pick([1, 1, 2])))]

    def _assign(self, page: Page) -> None:
        source = self.source(page)
        piece = self.network(page, source.shape, self.pick([1, 2, 2, 3]))
        again = self.chance(0.15) and source.text.isidentifier()
        name = source.text if again else self.fresh(page)
        value = f"{source.at(1)} > {piece.at(2)}"
        label, given = self.label(page) if self.chance(0.15) and not page.index else ("", "")
        if given:
            page.exported[given] = piece.shape
        self.add(page, name, piece.shape, f"({value}) as {label}" if label else value)

    def _embed(self, page: Page) -> None:
        """Whole numbers become vectors."""
        if not page.ints:
            return
        tokens, steps = self.pick(page.ints)
        text, value = self.width(page)
        if self.chance(0.2):
            self.new(page, (steps, 7), f"{tokens} > one_hot(7) > cast(float)")
        elif self.chance(0.15):
            self.new(page, (value,), f"{tokens} > embedding_bag(9, {text})")
        else:
            piece = self.labelled(page, Piece(f"embed(9, {text})", (steps, value)))
            self.new(page, (steps, value), f"{tokens} > {piece.at(2)}")

    def _mask(self, page: Page) -> None:
        """A mask that is an input."""
        fit = [
            (name, t)
            for name, steps in page.masks
            for t in page.tensors
            if len(t.shape) == 2 and t.shape[0] == steps and isinstance(t.shape[1], int)
        ]
        if fit:
            mask, x = self.pick(fit)
            value = self.sentence(MASKS, m=mask, x=x.at(3), d=x.shape[1])
            self.new(page, x.shape, value)

    def _reached(self, page: Page) -> None:
        """Members of a labelled group, by their places."""
        source = self.source(page)
        label, given = ("", "") if page.index or len(source.shape) > 2 else self.label(page)
        if not given or not isinstance(source.shape[-1], int):
            return
        form = self.sentence(REACHED, l=label, d=source.shape[-1])
        network, _, reached = form.partition(" | ")
        self.new(page, source.shape, f"{source.at(1)} > {network}")
        page.tensors.append(Piece(reached, source.shape))
        if self.chance(0.3) and not reached.endswith(".1"):
            tied = f"linear({source.shape[-1]}, bias=false, weight={reached}.weight)"
            self.new(page, source.shape, f"{source.at(1)} > {tied}")

    def _shared_weight(self, page: Page) -> None:
        """A share, used, and its weight."""
        source = self.source(page)
        if page.index or len(source.shape) > 2 or not isinstance(source.shape[-1], int):
            return
        size, name = source.shape[-1], self.block_name(page, SHARES)
        page.lines.append(f"share {name} = linear({size})")
        self.new(page, source.shape, f"{source.at(1)} > {name} > relu > {name}")
        tied = self.pick([f"linear({size}, weight={name}.weight)", f"id + {name}.bias"])
        self.new(page, source.shape, f"{source.at(1)} > {tied}")
        page.shares.append((name, source.shape))

    def _family(self, page: Page) -> None:
        """Shares with numbers: used in another order and in a block; a weight is tied."""
        source = self.source(page)
        if page.index or len(source.shape) > 2 or not isinstance(source.shape[-1], int):
            return
        size, name = source.shape[-1], self.block_name(page, SHARES)
        kind = self.pick([f"linear({size})", f"(linear({size}) as q9 > tanh)"])
        loop = self.pick(["i in range(3)", "i in [2, 0, 1]", "k, i in enumerate([1, 2, 0])"])
        page.lines.append(f"for {loop} {{\n  share {name}[i] = {kind}\n}}")
        if self.chance(0.4):
            block = self.block_name(page)
            page.lines.append(f"block {block} = {name}[1] > relu > {name}[0]")
            self.new(page, source.shape, f"{source.at(1)} > {block} > {name}[2] > {block}")
        else:
            self.new(page, source.shape, f"{source.at(1)} > {name}[2] > {name}[0] > {name}[2]")
            self.new(page, source.shape, f"{source.at(1)} > (id + {name}[1]) * 2")
        inside = ".q9" if "q9" in kind else ""
        if self.chance(0.5):
            tied = f"linear({size}, weight={name}[0]{inside}.weight)"
            self.new(page, source.shape, f"{source.at(1)} > {tied}")

    def _many(self, page: Page) -> None:
        """A block that takes the remaining tensors."""
        source = self.source(page)
        if page.index or not isinstance(source.shape[-1], int):
            return
        name, others = self.block_name(page), page.tensors_of(source.shape)
        given = [source.text, *(self.pick(others).text for _ in range(self.pick([1, 1, 2, 3])))]
        head, body = self.pick(MANY)
        page.lines.append(f"block {name}: {head} {{ {body} }}")
        self.new(page, source.shape, f"[{', '.join(given)}] > {name}{self.behind(page)}")

    def _own_source(self, page: Page) -> None:
        """A block without inputs, and its tensor."""
        source = self.source(page)
        if page.index or not isinstance(source.shape[-1], int):
            return
        size, name = source.shape[-1], self.block_name(page)
        page.lines.append(f"block {name}{self.pick(OWN_SOURCES)}")
        label = self.label(page)[0]
        made = self.sentence(USED_SOURCES, x=source.at(3), f=name, d=size, l=label)
        if label or " as " not in made:
            self.new(page, source.shape, made)

    def _sides(self, page: Page) -> None:
        """``y, h = x > gru(8)``: side results by name."""
        source = self.source(page)
        blocks = [b for b in page.callable(source.shape) if b.side and len(b.gives) == 1]
        if blocks and self.chance(0.6):
            piece = self.pick(blocks).call(page)
        else:
            piece = self.leaf(page, source.shape)
        if not piece.side:
            return
        piece = self.labelled(page, piece, 0.2)
        names = [self.fresh(page) for _ in range(1 + len(piece.side))]
        page.lines.append(f"{', '.join(names)} = {source.at(1)} > {piece.at(2)}")
        page.tensors.append(Piece(names[0], piece.shape))
        for name, kind in zip(names[1:], piece.side, strict=True):
            self._use_side(page, source, piece, names[0], name, kind)

    def _use_side(
        self, page: Page, source: Piece, piece: Piece, main: str, name: str, kind: str
    ) -> None:
        width = piece.shape[-1]
        if kind == "state" and page.labelling:
            if len(piece.side) == 1 and "scan" not in piece.text and self.chance(0.5):
                again = f"{self.pick(['gru', 'rnn'])}({width})"
                self.new(page, piece.shape, f"[{main}, {name}[:1]] > {again}")
        elif kind == "unpool":
            self.new(page, source.shape, f"[{main}, {name}] > max_unpool(2)")
        elif kind == "weights":
            self.new(page, source.shape, f"{name} @ {source.at(3)}")
        elif kind == "indices" and "(1" in piece.text and len(source.shape) == 2:
            page.lines.append(f"{self.fresh(page)} = {source.at(1)} > gather({name} > abs, 1)")
        else:
            page.tensors.append(Piece(f"({name} > cast(float))", ("?",)))
            page.tensors.pop()

    def _chunks(self, page: Page) -> None:
        source = self.source(page)
        size = source.shape[-1]
        if not isinstance(size, int) or size % 2 or size < 4:
            return
        a, b = self.fresh(page), self.fresh(page)
        half = (*source.shape[:-1], size // 2)
        how = self.pick(["chunk(2, dim=-1)", f"split({size // 2}, dim=-1)"])
        page.lines.append(f"{a}, {b} = {source.at(1)} > {how}")
        page.tensors += [Piece(a, half), Piece(b, half)]

    def _for(self, page: Page) -> None:
        """A ``for`` of assignments."""
        source = self.source(page)
        if not source.text.isidentifier():
            return
        shape = source.shape
        name = self.new(page, shape, f"{source.text} > {self.kept(page, shape).text}")
        inner = page.part(index="i", names=page.names | {"i"})
        rows = []
        for _ in range(self.pick([1, 1, 2])):
            part = self.network(inner, shape, 2, keep=True).at(2)
            forms = [
                "{n} > {p}",
                "{n} + ({n} > {p})",
                "({n} > {p}) + {s}",
                "[{n}, {s} > {p}] > add",
            ]
            rows.append(f"{name} = " + self.pick(forms).format(n=name, p=part, s=source.text))
        head = self.pick(["range(2)", "range(3)", "reversed(range(3))", "[0, 2, 5]", "range(1)"])
        page.lines.append(f"for i in {head} {{\n{_indented(rows)}\n}}")

    def _list(self, page: Page) -> None:
        """``seen = seen + [...]``: a list that grows."""
        source = self.source(page)
        if not source.text.isidentifier() or not isinstance(source.shape[-1], int):
            return
        image, shape = len(source.shape) == 3, source.shape
        join = "concat" if image else "concat(-1)"
        name = self.fresh(page)
        inner = page.part(index="i", names=page.names | {"i"})
        fit = f"conv(1x1, {shape[0]})" if image else f"linear({shape[-1]})"
        fit += self.behind(inner)
        page.lines.append(f"{name} = [{source.text}]")
        row = f"{name} = {name} + [{name} > {join} > {fit} > {self.pick(ACTIVATIONS)}]"
        page.lines.append(f"for i in range(3) {{\n  {row}\n}}")
        take, count = self.pick([("", 4), ("[1:]", 3), ("[:2]", 2), ("[::2]", 2)])
        if self.chance(0.5):
            self.new(page, shape, f"{name}{take} > add")
            return
        wide = (shape[0] * count, *shape[1:]) if image else (*shape[:-1], shape[-1] * count)
        self.new(page, wide, f"{name}{take} > {join}")

    def _map(self, page: Page) -> None:
        """A comprehension of pipes."""
        source = self.source(page)
        shape = source.shape
        if len(shape) == 3:
            return
        if self.chance(0.4):
            value = f"[{source.at(2)} > linear(w) for w in [3, 5]] > concat(-1)"
            self.new(page, (*shape[:-1], 8), value)
            return
        part = self.network(page.part(labelling=False), shape, 1, keep=True).at(2)
        if self.chance(0.3):
            self.new(page, shape, f"{source.at(1)} > [f for f in [{part}, relu]] > add")
            return
        other = self.pick(page.tensors_of(shape))
        if self.chance(0.3):
            pairs = f"[[{source.text}, {other.text}], [{source.text}]]"
            nested = f"[t > {part} for i, p in enumerate({pairs}) for t in p if i < 1 if i != 5]"
            self.new(page, shape, f"{nested} > add")
            return
        if self.chance(0.3):
            lists = f"[[t] + [t > {part}] for t in [{source.text}, {other.text}]]"
            self.new(page, shape, f"[f for f in sum({lists}, [])] > add")
            return
        self.new(page, shape, f"[t > {part} for t in [{source.text}, {other.text}]] > add")

    def _local_block(self, page: Page) -> None:
        self._block(page, self.source(page).shape)

    def _local_share(self, page: Page) -> None:
        self._share(page, self.source(page).shape)

    def _number(self, page: Page) -> None:
        name = self.pick(NUMBER_NAMES)
        found = self.pick(NUMBERS)
        page.lines.append(f"{name} = {found.text}")
        page.numbers = [n for n in page.numbers if n[0] != name] + [(name, int(found.shape))]
        page.names.add(name)

    def _source_line(self, page: Page) -> None:
        source = self.source(page)
        if page.index or not isinstance(source.shape[-1], int):
            return
        label = self.label(page)[0]
        made = self.sentence(SOURCES, x=source.text, d=source.shape[-1], l=label)
        self.new(page, source.shape, f"{source.at(3)} {self.pick(['+', '*', '-'])} {made}")

    def _reach(self, page: Page) -> None:
        """A labelled block or group, and a tensor inside it."""
        source = self.source(page)
        if page.index:
            return
        fit = [b for b in page.callable(source.shape) if b.labels and len(b.gives) == 1]
        if fit:
            block = self.pick(fit)
            text, gives = block.call(page).text, block.gives[0]
            inside, ties = dict(block.labels), dict(block.ties)
        else:
            inner = Page(
                blocks=page.blocks, numbers=page.numbers, names=set(page.names), numbered=True
            )
            first = self.network(inner, source.shape, 1)
            second = self.network(inner, first.shape, 1)
            text, gives = f"({first.at(2)} > {second.at(2)})", second.shape
            inside, ties = dict(inner.exported), dict(inner.ties)
        label, given = self.label(page)
        if not given:
            return
        self.new(page, gives, f"{source.at(1)} > {text} as {label}")
        page.exported[label] = gives
        if inside:
            name = self.pick(list(inside))
            page.tensors.append(Piece(f"{label}.{name}", inside[name]))
        page.ties |= {f"{label}.{n}": sizes for n, sizes in ties.items()}

    def _tie(self, page: Page) -> None:
        """``linear(d, weight=a.weight)``, or a weight that is read."""
        source = self.source(page)
        size = source.shape[-1]
        label, given = ("", "") if page.index or len(source.shape) > 2 else self.label(page)
        if not given or not isinstance(size, int):
            return
        text, value = self.width(page)
        name = self.new(
            page, (*source.shape[:-1], value), f"{source.at(1)} > linear({text}) as {label}"
        )
        page.ties[label] = (size, value)
        tied = self.pick([n for n, sizes in page.ties.items() if sizes[0] == size])
        if self.chance(0.4):
            self.new(page, source.shape, f"{name} @ {label}.weight")
            return
        out, bias = page.ties[tied][1], self.pick(["", ", bias=false"])
        computed = self.pick(["", "", "", f" * {self.pick(['0.5', '2.0'])}"])
        if self.chance(0.3):
            bias = f", bias={tied}.bias" + self.pick(["", " * 2.0"])
        made = f"{source.at(1)} > linear({out}{bias}, weight={tied}.weight{computed})"
        self.new(page, (*source.shape[:-1], out), made + self.behind(page, 0.3))

    def _masked(self, page: Page) -> None:
        source, mask = self.source(page), self.fresh(page)
        test = self.pick(["gt(0)", "le(0.5)", "ne(0)"])
        page.lines.append(f"{mask} = {source.at(1)} > {test}")
        self.new(page, source.shape, self.sentence(MASKED, m=mask, x=source.at(3)))

    def _pair(self, page: Page) -> None:
        """Two tensors joined, or through a block of two inputs."""
        a = self.source(page)
        b = self.pick(page.tensors_of(a.shape))
        shape = a.shape
        fit = page.callable(shape, shape)
        if fit and self.chance(0.7):
            self._through(page, self.pick(fit), f"[{a.text}, {b.text}]")
        elif self.chance(0.4):
            self.new(page, shape, f"{a.at(3)} {self.pick(['+', '-', '*'])} {b.at(3)}")
        elif len(shape) == 3:
            self.new(page, (2 * shape[0], *shape[1:]), f"[{a.text}, {b.text}] > concat")
        elif isinstance(shape[-1], int):
            wide = (*shape[:-1], 2 * shape[-1])
            self.new(page, wide, f"[{a.text}, {b.text}] > concat(-1)")

    def _through(self, page: Page, block: Known, source: str) -> None:
        """All that a block gives."""
        call = f"{source} > {block.call(page).text}"
        if len(block.gives) == 1:
            self.new(page, block.gives[0], call)
            return
        names = [self.fresh(page) for _ in block.gives]
        if self.chance(0.4):
            page.lines.append(f"{names[0]} = {call}")
            names = [f"{names[0]}[{i}]" for i in range(len(names))]
        else:
            page.lines.append(f"{', '.join(names)} = {call}")
        page.tensors += [Piece(n, s) for n, s in zip(names, block.gives, strict=True)]

    def _reuse(self, page: Page) -> None:
        """Blocks several times, with and without labels, in one pipe."""
        source = self.source(page)
        fit = [b for b in page.callable(source.shape) if b.gives == b.takes]
        if not fit:
            return
        parts = []
        for _ in range(self.pick([2, 3, 4])):
            piece = self.pick(fit).call(page)
            if self.chance(0.4):
                piece = Piece(f"{piece.text} * {self.pick([1, 2, 3])}", source.shape, 2)
            parts.append(self.labelled(page, piece).at(2))
        self.new(page, source.shape, f"{source.at(1)} > {' > '.join(parts)}")

    def _label_line(self, page: Page) -> None:
        """``x > f as a > g > h + a``: a label is used further on."""
        source = self.source(page)
        label, given = ("", "") if page.index else self.label(page)
        if not given:
            return
        first, second = (self.same(page, source.shape, 2) for _ in range(2))
        value = f"{source.at(1)} > {first.at(3)} as {label} > {second.at(2)} > id + {label}"
        self.new(page, source.shape, value)
        page.exported[label] = source.shape

    def _cross(self, page: Page) -> None:
        """Attention from one sequence to another."""
        fit = [t for t in page.tensors if len(t.shape) == 2 and t.shape[1] in (2, 4, 6, 8, 12, 16)]
        if not fit:
            return
        q, k = self.pick(fit), self.pick(fit)
        self.new(page, q.shape, self.sentence(CROSSED, q=q.text, k=k.text))

    def _default_line(self, page: Page) -> None:
        page.lines.append(self.pick([*DEFAULTS, "require 2 < 3", 'require 1 == 1, "fine"']))

    def _heads(self, page: Page) -> None:
        """Attention by hand, and masks."""
        x = self.source(page)
        if len(x.shape) == 2 and x.text.isidentifier() and x.shape[1] in (4, 6, 8, 12, 16):
            self.new(page, x.shape, self.sentence(HEADS, x=x.text, d=x.shape[1]))

    def _indexed(self, page: Page) -> None:
        """Slices of tensors and of bundles."""
        x = self.source(page)
        if x.text.isidentifier() and isinstance(x.shape[-1], int):
            piece = self.phrase(INDEXED[len(x.shape)], x.shape, page, x=x.text)
            self.new(page, piece.shape, piece.text)

    def _sized(self, page: Page) -> None:
        """What depends on sizes that are symbols."""
        x = self.source(page)
        if not x.text.isidentifier() or len(x.shape) == 1 or not isinstance(x.shape[-1], int):
            return
        if len(x.shape) == 3:
            self.new(page, x.shape, self.sentence(OF_IMAGE_SIZES, x=x.text, c=x.shape[0]))
            return
        name = self.block_name(page)
        piece = self.phrase(OF_SIZES, x.shape, page, x=x.text, f=name)
        if f"{name}(" in piece.text:
            steps = "x + (arange(n) > cast(float) > unsqueeze(0) > unsqueeze(2))"
            self.top.append(f"block {name}(n): x {{\n  {steps}\n}}")
        if "?" in piece.shape:
            page.lines.append(f"{self.fresh(page)} = {piece.text}")
        else:
            self.new(page, piece.shape, piece.text)

    def _carried(self, page: Page) -> None:
        """A loop that carries several tensors."""
        a = self.source(page)
        b = self.pick(page.tensors_of(a.shape))
        if len(a.shape) > 2 or page.index or not isinstance(a.shape[-1], int):
            return
        first = self.new(page, a.shape, f"{a.at(1)} > tanh")
        second = self.new(page, a.shape, f"{b.at(1)} > sigmoid")
        label = self.behind(page.part(index="i")) or " "
        rows = self.sentence(CARRIED, a=first, b=second, d=a.shape[-1], l=label)
        page.lines.append(f"for i in range({self.pick([2, 3, 5])}) {{\n{body(rows)}\n}}")

    def _twice_labelled(self, page: Page) -> None:
        """Labels around labels, on copies and branches of groups."""
        source = self.source(page)
        label = "" if page.index or len(source.shape) > 2 else self.label(page)[0]
        if not label or not isinstance(source.shape[-1], int):
            return
        f, g = f"linear({source.shape[-1]})", self.pick(["relu", "layernorm", "rmsnorm", "prelu"])
        form = self.sentence(LABELS_ON_LABELS, l=label, d=source.shape[-1])
        form = re.sub(r"\b[fg]\b", lambda word: f if word[0] == "f" else g, form)
        self.new(page, source.shape, f"{source.at(1)} > {form}")

    # --- side results -------------------------------------------------------------------------

    def _side_group(self, page: Page) -> None:
        """Side results in labelled groups and repeats of groups."""
        source = self.source(page)
        if len(source.shape) != 2 or not isinstance(source.shape[1], int) or page.index:
            return
        parts = [self.phrase(SIDES, source.shape, page).text for _ in range(2)]
        parts += [f"linear({source.shape[1]})", "layernorm", "relu"]
        chain = " > ".join(self.rng.sample(parts, self.pick([2, 2, 3])))
        label = self.label(page)[0]
        form = self.sentence(SIDES_IN_GROUPS, b=chain, k=self.pick([2, 3, 4]), l=label)
        self.new(page, source.shape, f"{source.at(1)} > {form}")

    def _side_block(self, page: Page) -> None:
        """A block that ends in a layer with side results, and repeats of it."""
        source = self.source(page)
        shape = source.shape
        if not isinstance(shape[-1], int):
            return
        layer = self.phrase(SIDED[len(shape)], shape, page)
        name = self.block_name(page)
        label = self.pick(["", " as inner", " as b0"])
        call = name
        if (
            layer.text.startswith(("gru(", "rnn("))
            and "layers" not in layer.text
            and self.chance(0.4)
        ):
            state = self.fresh(page)
            page.lines.append(f"{state} = zeros([1, N, {shape[-1]}])")
            text = f"block {name}(h): x {{\n  [x, h] > {layer.text}{label}\n}}"
            call = f"{name}({state})"
        else:
            before = self.pick(
                ["", "", "relu > ", "groupnorm(1) > " if len(shape) == 3 else "layernorm > "]
            )
            chain = f"{before}{layer.text}{label}"
            forms = [
                f" = {chain}",
                f": x {{\n  y = x > {chain}\n  y\n}}",
                f": x {{\n  x > {chain}\n}}",
            ]
            text = f"block {name}{self.pick(forms)}"
        (self.top if self.chance(0.5) else page.lines).append(text)
        page.blocks.append(Known(name, (shape,), (shape,), lambda _: call[len(name) :], layer.side))
        labelled = "" if page.index else self.label(page)[0]
        form = self.sentence(SIDES_REPEATED, f=call, k=self.pick([1, 2, 3, 3, 4, 5]), l=labelled)
        names = [self.fresh(page)]
        if form.startswith(f"{call} * ") and self.chance(0.3):
            names += [self.fresh(page) for _ in layer.side]
        page.lines.append(f"{', '.join(names)} = {source.at(1)} > {form}")
        page.tensors.append(Piece(names[0], shape))

    def _bundles(self, page: Page) -> None:
        """A block of two tensors to two tensors, repeated, chained, in loops."""
        a = self.source(page)
        b = self.pick(page.tensors_of(a.shape))
        if len(a.shape) > 2 or not isinstance(a.shape[-1], int):
            return
        f = self.block_name(page)
        self.top.append(f"block {f}: a, b {{\n{body(self.sentence(PAIRS, d=a.shape[-1]))}\n}}")
        page.blocks.append(Known(f, (a.shape,) * 2, (a.shape,) * 2, lambda _: ""))
        label, k = self.behind(page, 0.4), self.pick([2, 3, 4, 5])
        form = self.sentence(PAIRS_REPEATED, f=f, k=k, l=label or " ")
        first, second = self.fresh(page), self.fresh(page)
        page.lines.append(f"{first}, {second} = [{a.text}, {b.text}] > {form}")
        page.tensors += [Piece(first, a.shape), Piece(second, a.shape)]

    def _tower(self, page: Page) -> None:
        """A block that calls itself."""
        source = self.source(page)
        if len(source.shape) > 2 or not isinstance(source.shape[-1], int):
            return
        name = self.block_name(page)
        form = body(self.sentence(TOWERS, f=name, d=source.shape[-1]))
        line = f"block {name}(n): x {{\n{form}\n}}"
        (self.top if self.chance(0.6) else page.lines).append(line)
        piece = self.labelled(page, Piece(f"{name}({self.pick([1, 2, 3])})", source.shape))
        self.new(page, source.shape, f"{source.at(1)} > {piece.at(2)}")

    # --- scans --------------------------------------------------------------------------------

    def _first_states(self, page: Page) -> None:
        """A scan with first states and final ones."""
        source = self.source(page)
        if len(source.shape) != 2 or not isinstance(source.shape[1], int):
            return
        size = source.shape[1]
        cells = [b for b in self.file.blocks if b.cell and b.takes == b.gives == ((size,),)]
        cell = (
            self.pick(cells).call(page).text if cells and self.chance(0.7) else f"gru_cell({size})"
        )
        states = [t.text for t in page.tensors_of((size,))] or [f"zeros([N, {size}])"]
        a, b = self.fresh(page), self.fresh(page)
        more = self.pick(["", ", reverse=true"])
        page.lines.append(
            f"{a}, {b} = {source.at(1)} > scan({cell}, init={self.pick(states)}{more})"
        )
        page.tensors += [Piece(a, source.shape), Piece(b, (size,))]

    def _long_cell(self, page: Page) -> None:
        """A cell of its own, of several sequences and states."""
        a = self.source(page)
        b = self.pick(page.tensors_of(a.shape))
        if len(a.shape) != 2 or not isinstance(a.shape[1], int):
            return
        name, size = self.block_name(self.file), self.pick([2, 3, 4, 8])
        cell = self.pick(LONG_CELLS)
        self.top.append(f"block {name}(d): x, y, h[d], c[d] {{\n{body(cell.text)}\n}}")
        names = [self.fresh(page) for _ in range(3)]
        more = self.pick(["", ", reverse=true"])
        page.lines.append(f"{', '.join(names)} = [{a.text}, {b.text}] > scan({name}({size}){more})")
        out = size if cell.shape == "n" else int(cell.shape)
        page.tensors += [
            Piece(names[0], (a.shape[0], out)),
            *(Piece(n, (size,)) for n in names[1:]),
        ]

    def _cell_block(self, page: Page, step: Shape) -> None:
        """A cell for ``scan``: its steps, and a state of ``d``."""
        name, size = self.block_name(page), self.pick([step[0], 4, 8])
        rows = self.sentence(CELLS)
        parameters = "d, act=tanh" if "act" in rows else "d"
        self.top.append(f"block {name}({parameters}): x, h[d] {{\n{body(rows)}\n}}")
        page.blocks.append(Known(name, (step,), ((size,),), lambda _: f"({size})", cell=True))

    # --- blocks and shares --------------------------------------------------------------------

    def _share(self, page: Page, shape: Shape) -> None:
        if not isinstance(shape[-1], int):
            return
        inner = Page(
            blocks=list(page.blocks),
            names=set(page.names),
            numbers=list(page.numbers),
            shares=list(page.shares),
            labelling=self.chance(0.3),
            inner=True,
        )
        piece = self.network(inner, shape, self.pick([1, 1, 2]), keep=True)
        if piece.text == "id":
            return
        name = self.block_name(page, SHARES)
        (self.top if page is self.file else page.lines).append(f"share {name} = {piece.text}")
        page.shares.append((name, shape))

    def _block(self, page: Page, shape: Shape) -> None:
        """A new block for tensors of a shape."""
        if not isinstance(shape[-1], int) or len(page.blocks) > 5:
            return
        if len(shape) == 2 and page is self.file and self.chance(0.25):
            self._cell_block(page, shape[1:])
            return
        name = self.block_name(page, BLOCKS)
        parameters = self._parameters(shape)
        inner = self._inside(page, parameters)
        ports = ["x", "x2"] if self.chance(0.2) else ["x"]
        inner.names |= set(ports)
        inner.tensors += [Piece(p, shape) for p in ports]
        known = Known(name, (shape,) * len(ports), (), self._caller(parameters, shape))
        self._write_block(page, inner, known, ports, [p for p, _, _ in parameters])

    def _parameters(self, shape: Shape) -> list[tuple[str, str, str]]:
        """Parameter, kind, and the value for which the body is written."""
        value = str(self.pick([3, 4, 6, 8]))
        found = []
        if self.chance(0.5):
            found.append((self.pick(["w", f"w={value}"]), "number", value))
        if self.chance(0.35):
            found.append((self.pick(["act", "act=relu"]), "network", "relu"))
        if self.chance(0.12) and len(shape) < 3:
            found.append(("layer", "template", "linear"))
        if self.chance(0.2):
            found.append(("mem", "tensor", ""))
        if self.chance(0.12) and len(shape) < 3:
            found.append((self.pick(["ws", "ws=[3, 5]"]), "widths", "[3, 5]"))
        if self.chance(0.12):
            found.append(
                ("fs", "layers", self.pick(["[relu, tanh]", "[prelu, id]", "[tanh, abs]"]))
            )
        return sorted(found, key=lambda p: "=" in p[0])

    def _inside(self, page: Page, parameters: list[tuple[str, str, str]]) -> Page:
        """The page of a block that is defined on another one."""
        words = [p.split("=")[0] for p, _, _ in parameters]
        inner = Page(names=set(words), shares=list(page.shares), numbers=list(page.numbers))
        inner.blocks = [b for b in page.blocks if not b.cell]
        for word, (_, kind, value) in zip(words, parameters, strict=True):
            if kind == "number":
                inner.numbers.append((word, int(value)))
            elif kind != "tensor":
                inner.networks.append((word, kind))
        if page is not self.file and page.tensors and self.chance(0.4):
            inner.tensors = self.rng.sample(page.tensors, 1)
        return inner

    def _write_block(
        self, page: Page, inner: Page, known: Known, ports: list[str], parameters: list[str]
    ) -> None:
        shape = known.takes[0]
        if "mem" in parameters:
            inner.tensors.insert(0, Piece("mem", shape))
        head = f"block {known.name}" + (f"({', '.join(parameters)})" if parameters else "")
        if len(ports) == 1 and self.chance(0.3):
            piece = self.network(inner, shape, 2, keep=self.chance(0.5))
            whole = piece.level < 3 and " as " not in piece.text and self.chance(0.3)
            line = f"{head} = " + (f"({piece.text}) as _" if whole else piece.text)
            known.gives, known.side = (piece.shape,), piece.side
        else:
            result = self.body(inner, self.pick([0, 1, 1, 2]))
            shown = ", ".join(self._port(p, shape) for p in ports)
            line = f"{head}: {shown} {{\n{_indented([*inner.lines, _bundle(result)])}\n}}"
            known.gives = tuple(p.shape for p in result)
            known.side = result[0].side if len(result) == 1 else ()
        known.labels = {n: s for n, s in inner.exported.items() if s}
        known.ties = dict(inner.ties)
        lines = self.top if page is self.file else page.lines
        lines.append(line)
        page.blocks.append(known)
        if "mem" not in parameters and self.chance(0.25):
            name = self.block_name(page)
            form = self.pick(["{} as _", "({}) as _", "({} as _)", "{} as _ if 1 > 0 else id"])
            lines.append(f"block {name} = {form.format(known.call(page).text)}")
            page.blocks.append(replace(known, name=name, arguments=lambda _: ""))

    def _port(self, name: str, shape: Shape) -> str:
        sizes = self.pick(["", "", "", f"[{_list(shape)}]", f"[{_list('efgh'[: len(shape)])}]"])
        return name + sizes

    def _caller(
        self, parameters: list[tuple[str, str, str]], shape: Shape
    ) -> Callable[[Page], str]:
        """Writes the arguments of a call."""

        def write(page: Page) -> str:
            given: list[str] = []
            for parameter, kind, value in parameters:
                if "=" in parameter and self.chance(0.5):
                    continue
                if kind == "network":
                    value = self._network_argument(page, shape)
                elif kind == "widths":
                    value = self.pick(
                        ["[3, 5]", "[2, 4, 6]", "[4] * 3", "[2 * i for i in range(1, 3)]"]
                    )
                elif kind == "tensor":
                    ones = [Piece(f"ones([1, {_list(shape)}])", shape)]
                    value = self.pick(page.tensors_of(shape) or ones).text
                named = self.chance(0.3) or any("=" in g for g in given)
                given.append(f"{parameter.split('=')[0]}={value}" if named else value)
            return f"({', '.join(given)})" if given else ""

        return write

    def _network_argument(self, page: Page, shape: Shape) -> str:
        """A network that keeps every shape."""
        shares = [n for n, kept in page.shares if kept == shape]
        if shares and self.chance(0.2):
            return self.pick(shares)
        if self.chance(0.6):
            return self.pick(ACTIVATIONS)
        return self.pick(ARGUMENTS)


def _always(call: str, _: Page) -> str:
    return call


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for text in lines for line in text.split("\n"))


def _bundle(result: Sequence[Piece]) -> str:
    return result[0].text if len(result) == 1 else f"[{_list([p.text for p in result])}]"


def _list(items: Sequence[object]) -> str:
    return ", ".join(map(str, items))


def _dtype(port: Input) -> str:
    return "" if port.dtype == "float" else f" {port.dtype}"


def program(seed: str) -> Program:
    """The program of a seed: the same for ever."""
    return Writer(seed).program()
