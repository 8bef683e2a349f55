"""Nets with weights from a checkpoint: ``to_torch(weights=...)``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

import netwright as nw
from netwright.backends.weights.problems import CheckpointError, WeightsError, WeightsWarning

NET = "net small(classes=10): x[8] { x > linear(6) as body > relu > linear(classes) as head }"
TIED = """\
net tied: tokens[T] int { tokens > embed(9, 4) as words > linear(9, weight=words.weight) as head }
"""
NORMED = "net normed: x[3, 8, 8] { x > conv(3x3, 4) as c > bn as n > gap > linear(2) as head }"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(text: str = NET, file: str = "a.pth", **parameters: Any) -> nn.Module:
    torch.manual_seed(0)
    model = nw.loads(text, **parameters).to_torch()
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.add_(torch.rand_like(tensor))
    state = {n: t.clone() for n, t in model.state_dict().items()}
    if file.endswith(".safetensors"):
        safetensors.torch.save_file(state, file)
    else:
        torch.save(state, file)
    return model


def assert_equal(mine: nn.Module, theirs: nn.Module) -> None:
    states = mine.state_dict(), theirs.state_dict()
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][n], states[1][n]) for n in states[0])


@pytest.mark.parametrize("file", ["a.pth", "a.safetensors"])
@pytest.mark.parametrize("text", [NET, TIED, NORMED])
def test_loading(text: str, file: str) -> None:
    theirs = saved(text, file)
    mine = nw.loads(text).to_torch(weights=file)
    assert_equal(mine, theirs)
    assert all(p.requires_grad and p.is_contiguous() for p in mine.parameters())


def test_weights_are_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    on: list[str] = []
    original = nn.init.kaiming_uniform_

    def counting(tensor: torch.Tensor, *args: Any, **settings: Any) -> torch.Tensor:
        on.append(tensor.device.type)
        return original(tensor, *args, **settings)

    monkeypatch.setattr(nn.init, "kaiming_uniform_", counting)
    before = torch.get_rng_state()
    nw.loads(NET).to_torch(weights="a.pth")
    assert set(on) == {"meta"}
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loaded_net_is_of_its_own() -> None:
    """A change of the file does not change it, nor does training change the file."""
    theirs = saved()
    mine = nw.loads(NET).to_torch(weights="a.pth")
    with torch.no_grad():
        for parameter in mine.parameters():
            parameter.zero_()
    assert_equal(nw.loads(NET).to_torch(weights="a.pth"), theirs)


def test_tied_weights_stay_one() -> None:
    theirs = saved(TIED)
    state = theirs.state_dict()
    del state["head.weight"]
    torch.save(state, "a.pth")
    mine: Any = nw.loads(TIED).to_torch(weights="a.pth")
    assert mine.head.weight is mine.words.weight
    assert_equal(mine, theirs)


def test_two_values_for_one_tensor() -> None:
    state = {name: torch.randn_like(t) for name, t in saved(TIED).state_dict().items()}
    torch.save(state, "a.pth")
    with pytest.raises(WeightsError, match="has two different ones"):
        nw.loads(TIED).to_torch(weights="a.pth")


def test_a_tied_weight_twice_in_the_checkpoint() -> None:
    """It is one tensor, also in two dtypes and with NaN."""
    state = saved(TIED).state_dict()
    state["words.weight"][:] = 0.5
    state["words.weight"][0, 0] = float("nan")
    state["head.weight"] = state["words.weight"].half()
    torch.save(state, "a.pth")
    mine: Any = nw.loads(TIED).to_torch(weights="a.pth")
    assert torch.equal(mine.words.weight.isnan(), state["words.weight"].isnan())
    assert torch.equal(mine.words.weight[1:], state["words.weight"][1:])


@pytest.mark.parametrize(
    ("wrong", "right"), [("head.weight", "words.weight"), ("words.weight", "head.weight")]
)
def test_a_tied_weight_that_fits_under_one_name(wrong: str, right: str) -> None:
    theirs = saved(TIED)
    state = theirs.state_dict()
    torch.save({**state, wrong: torch.zeros(3, 3)}, "a.pth")
    with pytest.warns(WeightsWarning) as warned:
        mine = nw.loads(TIED).to_torch(weights="a.pth", partial=True)
    assert_equal(mine, theirs)
    assert str(warned[0].message).splitlines()[1:] == [
        "1 tensor of another shape or dtype:",
        f"  {wrong}: the net has [9, 4], the checkpoint [3, 3]",
        f"these are tied, and are loaded under their other names: {wrong}",
    ]
    del state[right]
    torch.save({**state, wrong: torch.zeros(3, 3)}, "a.pth")
    with pytest.warns(WeightsWarning, match=f"these keep their initial values: {wrong}$"):
        nw.loads(TIED).to_torch(weights="a.pth", partial=True)


def test_tensors_that_only_the_constructor_makes() -> None:
    text = "net placed: tokens[T] int { tokens > embed(9, 4) as e > positions > linear(2) as head }"
    theirs = saved(text)
    mine = nw.loads(text).to_torch(weights="a.pth")
    tokens = torch.arange(9)[None]
    assert torch.equal(mine(tokens), theirs(tokens))


def test_recurrent_layers_run() -> None:
    text = "net r: x[5, 4] -> [5, 6] { x > lstm(6) as cell }"
    theirs, x = saved(text), torch.randn(2, 5, 4)
    assert torch.equal(nw.loads(text).to_torch(weights="a.pth")(x), theirs(x))


def test_reparametrized_layers_run() -> None:
    text = "net p: x[4] -> [5] { x > weight_norm(linear(6)) as a > spectral_norm(linear(5)) as b }"
    theirs, x = saved(text), torch.randn(2, 4)
    assert torch.equal(nw.loads(text).to_torch(weights="a.pth")(x), theirs(x))


def test_without_the_package_safetensors(monkeypatch: pytest.MonkeyPatch) -> None:
    saved(file="a.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(ImportError, match=r'pip install "netwright\[safetensors\]"'):
        nw.loads(NET).to_torch(weights="a.safetensors")


def test_what_does_not_fit() -> None:
    saved(NET.replace("as body", "as bodies"))
    with pytest.raises(WeightsError) as error:
        nw.loads(NET, classes=3).to_torch(weights="a.pth")
    assert str(error.value) == (
        "a.pth does not fit the net\n"
        "2 tensors missing in the checkpoint:\n"
        "  body.weight (near: bodies.weight)\n"
        "  body.bias (near: bodies.bias)\n"
        "2 tensors of another shape or dtype:\n"
        "  head.weight: the net has [3, 6], the checkpoint [10, 6]\n"
        "  head.bias: the net has [3], the checkpoint [10]\n"
        "2 tensors only in the checkpoint:\n"
        "  bodies.weight\n"
        "  bodies.bias\n"
        '`mapping="auto"` maps 2 of 4 tensors'
    )


def test_what_to_do_if_it_does_not_fit() -> None:
    saved(NET, classes=3)
    with pytest.raises(WeightsError, match=r"\n`partial=True` takes the 2 tensors that fit$"):
        nw.loads(NET).to_torch(weights="a.pth")
    with pytest.raises(WeightsError) as error:
        nw.loads(NORMED).to_torch(weights="a.pth", partial=True)
    assert str(error.value).endswith("\nno tensor fits: is it a checkpoint of this net?")
    torch.save({"h.weight": torch.ones(2, 4), "h.bias": torch.ones(2)}, "a.pth")
    with pytest.raises(WeightsError, match=r"few tensors fit: .*\n`mapping=.auto.` maps 2 of 9 t"):
        nw.loads(NORMED).to_torch(weights="a.pth")


def test_another_kind_of_numbers() -> None:
    state = saved().state_dict()
    state["body.weight"] = torch.ones(6, 8, dtype=torch.int8)
    torch.save(state, "a.pth")
    with pytest.raises(WeightsError, match="the net has float32, the checkpoint int8"):
        nw.loads(NET).to_torch(weights="a.pth")


def test_half_precision_becomes_that_of_the_net() -> None:
    torch.save({n: t.bfloat16() for n, t in saved().state_dict().items()}, "a.pth")
    mine = nw.loads(NET).to_torch(weights="a.pth")
    assert {p.dtype for p in mine.parameters()} == {torch.float32}


def test_a_new_head() -> None:
    theirs = saved(NET, classes=1000)
    with pytest.warns(WeightsWarning) as warned:
        mine = nw.loads(NET).to_torch(weights="a.pth", partial=True)
    text = str(warned[0].message)
    assert text.endswith("these keep their initial values: head.weight, head.bias")
    assert warned[0].filename == __file__
    assert torch.equal(mine.state_dict()["body.weight"], theirs.state_dict()["body.weight"])
    assert mine.state_dict()["head.weight"].abs().max() < 1


def test_a_prefix_is_said() -> None:
    theirs = saved()
    state = {f"module.{name}": tensor for name, tensor in theirs.state_dict().items()}
    torch.save({"state_dict": state}, "a.pth")
    with pytest.warns(WeightsWarning, match="`module.`, which is left out"):
        assert_equal(nw.loads(NET).to_torch(weights="a.pth"), theirs)


def test_an_averaged_model() -> None:
    theirs = saved()
    torch.save(torch.optim.swa_utils.AveragedModel(theirs).state_dict(), "a.pth")
    with pytest.warns(WeightsWarning, match="`n_averaged`, the count of an AveragedModel, is left"):
        assert_equal(nw.loads(NET).to_torch(weights="a.pth"), theirs)


def test_a_prefix_is_part_of_the_layout_that_is_mapped() -> None:
    """What the rules or the older version have as a name is not left out."""
    wrapped = "net w: x[8] { x > (linear(6) as body > relu > linear(10) as head) as model }"
    theirs, x = saved(wrapped), torch.randn(2, 8)
    old, net = nw.loads(wrapped), nw.loads(wrapped.replace("model", "trunk"))
    for mapping in (old, {"model.{rest}": "trunk.{rest}"}):
        assert torch.equal(net.to_torch(weights="a.pth", mapping=mapping)(x), theirs(x))
    state = net.to_torch(weights="a.pth", mapping=old).state_dict()
    torch.save({f"model.{name}": tensor for name, tensor in state.items()}, "a.pth")
    with pytest.warns(WeightsWarning, match="`model.`, which is left out"):
        assert torch.equal(old.to_torch(weights="a.pth", mapping=net)(x), theirs(x))


def test_counts_of_batches_may_be_missing() -> None:
    theirs = saved(NORMED)
    state = {n: t for n, t in theirs.state_dict().items() if "num_batches" not in n}
    torch.save(state, "a.pth")
    with pytest.warns(WeightsWarning, match="keep the values of a new net: n.num_batches_tracked"):
        assert_equal(nw.loads(NORMED).to_torch(weights="a.pth"), theirs)


def test_a_mapping_by_names() -> None:
    theirs = saved(NET.replace("body", "trunk"))
    mine = nw.loads(NET).to_torch(weights="a.pth", mapping={"trunk.{rest}": "body.{rest}"})
    assert torch.equal(mine.state_dict()["body.bias"], theirs.state_dict()["trunk.bias"])
    Path("a.toml").write_text('[names]\n"trunk.{rest}" = "body.{rest}"\n')
    assert_equal(nw.loads(NET).to_torch(weights="a.pth", mapping="a.toml"), mine)


UNUSED = {
    ("trunk", "body"): "the rule `trunk -> body` suits no tensor",
    ("bodi.{rest}", "x.{rest}"): "suits no tensor: is `body` meant?",
    ("body.weigth", "x"): "suits no tensor: is `body.weight` meant?",
    ("body", "x"): "suits no tensor: a rule is for whole names, as with `body.{rest}`",
    ("bo", "x"): "suits no tensor: a rule is for whole names, as with `bo{rest}`",
    ("body.*", "x.*"): "suits no tensor: placeholders are {i} for a number, {rest} for any text",
}


@pytest.mark.parametrize("pair", UNUSED)
def test_a_rule_that_suits_no_tensor(pair: tuple[str, str]) -> None:
    saved()
    with pytest.warns(WeightsWarning) as warned:
        nw.loads(NET).to_torch(weights="a.pth", mapping=dict([pair]))
    assert str(warned[0].message).endswith(UNUSED[pair])


def test_rules_that_suit_no_tensor() -> None:
    saved(NET.replace("body", "trunk"))
    Path("a.toml").write_text("""\
[[tensors]]
old = "trunk.{rest}"
new = "body.{rest}"

[[tensors]]
old = "trunk.weight"
new = "body.weight"

[[tensors]]
old = ["head.weight", "tail.weight"]
new = "joined.weight"
""")
    with pytest.warns(WeightsWarning) as warned:
        nw.loads(NET).to_torch(weights="a.pth", mapping="a.toml")
    assert str(warned[0].message).splitlines()[1:] == [
        "the rule `trunk.weight -> body.weight` suits no tensor: other rules come before it",
        "the rule `head.weight + tail.weight -> joined.weight` suits no tensor: "
        "there is no `tail.weight`",
    ]
    message = "suits no tensor: names of the checkpoint are on the left, of the net on the right"
    with pytest.raises(WeightsError, match=f"{message}\n`partial=True` takes the 2 tensors that"):
        nw.loads(NET).to_torch(weights="a.pth", mapping={"body.{rest}": "trunk.{rest}"})
    message = "the rule `trunk.{rest} -> bodi.{rest}` makes `bodi.weight`, which is not in the net"
    with pytest.raises(WeightsError, match=f"note: {message}\n`partial"):
        nw.loads(NET).to_torch(weights="a.pth", mapping={"trunk.{rest}": "bodi.{rest}"})
    many = {f"no{k}": f"yes{k}" for k in range(12)}
    with pytest.raises(WeightsError, match="note: 2 more rules suit no tensor"):
        nw.loads(NET).to_torch(weights="a.pth", mapping=many)


def test_an_automatic_mapping() -> None:
    theirs, x = (
        saved(NET.replace("as body", "as inner").replace("as head", "as fc")),
        torch.randn(2, 8),
    )
    with pytest.warns(WeightsWarning, match="4 tensors were matched"):
        mine = nw.loads(NET).to_torch(weights="a.pth", mapping="auto")
    assert torch.equal(mine(x), theirs(x))


def test_the_weights_of_another_version() -> None:
    """Layers that were renamed and moved keep their weights."""
    old = (
        "net a: x[3, 8, 8] { x > (conv(3x3, 8, pad=1) > bn > relu > conv(3x3, 8, pad=1)) "
        "as body > gap > linear(4) as fc }"
    )
    new = (
        "net a: x[3, 8, 8] { x > (conv(3x3, 8, pad=1) > bn > relu > dropout(0.5) "
        "> conv(3x3, 8, pad=1)) as features > gap > linear(4) as head }"
    )
    theirs, x = saved(old).eval(), torch.randn(2, 3, 8, 8)
    mine = nw.loads(new).to_torch(weights="a.pth", mapping=nw.loads(old)).eval()
    assert torch.equal(mine(x), theirs(x))


def test_copies_and_shares_of_another_version() -> None:
    old = """\
block unit(d): x { x + (x > linear(d) > relu) }
net a: x[8] {
  share f = linear(8)
  x > unit(8) * 3 as layers > f > f > unit(8) as last > linear(2) as head
}
"""
    new = old.replace("layers", "blocks").replace("last", "end").replace("f ", "g ")
    theirs, x = saved(old), torch.randn(2, 8)
    mine = nw.loads(new).to_torch(weights="a.pth", mapping=nw.loads(old))
    assert torch.equal(mine(x), theirs(x))


def test_misuse() -> None:
    net = nw.loads(NET)
    with pytest.raises(TypeError, match="weights=FILE"):
        net.to_torch(partial=True)
    with pytest.raises(TypeError, match="name of a file, not dict"):
        net.to_torch(weights={})  # type: ignore[arg-type]
    for around, device in ((None, "meta"), (None, torch.device("meta")), ("meta", None)):
        with torch.device(around or "cpu"), pytest.raises(ValueError, match="no values on the dev"):
            net.to_torch(device, weights="a.pth")
    saved()
    with torch.device("meta"):
        mine = net.to_torch("cpu", weights="a.pth")
    assert_equal(mine, net.to_torch(weights="a.pth"))
    Path("a.pth").unlink()
    with pytest.raises(CheckpointError, match=r"there is no file a\.pth"):
        net.to_torch(weights="a.pth")
    saved()
    with pytest.raises(WeightsError, match="'guess' is not a mapping"):
        net.to_torch(weights="a.pth", mapping="guess")
    with pytest.raises(WeightsError, match="the name 3 is not a text"):
        net.to_torch(weights="a.pth", mapping={3: "head"})  # type: ignore[dict-item]


def test_one_of_several_state_dicts() -> None:
    theirs = saved(file="model.pth")
    state = theirs.state_dict()
    torch.save({"g": {n: t * 2 for n, t in state.items()}, "ema": {"net": state}}, "a.pth")
    net = nw.loads(NET)
    with pytest.warns(WeightsWarning, match="the weights are the entry `net`"):
        assert_equal(net.to_torch(weights="a.pth", entry="ema"), theirs)
    with pytest.raises(CheckpointError, match=r"several state dicts: `g` and `ema.net`\nsay which"):
        net.to_torch(weights="a.pth")
    with pytest.raises(TypeError, match="`entry` are for a checkpoint"):
        net.to_torch(entry="ema")
