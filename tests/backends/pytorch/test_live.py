"""Live modules: devices, tracebacks, pickles, and PyTorch's own compilers."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import subprocess
import sys
import traceback
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

import netwright as nw
from netwright.backends import MissingExtra
from netwright.backends.pytorch import to_module, to_source
from netwright.compiler.ir import Graph
from netwright.grammar.diagnostics import CompileError

from .nets import NETS, SIZES
from .reference import example_inputs

SPEC = """
net Failing: x[8] {
  x > linear(4)
    > relu > linear(3) as head
}
"""


def graph_of(text: str) -> Graph:
    return nw.loads(text).ir


def test_is_its_source() -> None:
    graph = graph_of(NETS["groups"])
    module = to_module(graph)
    text = inspect.getsource(sys.modules[type(module).__module__])
    lines = [line.partition("  # ")[0] for line in text.splitlines()]
    assert lines == to_source(graph).splitlines()


def test_tracebacks_show_the_spec(tmp_path: Path) -> None:
    spec = tmp_path / "failing.net"
    spec.write_text(SPEC)
    module = nw.load(spec).to_torch()
    with pytest.raises(RuntimeError) as caught:
        module(torch.zeros(2, 9))
    lines = "".join(traceback.format_exception(caught.value))
    assert "self.linear1(x))  # failing.net:3" in lines
    assert "<netwright Failing " in lines


def test_equal_nets_share_their_class() -> None:
    one, two = (to_module(graph_of(SPEC)) for _ in range(2))
    assert type(one) is type(two)


@pytest.mark.parametrize("name", NETS)
def test_on_the_meta_device(name: str) -> None:
    graph = graph_of(NETS[name])
    module = to_module(graph, device="meta")
    inputs = [t.to("meta") for t in example_inputs(graph, **SIZES.get(name, {}))]
    module(*inputs)
    tensors = [*module.parameters(), *module.buffers()]
    assert {t.device.type for t in tensors} <= {"meta"}


def test_pickles_into_another_process(tmp_path: Path) -> None:
    module = to_module(graph_of(NETS["shares"])).eval()
    inputs = example_inputs(graph_of(NETS["shares"]))
    torch.save([module, inputs, module(*inputs)], tmp_path / "all.pt")
    code = (
        "import sys, torch\n"
        "module, inputs, expected = torch.load(sys.argv[1], weights_only=False)\n"
        "assert torch.equal(module(*inputs), expected)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "all.pt")], check=True)


def test_parts_pickle_too() -> None:
    module = to_module(graph_of(NETS["repeats"]))
    assert isinstance(module.layers, nn.Sequential)
    part = pickle.loads(pickle.dumps(module.layers[0]))
    x = torch.randn(2, 8)
    assert torch.equal(part(x), module.layers[0](x))


def test_ties_survive() -> None:
    module = to_module(graph_of(NETS["ties"]))
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    twin = torch.load(buffer, weights_only=False)
    for m in (module, twin, module.to(torch.float64)):
        assert m.get_parameter("lm_head.weight") is m.get_parameter("wte.weight")


COMPILED = [name for name in NETS if name not in ("one_liner", "keywords")]
"""Lazy modules are none before they have run; PyTorch's exporter writes `self.class`."""


@pytest.mark.parametrize("name", COMPILED)
def test_exports(name: str) -> None:
    graph = graph_of(NETS[name])
    module = to_module(graph).eval()
    inputs = example_inputs(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = torch.export.export(module, tuple(inputs))
    torch.testing.assert_close(exported.module()(*inputs), module(*inputs))


@pytest.mark.parametrize("name", COMPILED)
def test_traces(name: str) -> None:
    graph = graph_of(NETS[name])
    module = to_module(graph).eval()
    inputs = example_inputs(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace = torch.jit.trace(module, tuple(inputs), check_trace=False)  # type: ignore[no-untyped-call]
    torch.testing.assert_close(trace(*inputs), module(*inputs))


RECURRENT = [name for name, text in NETS.items() if "lstm(" in text or "gru(" in text]


SOME_COMPILED = ("lenet", "shared_scans", "loops_in_rounds", "attention_groups")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in SOME_COMPILED else pytest.mark.slow) for n in COMPILED],
)
def test_compiles_without_breaks(name: str) -> None:
    torch.compiler.reset()
    graph = graph_of(NETS[name])
    module = to_module(graph).eval()
    inputs = example_inputs(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = name not in RECURRENT  # PyTorch does not look into its own recurrent modules
        compiled = torch.compile(module, backend="aot_eager", fullgraph=whole)
        torch.testing.assert_close(compiled(*inputs), module(*inputs))


@pytest.mark.slow
def test_compiles_to_machine_code() -> None:
    module = to_module(graph_of(NETS["groups"])).eval()
    x = torch.randn(2, 3, 16, 16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.testing.assert_close(torch.compile(module)(x), module(x), rtol=1e-4, atol=1e-5)


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        MissingExtra, match=r'PyTorch is not installed: pip install "netwright\[torch\]"'
    ):
        to_module(graph_of(SPEC))


def test_sizes_that_a_module_must_know() -> None:
    with pytest.raises(CompileError, match="E401"):
        to_module(graph_of("conv(3x3, 8, init=kaiming_normal) > relu"))


def test_reparametrized_layers_are_pytorchs() -> None:
    """A discriminator with spectral norm loads the checkpoint of one written by hand."""
    spectral, weight = (
        nn.utils.parametrizations.spectral_norm,
        nn.utils.parametrizations.weight_norm,
    )
    torch.manual_seed(0)
    theirs = nn.Sequential(
        spectral(nn.Conv2d(3, 8, 4, stride=2, padding=1)),
        nn.LeakyReLU(0.1),
        spectral(nn.ConvTranspose2d(8, 4, 2, stride=2), n_power_iterations=3),
        nn.Flatten(),
        weight(nn.Linear(4 * 16 * 16, 1), dim=1),
    )
    ours = nw.loads(
        "input(3x16x16) > spectral_norm(conv(4x4, 8, stride=2, pad=1)) > leaky_relu(0.1)"
        " > spectral_norm(conv_transpose(2, 4, stride=2), n_power_iterations=3) > flatten"
        " > weight_norm(linear(1), dim=1)"
    ).to_torch()
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    assert [k.split(".", 1)[1] for k in ours.state_dict()] == [
        k.split(".", 1)[1] for k in theirs.state_dict()
    ]
    x = torch.rand(2, 3, 16, 16)
    for _ in range(2):  # the power iteration of the first call is in the second's result
        assert torch.equal(ours(x), theirs(x))
    assert torch.equal(ours.eval()(x), theirs.eval()(x))


def test_a_module_is_known_as_long_as_it_is_used() -> None:
    """By name, and to linecache: not for ever."""
    import gc
    import linecache

    def known() -> tuple[set[str], set[str]]:
        gc.collect()
        modules = {name for name in sys.modules if name.startswith("netwright_live")}
        return modules, {name for name in linecache.cache if name.startswith("<netwright")}

    before = known()
    net = nw.loads("input(8) > linear(123) > relu")
    model = net.to_torch()
    made = type(model)
    assert pickle.loads(pickle.dumps(made)) is made
    assert type(copy.deepcopy(model)) is type(pickle.loads(pickle.dumps(model))) is made
    assert "class" in inspect.getsource(made)
    text = pickle.dumps(model)
    assert known() != before
    del net, model, made
    assert known() == before
    again = pickle.loads(text)
    assert again(torch.zeros(1, 8)).shape == (1, 123)
    assert "linear" in inspect.getsource(type(again).forward)
