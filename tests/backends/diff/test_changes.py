"""The table of what differs."""

from __future__ import annotations

import json

import pytest

from netwright import Network, load, loads
from netwright.backends.diff.changes import Change, as_dict, report, text
from tests.conftest import Golden

from .versions import PAIRS, versions


def told(before: Network, after: Network) -> str:
    return text(report(before.ir, after.ir), (before.name, after.name))


def changes(name: str) -> list[Change]:
    before, after = versions(name)
    return list(report(before.ir, after.ir).changes)


def test_all_tables(golden: Golden) -> None:
    tables = (f"--- {name}\n{told(*versions(name))}" for name in PAIRS)
    golden("diff/tables.txt", "\n".join(tables))


def test_resnets(golden: Golden) -> None:
    small = load("resnet", net="resnet18")
    golden("diff/resnet34.txt", told(small, load("resnet", net="resnet34")))
    golden("diff/resnet50.txt", told(small, load("resnet", net="resnet50")))


def test_json(golden: Golden) -> None:
    before, after = versions("inserted")
    document = as_dict(report(before.ir, after.ir), ("old", "new"))
    golden("diff/inserted.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def test_a_block_used_often_is_told_once() -> None:
    assert [(c.mark, c.path, c.before, c.after, c.copies) for c in changes("used often")] == [
        ("changed", "layer.0.gelu1", "relu", "gelu", 16),
        ("added", "layer.0.dropout1", "", "dropout(0.1)", 16),
    ]


def test_instances_with_other_arguments_are_told_once_too() -> None:
    text = """
    block f(d): x { x > linear(d) > %s }
    net a: x[8] { x > f(16) > f(32) > f(64) > f(64) as last }
    """
    before, after = loads(text % "relu"), loads(text % "gelu > bn")
    found = report(before.ir, after.ir).changes
    assert [(c.mark, c.before, c.after, c.copies) for c in found] == [
        ("changed", "relu", "gelu", 4),
        ("added", "", "batchnorm", 4),
    ]


DECLARED = "gate(1) -> [N, 8], params=8"


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        (
            "params=8",
            "params=9",
            ("gate(1) -> [N, 8], params=8, macs=8", "[N, 8], params=9, macs=8"),
        ),
        ("macs=8", "macs=9", ("gate(1) -> [N, 8], params=8, macs=8", "[N, 8], params=8, macs=9")),
        (", macs=8", "", ("gate(1) -> [N, 8], params=8, macs=8", "[N, 8], params=8")),
        ("k=1", "k=true", ("gate(1)", "gate(true)")),
        ("k=1", 'k="true"', ("gate(1)", 'gate("true")')),
        ("m:Gate", "m:Other", ('gate(1) = "m:Gate"', 'gate(1) = "m:Other"')),
    ],
)
def test_an_extern_is_declared_otherwise(old: str, new: str, row: tuple[str, str]) -> None:
    text = (
        'extern gate(k=1): x[8] -> [8] = "m:Gate", params=8, macs=8\n'
        "block b: x { x > gate > relu }\nnet n: x[8] { x > b }"
    )
    (change,) = report(loads(text).ir, loads(text.replace(old, new)).ir).changes
    assert (change.mark, change.path, change.before) == ("changed", "b1.gate1", row[0])
    assert change.after.endswith(row[1])


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("clamp(min=1)", "clamp(min=1.0)", ("clamp(1)", "clamp(1.0)")),
        ("add(full([4], 1))", "add(full([4], true))", ("full([4], 1)", "full([4], true)")),
        ("add(full([4], 0.0))", "add(full([4], -0.0))", ("full([4], 0.0)", "full([4], -0.0)")),
        (
            "dropout(0.12345678)",
            "dropout(0.123456789)",
            ("dropout(0.12345678)", "dropout(0.123456789)"),
        ),
        ("f(1)", "f(true)", ("f(v=1)", "f(v=true)")),
    ],
)
def test_equal_numbers_of_other_types_differ(old: str, new: str, row: tuple[str, str]) -> None:
    text = "block f(v): x {{ x + full([4], v) }}\nnet n: x[4] {{ x > {} }}"
    before, after = loads(text.format(old)), loads(text.format(new))
    found = report(before.ir, after.ir).changes
    assert row in [(c.before, c.after) for c in found]


def test_nothing_differs() -> None:
    before, after = versions("nothing")
    assert told(before, after) == "a: no layer differs\n"


@pytest.mark.parametrize("name", PAIRS)
def test_totals_are_those_of_the_nets(name: str) -> None:
    before, after = versions(name)
    document = as_dict(report(before.ir, after.ir), ("old", "new"))
    assert (document["old"]["params"], document["new"]["params"]) == (before.params, after.params)
    assert (document["old"]["macs"], document["new"]["macs"]) == (before.macs, after.macs)


def test_blocks_in_blocks_cost_what_they_hold_once() -> None:
    """Each of 40 blocks calls the one before twice: 2 ** 40 uses of the innermost."""
    blocks = "block b0: x { x > %s }\n"
    blocks += "".join(
        f"block b{i}: x {{ x > b{i - 1} > b{i - 1} as again }}\n" for i in range(1, 15)
    )
    spec = blocks + "net a: x[8] { x > b14 }"
    found = report(loads(spec % "linear(8)").ir, loads(spec % "linear(8, bias=false)").ir)
    assert [(c.before, c.after, c.copies) for c in found.changes] == [
        ("linear(8)", "linear(8, bias=false)", 2**14)
    ]
