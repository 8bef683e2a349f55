"""Which net of a file is meant, which are checked, and what is said if it is not clear."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from netwright.compiler.choice import Choice, choose_nets
from netwright.grammar.diagnostics import Diagnostic
from netwright.grammar.parser import parse
from netwright.grammar.source import Source

ONE = "net a: x[8] { x > relu }\n"
TWO = "net b: x[8] { x > tanh }\n"
NEEDY = "net c(n): x[8] { x > linear(n) }\n"
DEFAULTS = "net d(n=4): x[8] { x > linear(n) }\n"
BLOCK = "block e: x { x > relu }\n"
PIPELINE = "input(8) > relu\n"


def choice(
    text: str, net: str | None = None, *, name: str = "file.net", every: bool = False
) -> Choice:
    source = Source(name, text)
    tree, errors = parse(source)
    return choose_nets(source, tree, errors, net, every=every)


def error(chosen: Choice) -> Diagnostic:
    """The only finding of a choice that chose nothing."""
    assert chosen.net is None
    (finding,) = chosen.findings
    return finding


@pytest.mark.parametrize(
    ("text", "net", "checked"),
    [
        (ONE, "a", ("a",)),
        (ONE + BLOCK, "a", ("a",)),
        (PIPELINE, "", ("",)),
        (ONE + TWO + PIPELINE, "", ("a", "b", "")),
        (ONE + NEEDY, "a", ("a",)),
        (NEEDY + DEFAULTS, "d", ("d",)),
        # The only net is meant, although it needs arguments: they may be given from outside.
        (NEEDY, "c", ("c",)),
    ],
)
def test_the_net_that_is_meant(text: str, net: str, checked: tuple[str, ...]) -> None:
    chosen = choice(text)
    assert (chosen.net, chosen.checked, chosen.findings) == (net, checked, ())


@pytest.mark.parametrize("name", ["b.net", "B.net", "folder/b.net", "-b_.net"])
def test_of_several_nets_the_one_that_has_the_name_of_the_file(name: str) -> None:
    assert choice(ONE + TWO, name=name).net == "b"


def test_case_and_underscores_of_a_net_do_not_count() -> None:
    assert choice(ONE + TWO.replace("net b", "net My_Net"), name="mynet.net").net == "My_Net"


def test_a_file_named_like_two_nets_chooses_none() -> None:
    text = (ONE + TWO).replace("net a", "net my_net").replace("net b", "net MyNet")
    chosen = choice(text, name="my-net.net")
    assert error(chosen).message == "my-net.net has several nets: which one?"


def test_a_file_named_like_a_net_that_needs_arguments() -> None:
    """Arguments may be missing, so another net without parameters is meant, if it is the only."""
    assert choice(ONE + NEEDY, name="c.net").net == "a"
    assert choice(ONE + TWO + NEEDY, name="c.net").net is None


def test_several_nets_are_an_error_that_names_them() -> None:
    chosen = choice(NEEDY + ONE + TWO)
    assert chosen.nets == ("c", "a", "b")
    assert chosen.checked == ("a", "b")
    finding = error(chosen)
    assert (finding.code, finding.message) == ("E220", "file.net has several nets: which one?")
    assert finding.notes == ("its nets: c, a, b",)
    assert finding.help == ("`--net a` chooses one",)


def test_nets_that_all_need_arguments() -> None:
    chosen = choice(NEEDY + NEEDY.replace("net c", "net f"), every=True)
    assert chosen.checked == ()
    assert error(chosen).help == ("`--net c` chooses one",)


def test_a_check_of_every_net_needs_no_choice() -> None:
    chosen = choice(ONE + TWO + NEEDY, every=True)
    assert (chosen.net, chosen.checked, chosen.findings) == (None, ("a", "b"), ())


@pytest.mark.parametrize("net", ["b", "c"])
def test_the_net_that_is_asked_for(net: str) -> None:
    chosen = choice(ONE + TWO + NEEDY + PIPELINE, net, every=True)
    assert (chosen.net, chosen.checked, chosen.findings) == (net, (net,), ())


def test_a_name_in_another_normal_form_is_the_same_name() -> None:
    """The parser normalises names, as Python does."""
    text = ONE.replace("net a", "net größe")
    decomposed = normalize("NFD", "größe")
    assert decomposed != "größe"
    assert choice(text, decomposed).net == "größe"
    assert choice(ONE.replace("net a", "net file"), "\ufb01le").net == "file"


def test_an_unknown_net() -> None:
    finding = error(choice(ONE.replace("net a", "net encoder") + TWO, "encodr"))
    assert (finding.code, finding.message) == ("E220", "file.net has no net `encodr`")
    assert finding.notes == ("its nets: encoder, b",)
    assert finding.help == ("did you mean `encoder`?",)


def test_an_unknown_net_like_no_other() -> None:
    finding = error(choice(PIPELINE, "encoder"))
    assert finding.notes == ("its nets: none",)
    assert finding.help == ()


def test_blocks_are_no_nets() -> None:
    assert error(choice(BLOCK, "e")).notes == ("its nets: none",)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BLOCK, "file.net holds blocks and no net"),
        ("n = 3\n", "file.net holds no network"),
    ],
)
def test_files_without_a_net(text: str, message: str, every: bool) -> None:
    chosen = choice(text, every=every)
    assert (chosen.nets, chosen.checked) == ((), ())
    finding = error(chosen)
    assert (finding.code, finding.message) == ("E219", message)


def test_syntax_errors_explain_that_no_net_is_there() -> None:
    """The net may be in the text that could not be read, so there is no second error."""
    broken = choice("net : x[8] { x > relu }\n")
    assert broken.net is None
    assert broken.findings
    assert all(d.code.startswith("E1") for d in broken.findings)


def test_syntax_errors_are_kept_with_a_choice() -> None:
    chosen = choice(ONE + "n = = 3\n")
    assert chosen.net == "a"
    assert [d.code[:2] for d in chosen.findings] == ["E1"]
    unknown = choice(ONE + "n = = 3\n", "z")
    assert [d.code for d in unknown.findings][-1] == "E220"
    assert len(unknown.findings) == len(chosen.findings) + 1
