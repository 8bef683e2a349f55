"""Externs in modules and source: whose classes they run, and whether these are as declared."""

from __future__ import annotations

import ast
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import netwright as nw
from tests.specs.huggingface import transformers
from tests.specs.reference import torchvision_models

DEFORM = """\
extern deform(out, k=3): x[C, H, W] -> [out, H, W] = "mylib.layers:Deform",
  params=C*out*k*k, macs=C*out*k*k*H*W
"""
PAIR = 'extern pair(): a[T, d], b[S, d] -> sum[d], best[T] int, same[T] bool = "mylib:Pair"\n'


class Deform(nn.Module):
    def __init__(self, out: int, k: int = 3) -> None:
        super().__init__()
        self.conv = nn.LazyConv2d(out, k, padding=k // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(x)
        return result


class Pair(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return a.sum(1) + b.sum(1), a.argmax(-1), a[..., 0] > 0


class Takes(nn.Module):
    """Keeps the arguments that it was made with."""

    def __init__(self, **arguments: object) -> None:
        super().__init__()
        self.arguments = arguments

    def forward(self, x: Tensor) -> Tensor:
        return x


def made_with(model: nn.Module, path: str) -> dict[str, object]:
    takes = model.get_submodule(path)
    assert isinstance(takes, Takes)
    return takes.arguments


class Step(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.linear = nn.Linear(d, d)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(self.linear(x) + h)


def errors(make: Callable[[], object]) -> list[nw.Diagnostic]:
    with pytest.raises(nw.CompileError) as caught:
        make()
    return list(caught.value.diagnostics)


def one_error(net: nw.Network, **options: Any) -> nw.Diagnostic:
    (error,) = errors(lambda: net.to_torch(**options))
    return error


# --- the module computes what the classes compute ----------------------------------------------


def test_it_runs_the_class() -> None:
    net = nw.loads(DEFORM + "input(3x8x8) > deform(4) > relu > deform(2, k=1)")
    model = net.to_torch(externs={"deform": Deform})
    x = torch.randn(2, 3, 8, 8)
    y = model(x)
    a, b = (model.get_parameter(f"deform{i}.conv.weight") for i in (1, 2))
    assert torch.equal(y, F.conv2d(F.conv2d(x, a, padding=1).relu(), b))
    assert list(model.state_dict()) == ["deform1.conv.weight", "deform2.conv.weight"]
    assert net.params == sum(p.numel() for p in model.parameters()) == 3 * 4 * 9 + 4 * 2
    assert net.macs == 64 * (3 * 4 * 9 + 4 * 2)


def test_the_keys_are_under_the_labels() -> None:
    text = """
    block stage(unit, width): x { x > (unit(width) > bn) as body > unit(width) * 2 as rest }
    net n: x[3, 8, 8] { share s = deform(4)
      y = x > stage(deform, 4) as a
      y + (y > s) > s > deform(2) as out
    }"""
    model = nw.loads(DEFORM + text).to_torch(externs={"deform": Deform})
    model(torch.randn(2, 3, 8, 8))
    keys = [k for k in model.state_dict() if "conv" in k]
    assert keys == [
        "a.body.0.conv.weight",
        "a.rest.0.conv.weight",
        "a.rest.1.conv.weight",
        "s.conv.weight",
        "out.conv.weight",
    ]


def test_several_inputs_and_results() -> None:
    net = nw.loads(PAIR + "net n: a[T, 4], b[S, 4] { a2 = a * 2.0\n [a2, b] > pair }")
    assert [str(t) for t in net.outputs.values()] == ["[N, 4]", "[N, T] int", "[N, T] bool"]
    model = net.to_torch(externs={"pair": Pair})
    a, b = torch.randn(2, 5, 4), torch.randn(2, 3, 4)
    for got, wanted in zip(model(a, b), Pair()(2 * a, b), strict=True):
        assert torch.equal(got, wanted)


def test_a_cell_of_a_scan() -> None:
    text = 'extern step(d): x[d], h[d] -> [d] = "m:Step", params=d*d + d, macs=d*d\n'
    net = nw.loads(text + "net n: x[T, 4] { x > scan(step(4)) as cell }")
    assert (net.params, net.macs) == (20, "16*T")
    model = net.to_torch(externs={"step": Step})
    x, h = torch.randn(2, 5, 4), torch.zeros(2, 4)
    cell = model.get_submodule("cell")
    states = [h := cell(step, h) for step in x.unbind(1)]
    assert torch.equal(model(x), torch.stack(states, 1))


def test_an_extern_that_no_output_needs_keeps_its_weights() -> None:
    text = 'extern lin(d): x[d] -> [d] = "torch.nn:Linear"\n'
    text = text.replace("(d)", "(in_features, out_features)").replace("x[d] -> [d]", "x[d] -> [d]")
    net = nw.loads(text + "net n: x[4] { y = x > lin(4, 4) as unused_one\n x > relu }")
    model = net.to_torch(import_externs=True)
    assert list(model.state_dict()) == ["unused_one.weight", "unused_one.bias"]
    assert net.params == "?"


def test_the_values_of_arguments_arrive() -> None:
    text = """
    extern takes(a, b, c, d=[1, [2.5, none]], e="x'\\"\\n{{}}", f=true, g=[]): x[n] -> [n]
      = "m:Takes"
    net n: x[4] { x > takes(1, 3x3, none) > takes(-1, 1e300, -0.5, g="ü") }"""
    net = nw.loads(text)
    model = net.to_torch(externs={"takes": Takes})
    given = {"a": 1, "b": [3, 3], "c": None, "d": [1, [2.5, None]], "e": "x'\"\n{}", "f": True}
    assert made_with(model, "takes1") == given | {"g": []}
    second = made_with(model, "takes2")
    assert (second["a"], second["b"], second["c"]) == (-1, 1e300, -0.5)
    assert second["g"] == "ü"
    assert ast.parse(net.to_source())


def test_one_block_with_other_arguments_is_one_class() -> None:
    text = "block b(w): x { x > deform(w) > bn }\nnet n: x[3, 8, 8] { x > b(4) > b(5) > b(6) }"
    net = nw.loads(DEFORM + text)
    assert net.to_source().count("class B(") == 1
    assert "Deform(out=w, k=3)" in net.to_source()
    assert net.to_torch(externs={"deform": Deform})(torch.randn(2, 3, 8, 8)).shape[1] == 6


def test_true_and_1_are_other_arguments() -> None:
    text = 'extern takes(a): x[n] -> [n] = "m:Takes"\n'
    net = nw.loads(text + "block b(v): x { x > takes(v) }\nnet n: x[4] { x > b(1) > b(true) }")
    model = net.to_torch(externs={"takes": Takes})
    values = [made_with(model, f"b{i}.takes1")["a"] for i in (1, 2)]
    assert [type(v) for v in values] == [int, bool]


def test_pickles_and_copies() -> None:
    net = nw.loads(DEFORM + "input(3x8x8) > deform(4)")
    model = net.to_torch(externs={"deform": Deform})
    model(torch.randn(2, 3, 8, 8))
    again = pickle.loads(pickle.dumps(model))
    x = torch.randn(2, 3, 8, 8)
    assert torch.equal(again(x), model(x))
    assert type(again) is type(model)


def test_two_classes_for_one_extern_are_two_modules() -> None:
    net = nw.loads('extern same(): x[n] -> [n] = "m:Same"\ninput(4) > same')
    one, two = (net.to_torch(externs={"same": c}) for c in (nn.ReLU, nn.Sigmoid))
    x = torch.tensor([[-1.0, 0, 1, 2]])
    assert torch.equal(one(x), x.relu())
    assert torch.equal(two(x), x.sigmoid())


def test_random_numbers_are_not_used_up() -> None:
    """The trial makes a module of its own."""
    texts = ['extern f(): x[n] -> [n] = "m:F"\ninput(4) > linear(4) > f', "input(4) > linear(4)"]
    weights = []
    for text in texts:
        torch.manual_seed(1)
        random.seed(1)
        options: dict[str, Any] = {"externs": {"f": Noisy}} if "extern" in text else {}
        weights.append(nw.loads(text).to_torch(**options).get_parameter("linear1.weight"))
        assert random.random() == pytest.approx(0.13436424411240122)
    assert torch.equal(*weights)


class Noisy(nn.Module):
    """Needs values, so that it cannot run on the meta device."""

    tried: ClassVar[list[str]] = []

    def forward(self, x: Tensor) -> Tensor:
        self.tried.append(x.device.type)
        if x.sum().item() > 1e9:
            return x
        if x.device.type != "meta":
            random.random()
        return x + torch.rand_like(x)


def test_a_class_that_needs_values_is_tried_on_small_inputs() -> None:
    net = nw.loads('extern f(): x[n] -> [n] = "m:F"\nnet n: x[n] { x > f }')
    Noisy.tried.clear()
    net.to_torch(externs={"f": Noisy})
    assert Noisy.tried[-2:] == ["cpu", "cpu"]


# --- classes that are missing ------------------------------------------------------------------


def test_without_a_class_the_error_names_both_ways() -> None:
    error = one_error(nw.loads(DEFORM + "input(3x8x8) > deform(4)"))
    assert error.code == "E402"
    assert 'to_torch(externs={"deform": Deform})' in error.help[0]
    assert "to_torch(import_externs=True)" in error.help[1]
    assert "mylib.layers" in error.help[1]


def test_a_wrong_name_in_externs() -> None:
    net = nw.loads(DEFORM + "input(3x8x8) > deform(4)")
    error = one_error(net, externs={"defrom": Deform})
    assert (error.code, error.help) == ("E402", ("did you mean `deform`?",))
    error = one_error(nw.loads("input(4) > relu"), externs={"deform": Deform})
    assert error.message == "this net has no extern `deform`"


@pytest.mark.parametrize("wrong", [Deform(4), 3, "mylib:Deform", None])
def test_what_is_not_a_class(wrong: object) -> None:
    error = one_error(nw.loads(DEFORM + "input(3x8x8) > deform(4)"), externs={"deform": wrong})
    assert error.code == "E402"


def test_externs_is_a_dict() -> None:
    net = nw.loads(DEFORM + "input(3x8x8) > deform(4)")
    with pytest.raises(TypeError, match="is a dict of classes"):
        net.to_torch(externs=Deform)  # type: ignore[arg-type]


def test_two_externs_of_one_name_are_given_by_their_targets(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.net").write_text(f'extern act(): x[n] -> [n] = "{name}.m:Act"')
    net = nw.loads("import a\nimport b\ninput(4) > a.act > b.act", search=[tmp_path])
    error = one_error(net, externs={"act": nn.ReLU})
    assert "by their targets: `a.m:Act` and `b.m:Act`" in error.help[0]
    model = net.to_torch(externs={"a.m:Act": nn.ReLU, "b.m:Act": nn.Sigmoid})
    assert [type(m) for m in model.children()] == [nn.ReLU, nn.Sigmoid]
    source = net.to_source()
    assert "from a.m import Act\nfrom b.m import Act as MAct\n" in source


# --- imports -----------------------------------------------------------------------------------

MODULE = """\
from torch import nn

class Twice(nn.Module):
    def __init__(self, by=2):
        super().__init__()
        self.by = by

    def forward(self, x):
        return x * self.by

number = 3
print("imported")
"""
TWICE = 'extern twice(by=2): x[n] -> [n] = "extern_library.layers:Twice", params=0\n'


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "extern_library"
    folder.mkdir()
    (folder / "layers.py").write_text(MODULE)
    (folder / "broken.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [n for n in sys.modules if n.startswith("extern_library")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


@pytest.mark.usefixtures("library")
def test_imports_only_if_the_caller_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "n.net"
    file.write_text(TWICE + "net n: x[4] { x > twice(3) }")
    net = nw.load(file)
    assert nw.check(file.read_text()) == []
    net.summary()
    net.to_source()
    assert net.graph.flatten() is not None
    net.diff(net).as_dict()
    for view in ("docs", "paper", "debug"):
        net.render(tmp_path / "n.svg", view=view)
    with pytest.raises(nw.CompileError):
        net.to_torch()
    assert capsys.readouterr().out == ""
    assert "extern_library.layers" not in sys.modules
    assert torch.equal(net.to_torch(import_externs=True)(torch.ones(1, 4)), torch.full((1, 4), 3.0))
    assert capsys.readouterr().out == "imported\n"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("target", "note", "help"),
    [
        ("extern_library.nothing:Twice", "ModuleNotFoundError", ""),
        ("extern_library.broken:Twice", "no_such_module", ""),
        ("extern_library.layers:Twize", "has no `Twize`", "did you mean `Twice`?"),
        ("extern_library.layers:number", "`number` is int, not a class", ""),
    ],
)
def test_what_cannot_be_imported(target: str, note: str, help: str) -> None:
    net = nw.loads(TWICE.replace("extern_library.layers:Twice", target) + "input(4) > twice")
    error = one_error(net, import_externs=True)
    assert error.code == "E403"
    assert note in error.notes[0]
    assert help in error.help[0]


@pytest.mark.usefixtures("library")
def test_the_source_runs_by_itself(tmp_path: Path) -> None:
    """In another process, which knows nothing of netwright."""
    source = nw.loads(TWICE + "net n: x[4] { x > twice(3) }").to_source()
    (tmp_path / "generated.py").write_text(source)
    code = "import torch, generated, sys; print(generated.N()(torch.ones(1, 2)).tolist())"
    code += "; assert 'netwright' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "imported\n[[3.0, 3.0]]\n"


def test_source_without_externs_imports_pytorch_alone() -> None:
    text = DEFORM + "net a: x[3, 8, 8] { x > deform(4) }\nnet b: x[3] { x > linear(4) }"
    source = nw.loads(text, net="b").to_source()
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)]
    assert {i.module for i in imports} == {"torch"}


# --- names in the file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("mylib.layers:Deform", "Deform"),
        ("mylib.layers:Net", "LayersNet"),  # the net's own class
        ("mylib.layers:Stage", "LayersStage"),  # a block's class
        ("mylib.layers:Tensor", "LayersTensor"),
        ("mylib.layers:nn", "LayersNn"),
        ("mylib.layers:F", "LayersF"),
        ("mylib.layers:torch", "LayersTorch"),
        ("mylib.layers:super", "LayersSuper"),
        ("mylib.layers:width", "LayersWidth"),  # a parameter of a class
        ("mylib.layers:module", "LayersModule"),
        ("mylib.layers:i", "LayersI"),
        ("mylib.layers:__Hidden", "LayersHidden"),  # Python would mangle it
        ("mylib.layers:_hidden", "_hidden"),
        ("math:Deform", "Deform"),
        ("größe:Maß", "Maß"),
    ],
)
def test_names_that_are_taken(target: str, name: str) -> None:
    text = (
        f'extern deform(out): x[C, H, W] -> [out, H, W] = "{target}"\n'
        + """
    block stage(width): x { x > deform(width) > bn > relu }
    net Net: x[3, 8, 8] { x > stage(8) > stage(16) > conv(3x3, 4, init=zeros, pad=1) * 9 }"""
    )
    net = nw.loads(text)
    source = net.to_source()
    module, _, own = target.partition(":")
    alias = "" if name == own else f" as {name}"
    assert f"from {module} import {own}{alias}\n" in source
    assert f"{name}(out=" in source
    compile(source, "file", "exec")
    model = net.to_torch(externs={"deform": nn_conv})
    assert isinstance(model.get_submodule("stage1.deform1"), nn.Conv2d)


def nn_conv(out: int) -> nn.Module:
    return nn.LazyConv2d(out, 1)


def test_classes_of_one_name() -> None:
    text = """
    extern a(): x[n] -> [n] = "first.act:Act"
    extern b(): x[n] -> [n] = "second.act:Act"
    extern c(): x[n] -> [n] = "second.act:Other"
    input(4) > a > b > c > a"""
    source = nw.loads(text).to_source()
    assert "from first.act import Act\nfrom second.act import Act as ActAct, Other\n" in source


# --- classes that are not as declared ----------------------------------------------------------


class Half(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[..., ::2]


class Many(nn.Module):
    def forward(self, x: Tensor) -> list[Tensor]:
        return [x, x]


class Index(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.argmax(-1, keepdim=True).expand(x.shape)


class Mask(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x > 0


class Words(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"x": x}


class Fixed(nn.Module):
    """Runs at one size alone."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.ones(7, device=x.device)


class EightOnly(nn.Module):
    """At other sizes than 64 it returns another shape."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.shape[-1] == 64 else x[..., :1]


class Swaps(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


class Fails(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        raise ZeroDivisionError("of my own")


class Linear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.linear.bias[0]


@pytest.mark.parametrize(
    ("declared", "made", "notes"),
    [
        ("x[6] -> [6]", Half, ("declared: [2, 6]", "the class: [2, 3]")),
        ("x[6] -> [6]", Many, ("declared: [2, 6]", "the class: a list of Tensor, Tensor")),
        ("x[6] -> [6], [6], [6]", Many, ("declared: [2, 6], [2, 6], [2, 6]", "[2, 6], [2, 6]")),
        ("x[6] -> [6], [6]", nn.Identity, ("declared: [2, 6], [2, 6]", "the class: [2, 6]")),
        ("x[6] -> [6]", Index, ("declared: [2, 6]", "the class: [2, 6] int")),
        ("x[6] -> [6] int", Mask, ("declared: [2, 6] int", "the class: [2, 6] bool")),
        ("x[6] -> [6]", Words, ("declared: [2, 6]", "the class: a dict")),
        ("x[n] -> [n]", EightOnly, ("declared: [3, 96]", "the class: [3, 1]")),
        ("x[a, b] -> [a, b]", Swaps, ("declared: [2, 64, 128]", "the class: [2, 128, 64]")),
        ("x[6] -> [6]", Fails, ("ZeroDivisionError: of my own", "")),
        ("x[6] -> [6]", lambda: F.relu, ("declared: an `nn.Module`", "function")),
    ],
)
def test_a_mismatch_shows_both(declared: str, made: Any, notes: tuple[str, str]) -> None:
    ports = declared.partition(" -> ")[0]
    text = f'extern f(): {declared} = "m:F"\nnet n: {ports} {{ x > f }}'
    error = one_error(nw.loads(text), externs={"f": made})
    assert error.code == "E404"
    assert error.span is not None
    assert error.span.line == 1
    assert notes[0] in error.notes[0]
    assert notes[1] in error.notes[1]


def test_an_open_size_that_only_one_value_runs_at() -> None:
    net = nw.loads('extern f(): x[n] -> [n] = "m:F"\nnet n: x[n] { x > f }')
    assert one_error(net, externs={"f": Fixed}).message == "`f` does not run as declared"
    fixed = nw.loads('extern f(): x[n] -> [n] = "m:F"\nnet n: x[7] { x > f }')
    fixed.to_torch(externs={"f": Fixed})


def test_the_number_of_parameters() -> None:
    text = 'extern f(): x[n] -> [n] = "m:F", params=n * n\nnet n: x[64] { x > f }'
    error = one_error(nw.loads(text), externs={"f": Linear})
    assert error.notes[:2] == ("declared: 4,096 parameters", "the class: 4,160 parameters")
    nw.loads(text.replace("n * n", "n * n + n")).to_torch(externs={"f": Linear})
    nw.loads(text.replace(", params=n * n", "")).to_torch(externs={"f": Linear})


def test_arguments_that_the_class_does_not_take() -> None:
    net = nw.loads(DEFORM.replace("k=3", "size=3").replace("k*k", "9") + "input(3x8x8) > deform(4)")
    error = one_error(net, externs={"deform": Deform})
    assert "unexpected keyword argument 'size'" in error.notes[0]


def test_a_share_is_tried_as_one_module() -> None:
    """Its second use has other channels."""
    text = 'extern f(): x[T, d] -> [T, d] = "m:F"\n'
    text += "net n: a[4, 8], b[4, 6] { share s = f\n [a > s, b > s] }"
    assert one_error(nw.loads(text), externs={"f": Lazy}).code == "E404"
    nw.loads(text.replace("b[4, 6]", "b[9, 8]")).to_torch(externs={"f": Lazy})


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.LazyLinear(8)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x)
        return y[..., : x.shape[-1]]


# --- published layers --------------------------------------------------------------------------


def test_a_module_of_hugging_face() -> None:
    transformers()
    llama = pytest.importorskip("transformers.models.llama.modeling_llama")
    text = """
    extern norm(hidden_size, eps=1e-6): x[T, hidden_size] -> [T, hidden_size]
      = "transformers.models.llama.modeling_llama:LlamaRMSNorm", params=hidden_size, macs=0
    net n: x[T, 8] { x > norm(8) as n > linear(4) }"""
    net = nw.loads(text)
    model = net.to_torch(import_externs=True)
    assert isinstance(model.get_submodule("n"), llama.LlamaRMSNorm)
    x = torch.randn(2, 5, 8)
    model.get_parameter("n.weight").data.normal_()
    ours = nw.loads("net n: x[T, 8] { x > rmsnorm(eps=1e-6) as n > linear(4) }").to_torch()
    ours.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(x), ours(x))


def test_a_block_of_timm() -> None:
    torchvision_models()
    timm = pytest.importorskip("timm.models.vision_transformer")
    text = """
    extern vit_block(dim, num_heads): x[T, dim] -> [T, dim]
      = "timm.models.vision_transformer:Block", params=12 * dim * dim + 10 * dim
    net n: image[3, 32, 32] -> [10] {
      image > conv(8x8, 16, stride=8) > flatten(2) > permute(0, 2, 1)
            > vit_block(16, 4) * 2 as blocks
            > mean(dim=1) > linear(10)
    }"""
    net = nw.loads(text)
    model = net.to_torch(import_externs=True)
    assert net.params == sum(p.numel() for p in model.parameters())
    assert isinstance(model.get_submodule("blocks.1"), timm.Block)
    assert "blocks.1.mlp.fc1.weight" in model.state_dict()
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)


class Focal(nn.Module):
    def __init__(self, gamma: float) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, scores: Tensor, target: Tensor) -> Tensor:
        logs = scores.log_softmax(-1).gather(-1, target[:, None])[:, 0]
        return -logs * (1 - logs.exp()) ** self.gamma


def test_a_loss() -> None:
    text = """
    extern focal(gamma=2.0): scores[classes], target[] int -> [] = "mylib.losses:Focal",
      params=0, macs=0
    net training: image[3, 32, 32], target[] int -> loss[] {
      [image > conv(3x3, 16, pad=1) > relu > gap > linear(10) as head, target] > focal(0.0)
    }"""
    model = nw.loads(text).to_torch(externs={"focal": Focal})
    image, target = torch.randn(4, 3, 32, 32), torch.tensor([0, 3, 9, 3])
    loss = model(image, target)
    scores = nw.loads(
        "net n: image[3, 32, 32] { image > conv(3x3, 16, pad=1) > relu > gap > linear(10) as head }"
    ).to_torch()
    scores.load_state_dict(model.state_dict())
    torch.testing.assert_close(loss, F.cross_entropy(scores(image), target, reduction="none"))
    loss.mean().backward()
    assert model.get_parameter("head.weight").grad is not None


class Between(nn.Module):
    """Fails at sizes that the spec excludes, or returns another shape there."""

    def __init__(self, least: int = 1, most: int = 10**9, multiple: int = 1) -> None:
        super().__init__()
        self.least, self.most, self.multiple = least, most, multiple

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        SEEN.add(length)
        fits = self.least <= length <= self.most and length % self.multiple == 0
        return x if fits else x[:, :1]


SEEN: set[int] = set()


@pytest.mark.parametrize("place", ["net", "block"])
@pytest.mark.parametrize(
    ("condition", "settings"),
    [
        ("T <= 24", "most=24"),
        ("T >= 500", "least=500"),
        ("T % 7 == 0", "multiple=7"),
        ("T % 7 == 0 and T >= 20 and T <= 40", "multiple=7, least=20, most=40"),
        ("T <= 2", "most=2"),
        ("T > 4096", "least=4097"),
    ],
)
def test_sizes_that_the_spec_excludes_are_not_tried(
    condition: str, settings: str, place: str
) -> None:
    SEEN.clear()
    body = f"require {condition}\n x > f({settings})"
    text = 'extern f(least=1, most=1000000000, multiple=1): x[T, d] -> [T, d] = "m:F"\n'
    if place == "net":
        text += f"net n: x[T, 4] {{ {body} }}"
    else:
        text += f"block b: x[T, d] {{ {body} }}\nnet n: x[L, 4] {{ x > b }}"
    nw.loads(text).to_torch(externs={"f": Between})
    assert len(SEEN) == 2


def test_one_size_may_be_all_that_the_spec_allows() -> None:
    text = 'extern f(): x[n] -> [n] = "m:F"\nnet n: x[n] { require n >= 7 and n <= 7\n x > f }'
    nw.loads(text).to_torch(externs={"f": Fixed})


def test_a_size_that_leaves_an_axis_empty_is_not_tried() -> None:
    text = 'extern f(): x[n] -> [n] = "m:F"\nnet n: x[n] { require n >= 65\n x[:, 64:] > f }'
    nw.loads(text).to_torch(externs={"f": nn.Identity})
