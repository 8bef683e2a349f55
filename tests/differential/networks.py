"""Random networks: functions of one tensor as text."""

from __future__ import annotations

from .page import Chooser, Page, Piece, Shape
from .phrases import (
    ACTIVATIONS,
    KEPT_IMAGE,
    KEPT_SEQUENCE,
    KEPT_VECTOR,
    LISTED,
    OF_FIXED,
    OF_IMAGE,
    OF_SEQUENCE,
    OF_SMALL,
    OF_VECTOR,
    filled,
    words,
)

KEPT = {1: KEPT_VECTOR, 2: KEPT_SEQUENCE, 3: KEPT_IMAGE}
OTHERS = {1: OF_VECTOR, 2: OF_SEQUENCE, 3: OF_IMAGE}
MAKERS = {
    "chain": 2,
    "sum": 1,
    "fan": 1,
    "repeat": 2,
    "loop": 1,
    "call": 2,
    "scaled": 1,
    "choice": 1,
    "shared": 1,
    "scan": 1,
    "parameter": 1,
}
"""How networks are made, and how often."""
LOOPS = {
    "i in range(2)": 0,
    "i in range(3)": 0,
    "i in [1, 4]": 0,
    "i, w in enumerate([4, 6])": 1,
    "w, i in zip([3, 5], [0, 1])": 1,
    "i, (w, act) in enumerate([[3, relu], [2, tanh]])": 2,
}
"""Heads of loops: with nothing more than a number, with a width, with a layer."""


class Networks(Chooser):
    """Writes networks."""

    budget = 26
    """How many parts a program may still have."""

    def network(self, page: Page, shape: Shape, depth: int, *, keep: bool = False) -> Piece:
        """A network for a tensor of a shape; ``keep``: to the same shape."""
        self.budget -= 1
        if depth <= 0 or self.budget <= 0 or self.chance(0.25):
            piece = self.kept(page, shape) if keep else self.leaf(page, shape)
            return self.labelled(page, piece, 0.2)
        word = self.rng.choices(list(MAKERS), list(MAKERS.values()))[0]
        piece = getattr(self, f"_{word}")(page, shape, depth) or self._chain(page, shape, depth)
        if keep and piece.shape != shape:
            piece = self._back(page, piece, shape)
        return self.labelled(page, piece)

    def same(self, page: Page, shape: Shape, depth: int) -> Piece:
        """A part that keeps the shape."""
        return self.network(page.part(), shape, depth - 1, keep=True)

    def _back(self, page: Page, piece: Piece, shape: Shape) -> Piece:
        """The piece with a layer behind it that makes the wanted shape; or another one."""
        have = piece.shape
        if len(have) == len(shape) < 3 and have[:-1] == shape[:-1]:
            return Piece(f"{piece.at(1)} > linear({shape[-1]})", shape, 1)
        if len(have) == len(shape) == 3 and have[1:] == shape[1:]:
            return Piece(f"{piece.at(1)} > conv(1x1, {shape[0]})", shape, 1)
        return self.kept(page, shape)

    # --- single layers ------------------------------------------------------------------------

    def kept(self, page: Page, shape: Shape) -> Piece:
        """A layer that keeps the shape."""
        if self.chance(0.35) or not isinstance(shape[-1], int):
            return Piece(self.pick(ACTIVATIONS), shape)
        return self.phrase(KEPT[len(shape)], shape, page)

    def leaf(self, page: Page, shape: Shape) -> Piece:
        """A layer or two, to any shape."""
        if self.chance(0.4) or not isinstance(shape[-1], int):
            return self.kept(page, shape)
        if len(shape) == 2 and isinstance(shape[0], int) and self.chance(0.3):
            return self.phrase(OF_FIXED, shape, page)
        if len(shape) == 3 and shape[1] <= 4 and shape[0] * shape[1] * shape[2] <= 64:
            return self.phrase(OF_SMALL, shape, page)
        return self.phrase(OTHERS[len(shape)], shape, page)

    # --- compositions -------------------------------------------------------------------------

    def _chain(self, page: Page, shape: Shape, depth: int) -> Piece:
        label = self.label(page)[0] if not page.numbered and self.chance(0.3) else ""
        inner = page.part(numbered=page.numbered or bool(label))
        parts = [self.network(inner, shape, depth - 1)]
        for _ in range(self.pick([1, 1, 2])):
            parts.append(self.network(inner, parts[-1].shape, depth - 1))
        text, last = " > ".join(p.at(2) for p in parts), parts[-1]
        if label:
            return Piece(f"({text}) as {label}", last.shape, 2, last.side)
        return Piece(text, last.shape, 1, last.side)

    def _sum(self, page: Page, shape: Shape, depth: int) -> Piece:
        symbol = self.pick(["+", "+", "+", "-", "*"])
        first = self.same(page, shape, depth).at(3)
        if self.chance(0.5):
            return Piece(f"id {symbol} {first}", shape, 2)
        tensors = page.tensors_of(shape)
        if tensors and self.chance(0.3):
            return Piece(f"{first} {symbol} {self.pick(tensors).at(3)}", shape, 2)
        return Piece(f"{first} {symbol} {self.same(page, shape, depth).at(3)}", shape, 2)

    def _fan(self, page: Page, shape: Shape, depth: int) -> Piece:
        label = self.behind(page, 0.3)
        inner = page.part(numbered=page.numbered or bool(label))
        count = self.pick([2, 2, 3])
        parts = [self.network(inner, shape, depth - 1, keep=True) for _ in range(count)]
        items = f"[{', '.join(p.text for p in parts)}]{label}"
        fit = [b for b in page.callable(shape, shape) if len(b.gives) == 1]
        if fit and count == 2 and self.chance(0.5):
            block = self.pick(fit).call(page)
            return Piece(f"{items} > {block.text}", block.shape, 1)
        if self.chance(0.5):
            return Piece(f"{items} > {self.pick(['add', 'mul', 'maximum'])}", shape, 1)
        if len(shape) == 3:
            return Piece(f"{items} > concat", (shape[0] * count, *shape[1:]), 1)
        return Piece(f"{items} > concat(-1)", (*shape[:-1], shape[-1] * count), 1)

    def _repeat(self, page: Page, shape: Shape, depth: int) -> Piece:
        label = self.behind(page)
        inner = page.part(labelling=bool(label), index="", labels=set(), numbered=False)
        piece = self._call(inner, shape, depth, keep=True) if self.chance(0.5) else None
        piece = piece or self.network(inner, shape, depth - 1, keep=True)
        if is_plain(piece.text):
            layer = f"linear({shape[-1]})" if len(shape) < 3 else f"conv(1x1, {shape[0]})"
            piece = Piece(layer, shape)
        if page.numbered and not label and self.chance(0.2):
            label = " as _"
        return Piece(f"{piece.at(3)} * {self.pick([1, 2, 2, 3, 3, 4])}{label}", shape, 2)

    def _loop(self, page: Page, shape: Shape, depth: int) -> Piece:
        head = self.pick(list(LOOPS))
        inner = page.part(index="i", names=page.names | {"i", "w", "act"})
        text = self.network(inner, shape, depth - 1, keep=True).text
        if LOOPS[head] and len(shape) < 3:
            last = "act" if LOOPS[head] == 2 else self.pick(ACTIVATIONS)
            text = f"linear(w){self.behind(inner, 0.3)} > {last} > linear({shape[-1]})"
        if self.chance(0.2):
            text = f"k = {self.pick(['i', 'i + 1'])}; {text}".replace("; ", "\n    ")
            return Piece(f"(for {head} {{\n    {text}\n  }})", shape)
        return Piece(f"(for {head} {{ {text} }})", shape)

    def _call(self, page: Page, shape: Shape, depth: int, keep: bool = False) -> Piece | None:
        fit = [b for b in page.callable(shape) if len(b.gives) == 1]
        fit = [b for b in fit if not keep or b.gives[0] == shape]
        return self.pick(fit).call(page) if fit else None

    def _scaled(self, page: Page, shape: Shape, depth: int) -> Piece:
        piece = self.network(page.part(), shape, depth - 1)
        forms = [
            "{} * 0.5",
            "{} / 2.0",
            "0.5 * {}",
            "{} - 1",
            "{} + 0.5",
            "1 - {}",
            "2 ** ({} > tanh)",
        ]
        text = self.pick(forms).format(piece.at(3))
        return Piece(text, piece.shape, 2)

    def _choice(self, page: Page, shape: Shape, depth: int) -> Piece:
        other = self.network(page.part(labelling=False), shape, depth - 1, keep=True)
        arms = [self.same(page, shape, depth).at(3), other.at(3)]
        self.rng.shuffle(arms)
        return Piece(f"({arms[0]} if {self.test(page)} else {arms[1]})", shape)

    def _shared(self, page: Page, shape: Shape, depth: int) -> Piece | None:
        fit = [name for name, kept in page.shares if kept == shape]
        return Piece(self.pick(fit), shape) if fit else None

    def _parameter(self, page: Page, shape: Shape, depth: int) -> Piece | None:
        """A network parameter of the block that is being written."""
        if not page.networks:
            return None
        name, kind = self.pick(page.networks)
        if kind in ("widths", "layers"):
            return self._listed(name, kind, shape)
        if kind == "network":
            return Piece(name, shape)
        text, value = self.width(page)
        return Piece(f"{name}({text})", (*shape[:-1], value)) if len(shape) < 3 else None

    def _listed(self, name: str, kind: str, shape: Shape) -> Piece | None:
        """A network of a parameter that is a list."""
        if kind == "widths" and len(shape) == 3:
            return None
        found = self.pick([p for p in LISTED if p.shape == kind])
        return Piece(filled(found.text, {"p": name, "d": shape[-1]}), shape)

    def _scan(self, page: Page, shape: Shape, depth: int) -> Piece | None:
        if len(shape) != 2:
            return None
        more = self.pick(["", "", ", reverse=true"])
        cells = [b for b in self.file.blocks if b.cell and b.takes == (shape[1:],)]
        if cells and self.chance(0.6):
            cell = self.pick(cells).call(page)
            return Piece(f"scan({cell.text}{more})", (shape[0], cell.shape[-1]))
        text, value = self.width(page)
        word = self.pick(["gru_cell", "rnn_cell", "lstm_cell"])
        return Piece(f"scan({word}({text}){more})", (shape[0], value))


def is_plain(text: str) -> bool:
    """Whether it is one layer without weights: a repeat of it is refused."""
    word = text.split("(")[0]
    return " " not in text and word not in WEIGHTED


WEIGHTED = frozenset(
    words(
        "linear conv gru lstm rnn scan attention bn layernorm rmsnorm groupnorm prelu instancenorm"
    )
)
