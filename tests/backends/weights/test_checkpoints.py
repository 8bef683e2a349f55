"""Checkpoints are read, or refused with a reason. Nothing in them is executed."""

from __future__ import annotations

import json
import os
import pickle
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.backends.weights.checkpoints import read
from netwright.backends.weights.problems import CheckpointError
from netwright.backends.weights.stored import Stored

STATE = {"a.weight": torch.arange(12.0).view(4, 3), "a.bias": torch.arange(4.0)}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Program:
    """What a hostile pickle holds: reading it would make a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("executed",)


def index(**places: str) -> None:
    Path("x.safetensors.index.json").write_text(json.dumps({"weight_map": places}))


def write_shards() -> None:
    for name, tensor in STATE.items():
        safetensors.torch.save_file({name: tensor}, f"{name}.safetensors")
    index(**{name: f"{name}.safetensors" for name in STATE})


GOOD: dict[str, Callable[[], object]] = {
    "a.pth": lambda: torch.save(STATE, "a.pth"),
    "old.pth": lambda: torch.save(STATE, "old.pth", _use_new_zipfile_serialization=False),
    "a.safetensors": lambda: safetensors.torch.save_file(STATE, "a.safetensors"),
    "a.bin": lambda: safetensors.torch.save_file(STATE, "a.bin"),
    "x.safetensors.index.json": write_shards,
    "wrapped.ckpt": lambda: torch.save({"state_dict": STATE, "epoch": 3}, "wrapped.ckpt"),
    "twice.ckpt": lambda: torch.save({"model": {"state_dict": STATE}}, "twice.ckpt"),
    "named.pt": lambda: torch.save({"ema": STATE, "args": {"lr": 0.1}}, "named.pt"),
}


@pytest.mark.parametrize("file", GOOD)
def test_reading(file: str) -> None:
    GOOD[file]()
    checkpoint = read(file)
    assert dict(checkpoint.tensors) == {n: Stored(tuple(t.shape)) for n, t in STATE.items()}
    loaded = dict(checkpoint.load(list(STATE)))
    assert all(torch.equal(loaded[name], tensor) for name, tensor in STATE.items())
    assert bool(checkpoint.notes) == file.endswith((".ckpt", "named.pt"))
    assert file in checkpoint.files


def test_what_was_left_out_is_said() -> None:
    content = {"state_dict": {**STATE, "scheme": "sgd"}, "epoch": 3, "optimizer": {}}
    torch.save(content, "a.pth")
    assert read("a.pth").notes == (
        "the weights are the entry `state_dict` of the file "
        "(the file has besides: epoch, optimizer)",
        "these entries are not plain tensors and are left out: scheme",
    )


def test_prefixes() -> None:
    torch.save({f"module._orig_mod.{n}": t for n, t in STATE.items()}, "a.pth")
    checkpoint = read("a.pth").without_wrapper(["a.weight"])
    assert list(checkpoint.tensors) == list(STATE)
    assert checkpoint.notes == (
        "all names begin with `module.`, which is left out",
        "all names begin with `_orig_mod.`, which is left out",
    )
    assert torch.equal(dict(checkpoint.load(["a.bias"]))["a.bias"], STATE["a.bias"])
    assert read("a.pth").without_wrapper(["module.x"]).prefix == ""


def script() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated, and files of it exist
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), "a.pth")


def truncated(file: str, by: int) -> None:
    GOOD[file]()
    path = Path(file)
    path.write_bytes(path.read_bytes()[:-by])


def header(text: bytes, data: bytes = b"") -> None:
    Path("a.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def entry(**settings: Any) -> None:
    usual = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    header(json.dumps({"a": {**usual, **settings}}).encode(), bytes(8))


def itself() -> None:
    """A dict that holds itself under many names, and no tensors."""
    table: dict[str, Any] = {"model": None, "a": torch.eye(2).to_sparse()}
    for name in ("model", *map(str, range(50))):
        table[name] = table
    torch.save(table, "a.pth")


def quantised() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are deprecated, and files of them exist
        tensor = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    torch.save({**STATE, "b": tensor}, "a.pth")


def on_meta(*names: str, **settings: Any) -> None:
    state = {n: t.to("meta") if n in names else t for n, t in STATE.items()}
    torch.save(state, "a.pth", **settings)


BAD: dict[str, tuple[str, Callable[[], object], str]] = {
    "a pickle with code": (
        "a.pth",
        lambda: torch.save({"a": Program()}, "a.pth"),
        "holds more than tensors",
    ),
    "a bare pickle": (
        "a.pth",
        lambda: Path("a.pth").write_bytes(pickle.dumps(Program())),
        "holds more than tensors",
    ),
    "a module": ("a.pth", lambda: torch.save(torch.nn.Linear(2, 2), "a.pth"), "nn.modules.linear"),
    "a program": ("a.pth", script, "TorchScript"),
    "no file": ("a.pth", lambda: None, "there is no file"),
    "a folder": (".", GOOD["a.pth"], "is a folder\nit holds a.pth"),
    "nothing": ("a.pth", lambda: Path("a.pth").write_text(""), "a.pth is empty\nit may be down"),
    "nothing, in safetensors": (
        "a.safetensors",
        lambda: Path("a.safetensors").write_text(""),
        "a.safetensors is empty\nit may be downloaded in part",
    ),
    "a text": ("a.pth", lambda: Path("a.pth").write_text("hello"), "no known format"),
    "a page": ("a.pth", lambda: Path("a.pth").write_text("<html>"), "it is a web page"),
    "a pointer": (
        "a.pth",
        lambda: Path("a.pth").write_text("version https://git-lfs.github.com/spec/v1"),
        "git lfs pull",
    ),
    "half an archive": ("a.pth", lambda: truncated("a.pth", 50), "damaged"),
    "half a pickle": ("old.pth", lambda: truncated("old.pth", 10), "damaged"),
    "half a header": ("a.safetensors", lambda: truncated("a.safetensors", 80), "damaged"),
    "half the data": ("a.safetensors", lambda: truncated("a.safetensors", 8), "damaged"),
    "more data": ("a.safetensors", lambda: header(b"{}", bytes(8)), "damaged"),
    "no tensors": ("a.pth", lambda: torch.save({"a": 1}, "a.pth"), "holds no plain tensors"),
    "a dict in itself": ("a.pth", itself, "holds no plain tensors; its entries are model, a (spa"),
    "quantised tensors": ("a.pth", quantised, "such as quantised ones"),
    "no values": ("a.pth", lambda: on_meta(*STATE), "no values for `a.weight`: it was saved from"),
    "no values for one": ("a.pth", lambda: on_meta("a.bias"), "no values for `a.bias`"),
    "no values, in the old format": (
        "a.pth",
        lambda: on_meta("a.bias", _use_new_zipfile_serialization=False),
        "no values for `a.bias`",
    ),
    "a list": ("a.pth", lambda: torch.save([1], "a.pth"), "of type list\na checkpoint is made by"),
    "more than the file": (
        "a.pth",
        lambda: torch.save({"a": torch.ones(1).expand(10**6, 10**6)}, "a.pth"),
        "larger than the file",
    ),
    "a long header": (
        "a.safetensors",
        lambda: Path("a.safetensors").write_bytes(b"\xff" * 20),
        "damaged",
    ),
    "a deep header": ("a.safetensors", lambda: header(b"[" * 100_000), "not JSON"),
    "a wrong shape": ("a.safetensors", lambda: entry(shape=[3]), "other sizes than its data"),
    "a negative size": ("a.safetensors", lambda: entry(shape=[-2]), "has no shape"),
    "a place outside": ("a.safetensors", lambda: entry(data_offsets=[8, 16]), "after the end"),
    "an unknown dtype": ("a.safetensors", lambda: entry(dtype="F99"), "unknown dtype"),
    "one name twice": ("a.safetensors", lambda: header(b'{"a": 1, "a": 2}'), "is there twice"),
    "a list as header": ("a.safetensors", lambda: header(b"[]"), "not a table"),
    "a shard elsewhere": (
        "x.safetensors.index.json",
        lambda: index(a="../a.safetensors"),
        "is not beside it",
    ),
    "a shard by its full path": (
        "x.safetensors.index.json",
        lambda: index(a=str(Path("a.safetensors").absolute())),
        "is not beside it",
    ),
    "a missing shard": ("x.safetensors.index.json", lambda: index(a="b.bin"), "no such file"),
    "a shard without the tensor": (
        "x.safetensors.index.json",
        lambda: [make() for make in (GOOD["a.safetensors"], lambda: index(b="a.safetensors"))],
        "where it is not",
    ),
    "no index": ("a.json", lambda: Path("a.json").write_text("{}"), "no `weight_map`"),
    "no JSON": ("a.json", lambda: Path("a.json").write_text("{"), "is not an index"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals(case: str) -> None:
    file, make, message = BAD[case]
    make()
    with pytest.raises(CheckpointError) as error:
        dict((c := read(file)).load(list(c.tensors)))
    assert message in str(error.value)
    assert not Path("executed").exists()


@pytest.mark.parametrize("file", ["a.pth", "old.pth", "a.safetensors"])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_damage(file: str, data: st.DataObject) -> None:
    """A damaged file is read or refused, whatever byte is wrong."""
    GOOD[file]()
    content = bytearray(Path(file).read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    Path(file).write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        checkpoint = read(file)
        dict(checkpoint.load(list(checkpoint.tensors)))
    except CheckpointError as error:
        assert str(error)


def test_names_cannot_control_a_terminal() -> None:
    torch.save({"\x1b[31m": 1}, "a.pth")
    with pytest.raises(CheckpointError) as error:
        read("a.pth")
    assert "\x1b" not in str(error.value)


# --- several state dicts in one file -------------------------------------------------------------

SECOND = {name: tensor + 1 for name, tensor in STATE.items()}
FLAT = {f"{k}.{n}": t for k, s in (("model", STATE), ("ema", SECOND)) for n, t in s.items()}
SEVERAL: dict[str, tuple[Any, str]] = {
    "flat dicts": ({"model": STATE, "ema": SECOND}, "ema"),
    "two with usual names": (
        {"model": STATE, "state_dict": SECOND, "step": torch.ones(1)},
        "state_dict",
    ),
    "nested": ({"ema": {"state_dict": SECOND, "decay": 0.9}, "model": STATE}, "ema"),
    "nested, in full": ({"ema": {"state_dict": SECOND}, "model": STATE}, "ema.state_dict"),
    "none with a usual name": ({"generator": STATE, "critic": SECOND}, "critic"),
    "two deep": ({"state": {"a": STATE, "b": SECOND}, "epoch": 3}, "state.b"),
    "dots in a name": ({"a": STATE, "a.b": {"c": SECOND}}, "a.b.c"),
    "starts of names": (FLAT, "ema"),
    "starts of names, inside": ({"state_dict": FLAT, "epoch": 3}, "ema"),
    "starts of names, in full": ({"state_dict": FLAT, "epoch": 3}, "state_dict.ema"),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_one_of_several_state_dicts(case: str) -> None:
    content, entry = SEVERAL[case]
    torch.save(content, "a.pth")
    checkpoint = read("a.pth", entry)
    assert checkpoint.tensors.keys() == SECOND.keys()
    loaded = dict(checkpoint.load(list(SECOND)))
    assert all(torch.equal(loaded[name], tensor) for name, tensor in SECOND.items())


def test_one_of_several_in_safetensors() -> None:
    safetensors.torch.save_file(FLAT, "a.safetensors")
    checkpoint = read("a.safetensors", "ema")
    loaded = dict(checkpoint.load(list(SECOND)))
    assert all(torch.equal(loaded[name], tensor) for name, tensor in SECOND.items())
    with pytest.raises(CheckpointError, match="it has `ema` and `model`"):
        read("a.safetensors", "emaa")


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        ({"generator": STATE, "critic": SECOND}, "`generator` and `critic`"),
        ({"model": STATE, "state_dict": SECOND, "step": torch.ones(1)}, "`model` and `state_dict`"),
        ({"state": {"a": STATE, "b": SECOND}}, "`state.a` and `state.b`"),
        (
            {"g": {"model": STATE, "ema": STATE}, "d": {"a": STATE, "b": STATE}},
            "`g.model`, `d.a` and `d.b`",
        ),
    ],
)
def test_it_must_be_said_which_of_several_is_meant(content: Any, entries: str) -> None:
    torch.save(content, "a.pth")
    with pytest.raises(CheckpointError) as error:
        read("a.pth")
    assert error.value.message == f"a.pth holds several state dicts: {entries}"
    first = entries.split("`")[1]
    assert error.value.help == f"say which one: `entry='{first}'`"
    assert read("a.pth", first).tensors.keys() == STATE.keys()


@pytest.mark.parametrize(
    ("content", "entry", "message"),
    [
        ({"model": STATE, "ema": SECOND}, "emaa", "`emaa`\nit has `model` and `ema`"),
        ({"model": STATE, "ema": SECOND}, "model.ema", "`model.ema`\nit has `model` and `ema`"),
        ({"model": STATE, "epoch": 3}, "epoch", "`epoch`\nit has `model`"),
        ({"a": STATE, "b": SECOND}, "c", "`c`\nit has `a` and `b`"),
        (FLAT, "em", "`em`\nit has `model` and `ema`"),
        (STATE, "model", "`model`\nit has `a`"),
    ],
)
def test_an_entry_that_is_not_there(content: Any, entry: str, message: str) -> None:
    torch.save(content, "a.pth")
    with pytest.raises(CheckpointError) as error:
        read("a.pth", entry)
    assert str(error.value) == f"a.pth has no state dict {message}"


def test_the_usual_one_is_taken_and_the_others_are_named() -> None:
    torch.save({"model": STATE, "ema": SECOND}, "a.pth")
    checkpoint = read("a.pth")
    assert torch.equal(dict(checkpoint.load(["a.bias"]))["a.bias"], STATE["a.bias"])
    assert checkpoint.notes == (
        "the weights are the entry `model` of the file (the file has besides: ema)",
        "`entry` chooses another state dict: ema",
    )
