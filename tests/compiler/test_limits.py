"""Bounds by name: an error says which was passed, and what it says raises it."""

from __future__ import annotations

import gc
import re
import sys
from threading import Barrier, Thread

import pytest

import netwright as nw
from netwright.cli import main
from netwright.compiler.limits import Limits, UnknownLimit
from netwright.compiler.pipeline import check_source
from netwright.compiler.room import room
from netwright.grammar.record import positional
from netwright.grammar.source import Source

PASSED = {
    "steps": "net n: x[8] { w = [[i * j + 1 for j in range(300)] for i in range(300)]\n"
    " x > linear(len(w)) }",
    "layers": "linear(8) * 150000",
    "depth": "block b(n) = linear(8) > (b(n - 1) if n > 0 else id)\ninput(8) > b(70)",
    "items": "input(8) > linear(len(range(150000)))",
    "characters": 'a = "' + "abcde" * 9000 + '"\nb = "{a}{a}{a}"\n'
    "input(8) > linear(1 if b == a else 2)",
    "terms": "net n: x[a, b, c, d, e, f] { w = (a + b + c + d + e + f) ** 3\n x * w }",
    "tokens": "a = " + " + ".join(["1"] * 80_000) + "\ninput(8) > linear(a)",
}
RAISES = re.compile(r'`limits=\{"(\w+)": (\d+)\}` raises this one')


@pytest.mark.parametrize("name", PASSED)
def test_what_the_error_says_raises_the_bound(name: str) -> None:
    (found,) = [d for d in nw.check(PASSED[name]) if d.severity == "error"]
    said = RAISES.search("\n".join(found.help))
    assert (found.code, said and said[1]) == ("E125" if name == "tokens" else "E214", name)
    assert said is not None
    again = nw.check(PASSED[name], limits={name: 3 * int(said[2])})
    assert [d.code for d in again if d.severity == "error"] == []


def test_every_bound_has_such_an_example() -> None:
    """Boxes are drawn, not checked: see the tests of diagrams."""
    assert list(positional(Limits())) == [*PASSED, "boxes"]


def test_the_command_takes_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "resnet", "--limit", "layers=10"]) == 1
    assert "more than 10 layers" in capsys.readouterr().out
    assert main(["check", "resnet", "--limit", "layer=10"]) == 2
    assert (
        "steps, layers, depth, items, characters, terms, tokens, boxes" in capsys.readouterr().err
    )


@pytest.mark.parametrize("given", [{"layer": 3}, {"layers": 0}, {"layers": "3"}, {"steps": True}])
def test_no_such_bound(given: dict[str, int]) -> None:
    with pytest.raises(UnknownLimit):
        nw.loads("input(8) > relu", limits=given)


# --- one budget for each net ------------------------------------------------------------------

HEAVY = "net n{}: x[8] {{ w = [i for i in range(80000)]\n x > linear(len(w)) }}\n"


def steps(text: str) -> int:
    from netwright.compiler.pipeline import load_source

    return load_source(Source("n.net", text)).steps


def test_each_net_has_a_budget_of_its_own() -> None:
    text = "".join(map(HEAVY.format, range(3)))
    assert steps(HEAVY.format(0)) * 3 > Limits().steps
    assert not [d for d in nw.check(text) if d.severity == "error"]


def test_a_file_has_one_too() -> None:
    text = "".join(map(HEAVY.format, range(9)))
    (found,) = [d for d in nw.check(text) if d.severity == "error"]
    assert found.message == "the nets of this file take more than 600,000 steps together"
    assert 'net="NAME"' in found.help[0]
    assert not [d for d in nw.check(text, limits={"steps": 10**6}) if d.severity == "error"]
    assert not [d for d in nw.check(text, net="n8") if d.severity == "error"]


def test_a_net_of_many_takes_what_it_takes_alone() -> None:
    def taken(count: int) -> int:
        text = "".join(f"net n{i}: x[8] {{ x > linear(8) }}\n" for i in range(count))
        return check_source(Source("n.net", text)).steps

    assert taken(200) == 200 * taken(1)


@pytest.mark.parametrize("line", ["import resnet as r{}", "from resnet import resnet18 as r{}"])
def test_imports_take_steps(line: str) -> None:
    text = "\n".join(line.format(i) for i in range(17_000)) + "\ninput(8) > relu\n"
    (found,) = [d for d in nw.check(text) if d.severity == "error"]
    assert found.code == "E214"
    assert found.message == "elaborating this net takes more than 300,000 steps"


def test_imports_of_nothing_end() -> None:
    found = nw.check("".join(f"import nothing{i}\n" for i in range(3_000)) + "input(8) > relu\n")
    assert len(found) == 100


# --- what belongs to the process --------------------------------------------------------------


def test_the_stack_and_the_collector_are_left_as_they_were() -> None:
    limit, both = sys.getrecursionlimit(), Barrier(2)

    def first() -> None:
        with room():
            both.wait()  # the other is inside
            both.wait()

    def second() -> None:
        with room():
            both.wait()
        both.wait()

    threads = [Thread(target=first), Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.getrecursionlimit() == limit
    assert gc.isenabled()


def test_checks_in_threads() -> None:
    limit = sys.getrecursionlimit()
    found: list[int] = []

    def run() -> None:
        found.append(len(check_source(Source("a.net", "input(8) > linear(8) > boom")).diagnostics))

    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, sys.getrecursionlimit(), gc.isenabled()) == ([1] * 8, limit, True)
