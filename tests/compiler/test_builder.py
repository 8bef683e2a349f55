"""Graphs under construction: numbers and paths, and tensors that cross scopes."""

from __future__ import annotations

import pytest

from netwright.compiler.builder import Builder, Draft, bring, chain_from, module_path, origin
from netwright.compiler.dims import symbol
from netwright.compiler.types import TensorType
from netwright.compiler.values import NetworkValue, Shared
from netwright.grammar.source import Source

PLACE = Source("test.net", "x > relu").span(4, 8)
EIGHT = TensorType((8,))


def scope(parent: Builder | None = None, name: str = "") -> Builder:
    """A scope; inside of a parent it has a call there."""
    made = Builder("block", name, parent)
    if parent is not None:
        made.site = parent.add(Draft(parent, child=made, word=name))
    return made


def layer(builder: Builder, word: str = "", *, label: str = "", count: int = 1) -> Draft:
    """A draft with one input and one result, of the type [8]."""
    before = Draft(builder, types=[EIGHT]).tensors()
    return builder.add(
        Draft(builder, inputs=before, types=[EIGHT], word=word, label=label, count=count)
    )


def paths(builder: Builder) -> list[tuple[str, ...]]:
    builder.close()
    return [draft.paths() for draft in builder.drafts]


# --- numbers --------------------------------------------------------------------------------------


def test_every_word_counts_for_itself_from_one() -> None:
    net = scope()
    for word in ("conv", "relu", "conv", "relu", "bn"):
        layer(net, word)
    assert paths(net) == [("conv1",), ("relu1",), ("conv2",), ("relu2",), ("bn1",)]
    assert [draft.first for draft in net.drafts] == [1, 1, 2, 2, 1]


def test_labels_and_operators_get_no_number() -> None:
    net = scope()
    assert layer(net, "conv", label="stem").paths() == ("stem",)  # known before the scope closes
    layer(net)
    layer(net, "conv")
    assert paths(net) == [("stem",), (), ("conv1",)]
    assert net.drafts[0].first is None


def test_numbers_skip_taken_paths_and_their_starts() -> None:
    net = scope()
    net.take("conv2", PLACE)
    net.take("conv3.proj", PLACE)
    layer(net, "conv")
    layer(net, "conv")
    assert paths(net) == [("conv1",), ("conv4",)]


def test_numbers_skip_the_names_of_shares() -> None:
    net, inner = scope(), scope()
    net.shares.append(Shared("conv1", NetworkValue(), net, PLACE))
    shared = layer(net, "conv")
    shared.share = Shared("conv2", NetworkValue(), inner, PLACE)
    layer(net, "conv")
    assert paths(net) == [(), ("conv3",)]


def test_copies_take_following_numbers() -> None:
    net = scope()
    layer(net, "block", count=3)
    layer(net, "block")
    assert paths(net) == [("block1", "block2", "block3"), ("block4",)]


def test_a_word_that_ends_with_a_digit() -> None:
    net = scope()
    layer(net, "block1")
    layer(net, "block", count=11)
    assert [names[-1] for names in paths(net)] == ["block11", "block10", "block12"]


def test_a_taken_number_splits_copies() -> None:
    net = scope()
    net.take("block3", PLACE)
    whole = layer(net, "block", count=4)
    before = whole.inputs
    assert paths(net) == [("block1", "block2"), ("block4", "block5")]
    first, second = net.drafts
    assert second is whole  # who holds the result of the repeat holds it still
    assert first.inputs == before
    (between,) = second.inputs
    assert (between.draft, between.index) == (first, 0)


def test_a_scope_is_numbered_once() -> None:
    net = scope()
    layer(net, "conv")
    net.close()
    layer(net, "conv")
    assert paths(net) == [("conv1",), ()]


# --- taken paths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("layer.0", "layer.0"),
        ("layer.0.conv", "layer.0"),  # inside of a module
        ("layer", "layer.0"),  # around a module
        ("layer.1", None),
        ("layer.00", None),
        ("lay", None),
        ("conv", None),
    ],
)
def test_paths_that_exclude_each_other(path: str, other: str | None) -> None:
    net = scope()
    net.take("layer.0", PLACE)
    assert net.clash(path) == (None if other is None else (other, PLACE))


def test_the_start_of_several_paths_clashes_with_the_first() -> None:
    net = scope()
    net.take("layer.0", None)
    net.take("layer.1", PLACE)
    assert net.clash("layer") == ("layer.0", None)


def test_forgotten_paths_are_free() -> None:
    net = scope()
    net.take("layer.0", PLACE)
    net.take("layer.1", PLACE)
    net.forget(["layer.0"])
    assert net.clash("layer.0") is None
    assert net.clash("layer") == ("layer.1", PLACE)
    net.forget(["layer.1"])
    assert net.clash("layer") is None


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_can_be_split_off_by_its_path() -> None:
    net = scope()
    whole = layer(net, "block", count=3)
    net.close()
    second = net.find("block2")
    assert second is not None
    assert second is not whole
    assert paths(net) == [("block1",), ("block2",), ("block3",)]
    assert [draft.count for draft in net.drafts] == [1, 1, 1]
    for one, following in zip(net.drafts, net.drafts[1:], strict=False):
        assert [tensor.draft for tensor in following.inputs] == [one]
    assert net.find("block4") is None


def test_the_last_copy_is_the_draft_itself() -> None:
    net = scope()
    whole = layer(net, "block", count=2)
    net.close()
    assert net.find("block2") is whole
    assert paths(net) == [("block1",), ("block2",)]


def test_copies_keep_their_further_inputs() -> None:
    """A pipe carries on the first result; the tensors of settings are the same for all copies."""
    net = scope()
    whole = layer(net, "block", count=2)
    further = Draft(net, types=[EIGHT]).tensors()
    whole.inputs = [*whole.inputs, *further]
    first, second = net.copy(whole, 0), whole
    assert first.inputs[1:] == further
    assert second.inputs[1:] == further
    assert second.inputs[0].draft is first


def test_a_result_of_one_copy_is_not_one_of_the_others() -> None:
    net = scope()
    inside = scope(net, "b")
    (whole,) = net.drafts
    whole.count, whole.types, whole.names = 2, [EIGHT], {0: "y"}
    whole.results = layer(inside).tensors()
    first = net.copy(whole, 0)
    first.export(layer(inside).tensors()[0])
    assert (len(first.results), len(first.types), first.names) == (2, 2, {})
    assert (len(whole.results), len(whole.types), whole.names) == (1, 1, {0: "y"})


def test_labels_of_copies_count_too() -> None:
    net = scope()
    whole = layer(net, label="layer.0", count=3)
    whole.first = 0
    assert whole.labels() == ("layer.0", "layer.1", "layer.2")
    whole.advance(2)
    assert (whole.labels(), whole.first) == (("layer.2",), 2)


def test_holds_says_whether_a_path_starts_so() -> None:
    net = scope()
    layer(net, label="layer.0")
    assert net.holds("layer")
    assert not net.holds("lay")
    assert not net.holds("layer.0")


# --- tensors that cross scopes --------------------------------------------------------------------


def test_a_captured_tensor_is_one_input() -> None:
    net = scope()
    inner = scope(net, "b")
    (outer,) = layer(net, label="skip").tensors()
    first, again = inner.capture(outer), inner.capture(outer)
    assert first.identity == again.identity
    assert first.draft in inner.inputs
    assert (len(inner.inputs), first.draft.port, first.type) == (1, "skip", EIGHT)
    (other,) = layer(net, label="other").tensors()
    second = inner.capture(other)
    assert (inner.outer(first), inner.outer(second), net.outer(outer)) == (outer, other, None)


def test_the_name_of_the_text_names_the_input() -> None:
    net = scope()
    assert scope(net, "b").capture(net.input("image", EIGHT, None)).draft.port == "image"
    draft = layer(net, label="skip")
    draft.names[0] = "h"
    assert scope(net, "b").capture(draft.tensors()[0]).draft.port == "h"


def test_a_capture_is_hidden_beside_a_piped_input_only() -> None:
    net = scope()
    (outer,) = layer(net).tensors()
    group, block = scope(net, "g"), scope(net, "b")
    assert not group.capture(outer).draft.hidden
    block.input("x", EIGHT, None)
    assert block.capture(outer).draft.hidden


def test_a_piped_tensor_is_not_hidden_and_captured_once() -> None:
    net = scope()
    group = scope(net, "g")
    (outer,), (other,) = layer(net).tensors(), layer(net).tensors()
    group.input("x", EIGHT, None)
    captured = group.capture(outer)
    piped = group.pipe(outer, apart=False)
    assert piped.draft is captured.draft
    assert not piped.draft.hidden
    apart = group.pipe(other, apart=True)
    assert not apart.draft.hidden
    named = group.capture(other)
    assert named.draft is not apart.draft
    assert named.draft.hidden
    assert len(group.inputs) == 4


def test_a_tensor_is_captured_by_every_scope_on_the_way_in() -> None:
    net = scope()
    middle = scope(net, "m")
    inside = scope(middle, "i")
    (outer,) = layer(net).tensors()
    inner = bring(outer, inside)
    assert inner.builder is inside
    between = inside.outer(inner)
    assert between is not None
    assert between.builder is middle
    assert middle.outer(between) is outer
    assert origin(inner) == outer.identity
    assert bring(inner, net).identity == outer.identity
    assert bring(outer, net) is outer


def test_a_tensor_is_exported_by_every_call_on_the_way_out() -> None:
    net = scope()
    middle = scope(net, "m")
    inside = scope(middle, "i")
    (inner,) = layer(inside).tensors()
    outer = bring(inner, net)
    assert outer.draft is middle.site
    (between,) = outer.draft.results
    assert between.draft is inside.site
    assert between.draft.results == [inner]
    assert bring(inner, net).identity == outer.identity
    assert len(outer.draft.results) == 1


def test_a_tensor_goes_out_of_one_scope_and_into_another() -> None:
    net = scope()
    left, right = scope(net, "l"), scope(net, "r")
    (tensor,) = layer(left).tensors()
    inner = bring(tensor, right)
    outer = right.outer(inner)
    assert outer is not None
    assert outer.draft is left.site


def test_a_tensor_of_a_scope_without_a_call_is_out_of_reach() -> None:
    (tensor,) = layer(scope()).tensors()
    with pytest.raises(LookupError, match="cannot be reached"):
        bring(tensor, scope())


def test_an_export_has_the_sizes_of_the_call() -> None:
    net = scope()
    inside = scope(net, "b")
    site = inside.site
    assert site is not None
    (tensor,) = inside.add(Draft(inside, types=[TensorType((symbol("C"),))])).tensors()
    site.sizes = (("C", 3),)
    assert site.export(tensor).type == TensorType((3,))


# --- module paths ---------------------------------------------------------------------------------


def test_the_path_through_calls() -> None:
    net = scope()
    middle = scope(net, "m")
    inside = scope(middle, "i")
    conv = layer(inside, "conv")
    for builder in (net, middle, inside):
        builder.close()
    chain = chain_from([conv], net)
    assert chain == (middle.site, inside.site, conv)
    assert module_path(chain) == "m1.i1.conv1"
    assert chain_from([conv], inside) == (conv,)
    assert chain_from([conv], scope()) is None


def test_a_share_is_under_its_name() -> None:
    net = scope()
    inside = scope(net, "b")
    site = inside.site
    assert site is not None
    site.share = Shared("enc", NetworkValue(), net, PLACE)
    conv = layer(inside, label="conv")
    net.close()
    inside.close()
    assert module_path((site, conv)) == "enc.conv"


def test_the_size_of_a_call_is_that_of_its_scope() -> None:
    net = scope()
    inside = scope(net, "b")
    site: Draft | None = inside.site
    assert site is not None
    assert (site.size, layer(inside).size) == (1, 1)
    inside.size = 5
    assert site.size == 5


def test_ancestors_end_with_the_net() -> None:
    net = scope()
    inside = scope(scope(net, "m"), "i")
    assert [*inside.ancestors()] == [inside, inside.parent, net]
