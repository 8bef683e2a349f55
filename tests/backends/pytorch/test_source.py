"""The text of generated files: goldens, layout, determinism, and that no spec breaks out of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netwright as nw
from netwright.backends.python.docstrings import first_sentence, without_names
from netwright.backends.pytorch import to_source
from netwright.backends.pytorch.live import module_of
from netwright.compiler.ir import Graph
from netwright.grammar.diagnostics import CompileError
from netwright.grammar.source import Source

from ...conftest import Golden
from .nets import NETS

RUFF = str(Path(sys.executable).with_name("ruff"))


def graph_of(text: str) -> Graph:
    return nw.loads(text).ir


def ruff(*arguments: str, text: str) -> str:
    command = [RUFF, *arguments, "--isolated", "--line-length", "100", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", NETS)
def test_source(name: str, golden: Golden) -> None:
    golden(f"pytorch/nets/{name}.py", to_source(graph_of(NETS[name])))


@pytest.mark.parametrize("name", NETS)
def test_needs_no_formatter(name: str) -> None:
    text = to_source(graph_of(NETS[name]))
    assert ruff("format", text=text) == text
    rules = "E,F,W,I,UP,B,C4,SIM,RET,RUF,PERF"
    assert "All checks passed" in ruff("check", "--select", rules, text=text)


@pytest.mark.parametrize("name", NETS)
def test_is_deterministic(name: str) -> None:
    assert to_source(graph_of(NETS[name])) == to_source(graph_of(NETS[name]))


def test_imports_no_torch() -> None:
    code = (
        "import sys, netwright as nw\n"
        "nw.loads('input(8) > linear(4)').to_source()\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- nothing breaks out ---------------------------------------------------------------------------

PLAIN = "block b(d) = linear(d) > relu\nnet A: x[4] { x > b(4) * 5 > b(8) as head }"
NASTY = st.text(
    st.sampled_from(list("\"'\\\n\r\t#{}(); ab0%\x00\u2028\u202e\N{SNOWMAN}")), max_size=40
)


def shape(text: str) -> str:
    """The program without its docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return ast.dump(tree)


def with_documentation(graph: Graph, text: str) -> Graph:
    def inner(node: Any) -> Any:
        if not hasattr(node.op, "graph"):
            return node
        return node.replace(op=node.op.replace(graph=with_documentation(node.op.graph, text)))

    return graph.replace(documentation=text, nodes=tuple(map(inner, graph.nodes)))


@given(NASTY)
def test_documentation_stays_in_its_quotes(text: str) -> None:
    graph = graph_of(PLAIN)
    made = to_source(with_documentation(graph, text))
    assert shape(made) == shape(to_source(graph))
    assert made.isprintable() or set(made) <= {"\n"} | {c for c in made if c.isprintable()}


@pytest.mark.parametrize(
    "text",
    [
        '"""\nimport os\n"""',
        'ends with a quote"',
        "ends with a backslash\\",
        '\\"""',
        '"' * 7,
        "word " * 60 + '"""',
        "one\n\n\n  two\n",
        *("x" * n + " word" for n in range(80, 100, 2)),
    ],
)
def test_awkward_documentation(text: str) -> None:
    made = to_source(with_documentation(graph_of(PLAIN), text))
    assert shape(made) == shape(to_source(graph_of(PLAIN)))
    assert ruff("format", text=made) == made


SPOKEN_OF = [
    ("Adds `n` channels", "", "n"),
    ("Adds `n` channels", "Adds `n` channels", "k"),
    ("VGG; `depths` of them; `norm` may be `bn`", "VGG", "depths"),
    (
        "ResNet (He et al., 2015); `n` makes it wide. The weights load",
        "ResNet (He et al., 2015). The weights load",
        "n",
    ),
    ("Reads a text (`keep` is false\nfor padding) twice.", "Reads a text twice.", "keep"),
    ("Plain. `n` is added; then all is.\n\nMore.", "Plain.\n\nMore.", "n"),
    ("U-Net: a class for each pixel; down `depth` times", "U-Net: a class for each pixel", "depth"),
]


@pytest.mark.parametrize(("text", "kept", "absent"), SPOKEN_OF)
def test_docstrings_name_no_parameter_that_is_not_there(text: str, kept: str, absent: str) -> None:
    assert without_names(text, {absent}) == kept


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ""),
        ("A net.", "A net"),
        ("Reads a text;\njudges by its end. Then stops", "Reads a text;\njudges by its end"),
        ("ResNet (He et al., 2015). More.\n\nOther.", "ResNet (He et al., 2015)"),
    ],
)
def test_a_file_begins_with_the_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first.replace("\n", " ")


def test_a_docstring_names_the_parameters_of_its_class() -> None:
    text = """
        ## A layer of `width`; `rate` is lost
        block b(width, rate): x { x > linear(width) > dropout(rate) }
        net n: x[8] { x > b(4, 0.1) > b(6, 0.1) }
    """
    made = to_source(graph_of(text))
    assert '"""A layer of `width`"""' in made
    assert "width: int" in made
    assert "`rate`" not in made


def test_what_a_class_initializes_is_initialized_once() -> None:
    text = """
        block unit(d) = linear(d, init=zeros) > relu
        net n: x[8] { x > (unit(8) > unit(4)) as body }
    """
    assert to_source(graph_of(text)).count("nn.init.") == 1


def test_many_parameters_share_a_loop() -> None:
    labels = "abcdefgh"
    sums = " + ".join(f"(param([8], init=constant(2.0)) as {label})" for label in labels)
    text = f"net n: x[8] {{ x + {sums} }}"
    assert to_source(graph_of(text)).count("nn.init.") == 1
    made = nw.loads(text).to_torch()
    assert [p.tolist() for p in made.parameters()] == [[2.0] * 8] * len(labels)


def relabelled(label: str, *, count: int = 1) -> Graph:
    graph = graph_of("net A: x[4] { x > linear(4) as first > linear(4) as second }")
    *before, last = graph.nodes
    first = 1 if count > 1 else None
    relabelled = last.replace(path=label, first=first, count=count)
    return graph.replace(nodes=(*before, relabelled))


@given(NASTY.filter(lambda t: t and "." not in t))
def test_labels_stay_in_their_quotes(label: str) -> None:
    torch = pytest.importorskip("torch")
    namespace = module_of(to_source(relabelled(label)))
    module = namespace.A()
    assert f"{label}.weight" in module.state_dict()
    module(torch.zeros(2, 4))


DEEP = {
    "a.b": 'self.a["b"](x)',
    "a.b.c": 'self.a["b"].get_submodule("c")(x)',
    "a.b.c.d": 'self.a["b"].get_submodule("c.d")(x)',
    "a.0.1": 'self.a[0].get_submodule("1")(x)',
}


@pytest.mark.parametrize("path", DEEP)
def test_modules_inside_modules(path: str) -> None:
    """To a type checker ``self.a["b"]`` is any module, which cannot be indexed."""
    torch = pytest.importorskip("torch")
    made = to_source(relabelled(path))
    assert DEEP[path] in made
    module = module_of(made).A()
    assert f"{path}.weight" in module.state_dict()
    module(torch.zeros(2, 4))


@pytest.mark.parametrize("label", ["x{0}1", 'a"b1', "class1", "{i}1", "\\1", "__name1", "1"])
def test_labels_of_repeats(label: str) -> None:
    torch = pytest.importorskip("torch")
    module = module_of(to_source(relabelled(label, count=6))).A()
    stem = label[:-1]
    assert {f"{stem}{i}.bias" for i in range(1, 7)} <= set(module.state_dict())
    module(torch.zeros(2, 4))


@pytest.mark.parametrize(
    "label",
    ["class", "lambda", "None", "self", "über", "__private", "7", "a b", "torch", "nn", "i"],
)
def test_any_label_is_a_module(label: str) -> None:
    torch = pytest.importorskip("torch")
    module = module_of(to_source(relabelled(label))).A()
    assert list(module._modules) == ["first", label]
    module(torch.zeros(2, 4))


@pytest.mark.parametrize("label", ["forward", "half", "train", "_modules", "__init__", "__dict__"])
def test_labels_that_pytorch_has_taken(label: str) -> None:
    with pytest.raises(CompileError, match="E221"):
        to_source(relabelled(label))


@given(NASTY)
def test_places_stay_in_their_comments(name: str) -> None:
    graph = graph_of(PLAIN)
    spans = {id(n.span.source) for n in graph.nodes if n.span}
    assert len(spans) == 1

    def moved(node: Any) -> Any:
        span = node.span and type(node.span)(Source(name, node.span.source.text), 0, 1)
        return node.replace(span=span)

    there = graph.replace(nodes=tuple(map(moved, graph.nodes)))
    assert shape(to_source(there, places=True)) == shape(to_source(graph))


@pytest.mark.parametrize("name", ["class", "torch", "self", "nn", "max", "F", "i", "super"])
def test_ports_of_any_name(name: str) -> None:
    torch = pytest.importorskip("torch")
    graph = graph_of("net A: x[4], y[4] { x > linear(4) * 5 + y }")
    ports = (graph.inputs[0].replace(name=name), graph.inputs[1])
    module = module_of(to_source(graph.replace(inputs=ports))).A()
    module(torch.zeros(2, 4), torch.zeros(2, 4))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", "Resnet18"),
        ("ResNet", "ResNet"),
        ("my_net", "MyNet"),
        ("tensor", "Tensor2"),
        ("true", "True2"),
        ("", "Net"),
    ],
)
def test_names_of_classes(name: str, expected: str) -> None:
    graph = graph_of("net A: x[4] { x > linear(4) }").replace(name=name)
    assert f"class {expected}(nn.Module):" in to_source(graph)
