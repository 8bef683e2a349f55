"""Files that are broken, or made to do harm: each gets a message and the status 2 or 1, and nothing
is written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from netwright import cli

from .graphs import model, small, write

IMAGE: dict[str, list[int | str]] = {"x": ["N", 3, 8, 8]}


def node(op: str, inputs: str = "x", outputs: str = "y", name: str = "", **attributes: Any) -> Any:
    return helper.make_node(op, inputs.split(), outputs.split(), name, **attributes)


def with_external(location: str, **entries: str) -> Any:
    """The small model, whose weight is in another file."""
    proto = small()
    tensor = proto.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return proto


def calling_itself(times: int) -> Any:
    """Functions, each of which calls the one before it several times."""
    proto = small()
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    for level in range(12):
        inner = f"f{level - 1}" if level else "f11" if times == 1 else "Relu"
        domain = "own" if inner != "Relu" else ""
        names = ["a", *(f"v{i}" for i in range(times - 1)), "b"]
        body = [helper.make_node(inner, [a], [b], domain=domain) for a, b in pairwise(names)]
        proto.functions.append(
            helper.make_function("own", f"f{level}", ["a"], ["b"], body, imports)
        )
    proto.opset_import.append(imports[1])
    proto.graph.node[1].op_type, proto.graph.node[1].domain = "f11", "own"
    return proto


def wrong_sizes() -> Any:
    proto = small()
    proto.graph.initializer[0].dims[0] = 2**40
    return proto


def negative_sizes() -> Any:
    proto = small()
    proto.graph.initializer[0].dims[0] = -4
    return proto


def old_opset() -> Any:
    proto = small()
    proto.opset_import[0].version = 11
    return proto


def huge(*nodes: Any, **constants: Any) -> Any:
    return model(nodes, IMAGE, constants)


MANY = np.array([2**20, 2**20], np.int64)
BROKEN: dict[str, tuple[Callable[[], Any], str]] = {
    "an old opset": (old_opset, "has opset 11, and netwright reads 13 to 23"),
    "a shape that is not that of the data": (wrong_sizes, "conv.weight cannot be read"),
    "a negative size": (negative_sizes, "conv.weight has the shape"),
    "an absolute path": (lambda: with_external("/etc/passwd"), "are not beside the file"),
    "a path out of the folder": (lambda: with_external("../w.bin"), "are not beside the file"),
    "a hidden way out": (lambda: with_external("a/../../w.bin"), "are not beside the file"),
    "a missing file": (lambda: with_external("none.bin"), "are missing"),
    "no location": (lambda: with_external(""), "are not beside the file"),
    "data after the end": (lambda: with_external("w.bin", offset="9999999"), "ends after the end"),
    "a wrong length": (lambda: with_external("w.bin", length="3"), "other sizes than its external"),
    "an offset in words": (
        lambda: with_external("w.bin", offset="x"),
        "conv.weight cannot be read",
    ),
    "a link out": (lambda: with_external("link.bin"), "are not beside the file"),
    "a value from nowhere": (lambda: huge(node("Relu", "z")), "which nothing makes before it"),
    "a value made twice": (lambda: huge(node("Relu"), node("Abs")), "y is made twice"),
    "a loop": (lambda: huge(node("Add", "x b", "y"), node("Relu", "y", "b")), "before it"),
    "an output from nowhere": (lambda: model([], IMAGE), "nothing makes the output y"),
    "functions without end": (lambda: calling_itself(1), "more than 32 deep"),
    "functions of functions": (lambda: calling_itself(8), "more than 100,000 nodes"),
}
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown ops": (
        lambda: huge(node("NonZero", "x", "a", "/mask/NonZero"), node("Whirl", "a", "b"),
                     node("Whirl", "b", "y")),
        "1 other op in the way: NonZero",
    ),
    "an op of somebody's own": (
        lambda: huge(helper.make_node("Swish", ["x"], ["y"], domain="com.microsoft")),
        "com.microsoft.Swish",
    ),
    "a constant that is huge": (
        lambda: huge(node("ConstantOfShape", "many", "a"), node("ReduceSum", "a", "b"),
                     node("Add", "x b"), many=MANY),
        "ConstantOfShape",
    ),
    "a result that is huge": (
        lambda: huge(node("Tile", "x many"), many=np.array([1, 2**20, 2**10, 2**10])), "Tile",
    ),
    "an expansion that is huge": (
        lambda: huge(node("Expand", "x many", "a"), node("ReduceMean", "a"),
                     many=np.array([2**40, 1, 1, 1, 1])),
        "Expand",
    ),
    "shapes that do not fit": (
        lambda: huge(node("MatMul", "x w"), w=np.zeros((7, 2), np.float32)), "does not run",
    ),
    "an attribute of the wrong kind": (
        lambda: huge(node("Softmax", "x", "y", axis="first")), "Softmax",
    ),
    "an attribute that is missing": (lambda: huge(node("MaxPool")), "MaxPool"),
    "an attribute that is unknown": (lambda: huge(node("Relu", wild=1)), "Relu"),
    "no inputs for an op": (lambda: huge(node("Add", "x")), "Add"),
    "a graph in a node": (
        lambda: huge(node("If", "c", "y", then_branch=small().graph, else_branch=small().graph),
                     c=np.array(True)),
        "the op If",
    ),
    "a window that is zero": (
        lambda: huge(node("MaxPool", kernel_shape=[0, 0])), "MaxPool",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(432))
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    (inner / "w.bin").write_bytes(bytes(432))
    (inner / "link.bin").symlink_to(tmp_path / "w.bin")


def run(make: Callable[[], Any], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    write(make(), Path("model.onnx"))
    begun = time.process_time()
    status = cli.main(["import", "model.onnx", "-o", "out.net", "--weights", "out.safetensors"])
    assert time.process_time() - begun < 60
    out, err = capfd.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "error of netwright's own" not in err
    assert not any(path.name.startswith("out.") for path in Path().iterdir())
    return status, err


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    make, message = BROKEN[name]
    status, err = run(make, capfd)
    assert message in err
    assert status == 2


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    make, message = REFUSED[name]
    status, err = run(make, capfd)
    assert message in err
    assert status == 1


def test_external_data(capfd: pytest.CaptureFixture[str]) -> None:
    tensor = small().graph.initializer[0]
    Path("w.bin").write_bytes(numpy_helper.to_array(tensor).tobytes())
    write(with_external("w.bin", offset="0", length="432"), Path("model.onnx"))
    assert cli.main(["import", "model.onnx"]) == 0
    assert "conv(3x3, 4, bias=false)" in capfd.readouterr().out


@pytest.mark.parametrize("data", [b"", b"net n: x", b"\x08\x07", os.urandom(1000), b"\xff" * 99])
def test_no_onnx(data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    Path("model.onnx").write_bytes(data)
    assert cli.main(["import", "model.onnx"]) == 2
    assert "is not a file of ONNX" in capfd.readouterr().err


def test_no_file(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "none.onnx"]) == 2
    assert "there is no file none.onnx" in capfd.readouterr().err


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    """A file with some bytes changed never gives a traceback."""
    random = np.random.default_rng(seed)
    data = bytearray(small().SerializeToString())
    start = data.find(b"conv.weight")
    for at in random.integers(0, len(data), 3):
        data[int(at)] = int(random.integers(256))
    if seed % 2:
        data[start - 20 : start] = os.urandom(20)
    Path("model.onnx").write_bytes(bytes(data))
    status = cli.main(["import", "model.onnx"])
    assert status in (0, 1, 2)
    assert "error of netwright's own" not in capfd.readouterr().err


def test_names_are_made_safe(capfd: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[31m/a\n/../b'\"/forward/Conv"
    weight = np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(np.float32)
    proto = huge(node("Conv", "x w", "c", evil), node("Relu", "c", "y", f"{evil}/Relu"), w=weight)
    write(proto, Path("model.onnx"))
    assert cli.main(["import", "model.onnx"]) == 0
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err
