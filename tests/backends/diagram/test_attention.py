"""Attention opened: Q, K and V on one rank, scores, softmax, times V, a projection."""

from __future__ import annotations

import pytest

from netwright.backends.diagram import DiagramError, to_dot
from netwright.backends.diagram.picture import Box, Cluster, Options, Picture, letters
from netwright.backends.diagram.view.docs import picture as docs
from netwright.backends.diagram.view.paper import picture as paper

from .geometry import complaints
from .nets import RESIDUAL, graph, shipped

CROSS = """
block look(memory, keep): x {
  [x, memory] > attention(4, key_mask=keep) as who > dropout(0.1) > linear(64)
}
net cross: x[T, 64], memory[S, 32], keep[S] bool -> [T, 64] { x > look(memory, keep) > linear(64) }
"""
BY_HAND = """
block attend(d, heads, memory): x {
  v = memory > linear(d) as value > rearrange("n t (h k) -> n h t k", h=heads)
  q = x      > linear(d) as query > rearrange("n t (h k) -> n h t k", h=heads)
  k = memory > linear(d) as key   > rearrange("n t (h k) -> n h t k", h=heads) > rotary(1e4)
  [q, k, v] > sdpa(causal=true) > rearrange("n h t k -> n t (h k)") > linear(d) as out
}
net hand: x[T, 64] -> [T, 64] {
  m = x > linear(64) > tanh
  x > attend(64, 4, m)
}
"""
PRODUCTS = """
block score(d): x {
  weights = (x > linear(d) as query) @ (x > linear(d) as key > transpose(1, 2)) > softmax(dim=-1)
  weights @ (x > linear(d) as value)
}
net products: x[T, 64] -> [T, 64] { x > score(64) }
"""


def cluster(view: Picture, title: str) -> Cluster:
    return next(c for c in view.clusters() if letters(c.title).startswith(title))


def boxes(wall: Cluster) -> dict[str, Box]:
    return {letters(b.title): b for b in wall.items if isinstance(b, Box) and b.title}


def wires(view: Picture) -> set[tuple[str, str]]:
    return {(e.tail, e.head) for e in view.edges if e.look != "hidden"}


def strips(box: Box) -> list[str]:
    return [letters(s.label) for s in box.below]


# --- layers -----------------------------------------------------------------------------------


def test_a_layer_is_one_box_unless_it_is_asked_for() -> None:
    assert [letters(c.title) for c in docs(graph(CROSS), Options()).clusters()] == ["look"]
    assert "QKᵀ/√16" not in to_dot(graph(CROSS), depth=9, fold=["attention"])
    assert "QKᵀ/√16" in to_dot(graph(CROSS), depth=9)


def test_self_attention() -> None:
    view = docs(
        graph(CROSS.replace("[x, memory]", "x").replace(", key_mask=keep", "")),
        Options(expand=("attention",)),
    )
    inside = boxes(cluster(view, "attention · 4 heads"))
    assert list(inside) == ["Q", "K", "V", "QKᵀ/√16", "× V", "linear 64"]
    assert letters(inside["Q"].lines[0]) == "64 → 4×16"
    assert letters(inside["QKᵀ/√16"].lines[0]) == "4×T×T"
    assert letters(inside["× V"].lines[0]) == "4×T×16"
    assert strips(inside["QKᵀ/√16"]) == ["softmax"]
    assert strips(inside["linear 64"]) == ["dropout 0.1"]
    q, k, v = (inside[n].id for n in "QKV")
    assert (q, k, v) in view.ranks
    fork = next(b.id for b in view.boxes() if b.shape == "fork")
    scores, times = inside["QKᵀ/√16"].id, inside["× V"].id
    assert {(fork, q), (fork, k), (fork, v), (q, scores), (k, scores), (v, times)} <= wires(view)
    assert {(scores, times), (times, inside["linear 64"].id)} <= wires(view)


def test_keys_and_values_come_from_the_memory_and_a_mask_hides_scores() -> None:
    view = docs(graph(CROSS), Options(expand=("who",)))
    inside = boxes(cluster(view, "attention"))
    fork = next(tail for tail, head in wires(view) if head == inside["K"].id)
    assert (fork, inside["V"].id) in wires(view)
    assert {("input-1", inside["Q"].id), ("input-2", fork)} <= wires(view)
    assert ("input-3", inside["QKᵀ/√16"].id) in wires(view)
    assert letters(inside["K"].lines[0]) == "32 → 4×16"
    assert letters(inside["QKᵀ/√16"].lines[0]) == "4×T×S"
    assert strips(inside["QKᵀ/√16"]) == ["mask", "softmax"]


@pytest.mark.parametrize("asked", ["attention", "who", "look1.who"])
def test_names_that_open_it(asked: str) -> None:
    assert (
        cluster(docs(graph(CROSS), Options(expand=(asked,))), "attention").category == "attention"
    )


def test_a_depth_that_reaches_it() -> None:
    assert cluster(docs(graph(CROSS), Options(depth=2)), "attention")
    assert not [
        c for c in docs(graph(CROSS), Options(depth=1)).clusters() if "att" in letters(c.title)
    ]


def test_the_bare_product() -> None:
    inside = boxes(cluster(docs(graph(BY_HAND), Options(expand=("sdpa",))), "softmax"))
    assert list(inside) == ["QKᵀ/√16", "× V"]
    assert strips(inside["QKᵀ/√16"]) == ["causal mask", "softmax"]
    assert strips(inside["× V"]) == ["n h t k → n t (h k)"]


def test_a_scale_of_its_own() -> None:
    assert "softmax(QKᵀ) V" in to_dot(graph(BY_HAND.replace("causal=true", "scale=1.0")))
    scaled = graph(BY_HAND.replace("causal=true", "scale=0.5"))
    assert "QKᵀ · 0.5" in boxes(cluster(docs(scaled, Options(expand=("sdpa",))), "softmax"))


def test_nothing_to_open() -> None:
    with pytest.raises(DiagramError, match="no block called attention"):
        to_dot(graph(RESIDUAL), expand=["attention"])


def test_what_holds_it_stays_open_for_it() -> None:
    view = docs(shipped("transformer:transformer_base"), Options(expand=("attention",)))
    assert [letters(c.title) for c in view.clusters()].count("attention · 8 heads") == 3


# --- blocks -----------------------------------------------------------------------------------


def test_a_block_that_attends_is_marked_and_has_its_projections_on_one_rank() -> None:
    view = docs(graph(BY_HAND), Options())
    wall = cluster(view, "attend")
    assert wall.category == "attention"
    ids = tuple(f"attend1.{name}" for name in ("query", "key", "value"))
    assert ids in view.ranks
    labels = {b.id: letters(b.lines[0]) for b in view.boxes() if b.id in ids}
    assert labels == dict(zip(ids, ("query", "key", "value"), strict=True))


def test_products_by_hand_attend_too() -> None:
    assert cluster(docs(graph(PRODUCTS), Options()), "score").category == "attention"


def test_other_blocks_do_not() -> None:
    assert {c.category for c in docs(graph(RESIDUAL), Options()).clusters()} == {"block"}


# --- the paper view ---------------------------------------------------------------------------


def test_an_inset_says_what_the_layer_does() -> None:
    view = paper(shipped("transformer:transformer_base"), Options())
    inset = cluster(view, "attention · 8 heads")
    assert inset.inset
    assert list(boxes(inset)) == [
        "queries",
        "memory",
        "Q",
        "K",
        "V",
        "QKᵀ/√64",
        "× V",
        "linear 512",
    ]
    # Its uses differ in their lengths and in what follows them.
    assert boxes(inset)["QKᵀ/√64"].lines == ()
    assert boxes(inset)["linear 512"].below == ()


def test_no_inset_beside_what_is_open() -> None:
    view = paper(shipped("vit:vit_b_16"), Options(expand=("attention",)))
    assert not cluster(view, "attention").inset


@pytest.mark.parametrize("view", ["docs", "paper"])
@pytest.mark.parametrize("text", [CROSS, BY_HAND, PRODUCTS])
def test_nothing_lies_on_anything(view: str, text: str) -> None:
    asked = [w for w in ("attention", "sdpa") if w in text]
    assert complaints(to_dot(graph(text), view=view, expand=asked)) == []


def test_insets_of_one_name_say_what_tells_them_apart() -> None:
    text = """
    net n: a[20, 64], b[20, 32], c[20, 64] -> x[20, 64], y[20, 32], z[20, 64] {
      [a > attention(4), b > attention(4), c > attention(4, dropout=0.1)]
    }"""
    insets = [c for c in paper(graph(text), Options()).clusters() if c.inset]
    assert [letters(c.title) for c in insets] == [
        "attention · 4 heads · width 64 · no dropout",
        "attention · 4 heads · width 32",
        "attention · 4 heads · width 64 · dropout 0.1",
    ]
    assert [letters(boxes(c)["Q"].lines[0]) for c in insets] == [
        "64 → 4×16",
        "32 → 4×8",
        "64 → 4×16",
    ]
    assert [strips(next(b for t, b in boxes(c).items() if "QK" in t)) for c in insets] == [
        ["softmax"],
        ["softmax"],
        ["softmax", "dropout 0.1"],
    ]


def test_insets_tell_keys_and_values_of_other_widths_apart() -> None:
    text = """
    net n: a[20, 64], b[20, 32], c[20, 16] {
      [[a, b] > attention(4), [a, b, c] > attention(4), [a, a] > attention(4)]
    }"""
    insets = [c for c in paper(graph(text), Options()).clusters() if c.inset]
    assert [letters(c.title) for c in insets] == [
        "attention · 4 heads · keys 32 · values 32",
        "attention · 4 heads · keys 32 · values 16",
        "attention · 4 heads · keys 64",
    ]


def test_values_come_in_by_their_own_name() -> None:
    text = "net n: a[8, 32], b[9, 32], c[9, 32] { [a, b, c] > attention(4) }"
    view = paper(graph(text), Options())
    inset = cluster(view, "attention")
    doors = {letters(b.title): b.id for b in view.boxes() if b.shape == "label"}
    inside = boxes(inset)
    assert (doors["values"], inside["V"].id) in wires(view)
    assert len({b.id for b in view.boxes()}) == len(list(view.boxes()))
