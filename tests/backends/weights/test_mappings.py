"""Rules lead from one layout to the other and back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netwright.backends.weights.mappings import Mapping, Move, bind, convert, renamed, shapes
from netwright.backends.weights.name_patterns import exact, pattern, text_of
from netwright.backends.weights.problems import RulesError
from netwright.backends.weights.rules_file import mapping_of, read_rules, rules_text
from netwright.backends.weights.stored import Stored
from netwright.backends.weights.tensor_steps import parse

State = dict[str, torch.Tensor]


def mapped(mapping: Mapping, state: State) -> State:
    result: State = {}
    for move in bind(mapping, list(state)):
        olds = [state[name] for name in move.old]
        news = convert(move, olds)
        assert shapes(move, [tuple(t.shape) for t in olds]) == [tuple(t.shape) for t in news]
        result.update(zip(move.new, news, strict=True))
    return result


def rules(text: str) -> Mapping:
    return mapping_of(tomllib.loads(text))


JOINED = """\
[[tensors]]
old = ["h.{i}.q.weight", "h.{i}.k.weight", "h.{i}.v.weight"]
new = "layers.{i+1}.qkv.weight"
sizes = [4, 2, 2]
steps = ["transpose"]

[names]
"h.{i}.{rest}" = "layers.{i+1}.{rest}"
"w" = "v"
"""


def test_joining_and_back() -> None:
    state = {
        "h.0.q.weight": torch.randn(3, 4),
        "h.0.k.weight": torch.randn(3, 2),
        "h.0.v.weight": torch.randn(3, 2),
        "h.0.norm.weight": torch.randn(3),
        "w": torch.randn(1),
        "other": torch.randn(1),
    }
    mapping = rules(JOINED)
    new = mapped(mapping, state)
    assert set(new) == {"layers.1.qkv.weight", "layers.1.norm.weight", "v", "other"}
    parts = [state[f"h.0.{x}.weight"].T for x in "qkv"]
    assert torch.equal(new["layers.1.qkv.weight"], torch.cat(parts))
    back = mapped(mapping.inverse, new)
    assert set(back) == set(state)
    assert all(torch.equal(back[name], tensor) for name, tensor in state.items())
    assert mapping.inverse.inverse == mapping


def test_cutting_and_back() -> None:
    mapping = rules('[[tensors]]\nold = "qkv"\nnew = ["q", "k", "v"]\naxis = 1\n')
    state = {"qkv": torch.randn(2, 6)}
    new = mapped(mapping, state)
    assert torch.equal(new["k"], state["qkv"][:, 2:4])
    assert torch.equal(mapped(mapping.inverse, new)["qkv"], state["qkv"])


STEPS = (
    ("transpose", (3, 4)),
    ("permute(3, 2, 0, 1)", (3, 3, 4, 5)),
    ("reshape(4x1x1 to 4)", (4, 1, 1)),
    ("reshape(1 to x)", (1,)),
    ("rotary_halves(2)", (8, 3)),
    ("rotary_pairs(2)", (8,)),
    ("qkv_from_heads(2)", (12, 3)),
    ("qkv_to_heads(2)", (12,)),
    ("rows(2, 2, -1; 2, 0, 1)", (8, 3)),
)


@pytest.mark.parametrize(("text", "shape"), STEPS)
def test_steps(text: str, shape: tuple[int, ...]) -> None:
    step = parse(text)
    assert str(step) == text
    assert parse(str(step.inverse)) == step.inverse
    tensor = torch.randn(shape)
    new = step.apply(tensor)
    assert tuple(new.shape) == step.shape(shape)
    assert torch.equal(step.inverse.apply(new), tensor)


def test_rotary_halves() -> None:
    """Pairs (0, 1), (2, 3) become the first and the second half of a head."""
    assert parse("rotary_halves(2)").apply(torch.arange(8)).tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_the_rows_of_heads() -> None:
    heads = torch.tensor([[0, 10, 20], [1, 11, 21]]).flatten()  # q, k, v of each head
    assert parse("qkv_from_heads(2)").apply(heads).tolist() == [0, 1, 10, 11, 20, 21]


WRONG = {
    "": "has no rules",
    "# a\n[names]\n": "has no rules",
    "a = 'b'\n": "`a` is in no table\nwrite [names] above",
    "[tensors]\nold = 'a'\n": "`tensors` is a list of tables\nwrite [[tensors]]",
    "[[names]]\na = 'b'\n": "`names` is a table\nwrite [names]",
    "[names]\na.weight = 'b'\n": '`a` is a table of names\nwrite names with dots in quotes: "a.w',
    "[names]\na = 1\n": "the new name of `a` is 1, which is not a text",
    '[names]\n"{i}" = "x"\n': "not in all of its names",
    '[names]\n"{i" = "x"\n': "is not a pattern",
    '[names]\n"{__import__(0)}" = "x"\n': "is not a pattern",
    '[names]\n"{rest+1}" = "{rest+1}"\n': "a name for a number has one letter",
    '[names]\n"{0*i}" = "{i}"\n': "is not a pattern",
    '[other]\n"a" = "x"\n': "there is no table `other`",
    '[[tensors]]\nold = "a"\n': "a rule has no `new`",
    '[[tensors]]\nold = "a"\nnew = "b"\nstep = "transpose"\n': "a rule has no `step`",
    '[[tensors]]\nold = "a"\nnew = "b"\nsteps = "turn"\n': "is not a step",
    '[[tensors]]\nold = "a"\nnew = "b"\nsteps = "permute(0, 0)"\n': "is not a step",
    '[[tensors]]\nold = "a"\nnew = "b"\nsteps = "rotary_halves(0)"\n': "is not a step",
    '[[tensors]]\nold = ["a", "b"]\nnew = ["c", "d"]\n': "several tensors on both sides",
    '[[tensors]]\nold = ["a", "b"]\nnew = "c"\nsizes = [1]\n': "needs a size for each",
    '[[tensors]]\nold = "a"\nnew = "b"\naxis = true\n': "from 0 to 7",
    "tensors = 1\n": "is a list of tables",
    "names = [\n": "not TOML",
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_rules(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(RulesError) as error:
        read_rules(path)
    assert WRONG[text] in str(error.value)
    assert str(path) in str(error.value)


def test_two_tensors_cannot_get_one_name() -> None:
    mapping = rules('[names]\n"a" = "x"\n"b" = "x"\n')
    with pytest.raises(RulesError, match="a and b would both become `x`"):
        bind(mapping, ["a", "b"])


def test_a_name_that_is_given_away_is_not_hidden() -> None:
    moves = bind(rules('[names]\n"a" = "b"\n'), ["a", "b"])
    assert [move.new for move in moves] == [("b",), ("b (the checkpoint's own)",)]


def test_shapes_that_do_not_suit() -> None:
    mapping = rules('[[tensors]]\nold = ["a", "b"]\nnew = "c"\n')
    stored = {"a": Stored((2, 3)), "b": Stored((2, 4))}
    with pytest.raises(RulesError, match="cannot be joined along axis 0"):
        renamed(bind(mapping, list(stored)), stored)
    mapping = rules('[[tensors]]\nold = "a"\nnew = ["b", "c"]\n')
    with pytest.raises(RulesError, match="cannot be cut into 2 parts"):
        renamed(bind(mapping, ["a"]), {"a": Stored((3,))})


JOIN = '[[tensors]]\nold = ["q", "k", "v"]\nnew = "qkv"\n'


@pytest.mark.parametrize("sizes", ["", "sizes = [4, 4, 4]\n", "sizes = [8, 2, 3]\n"])
def test_a_join_has_the_sizes_that_its_inverse_needs(sizes: str) -> None:
    mapping = rules(JOIN + sizes)
    stored = {name: Stored((rows, 3)) for name, rows in (("q", 8), ("k", 2), ("v", 2))}
    with pytest.raises(RulesError, match=r"are \[8, 2, 2\].*\nwrite sizes = \[8, 2, 2\]"):
        renamed(bind(mapping, list(stored)), stored)
    assert renamed(bind(rules(JOIN + "sizes = [8, 2, 2]\n"), list(stored)), stored)


TWICE = (
    ('old = ["w", "w"]\nnew = "a"\n', ["w"]),
    ('old = "w"\nnew = ["a", "a"]\n', ["w"]),
    ('old = "w.{i}"\nnew = ["a.{2*i}", "a.{i+1}"]\n', ["w.1"]),
)


@pytest.mark.parametrize(("text", "names"), TWICE)
def test_a_rule_names_each_tensor_once(text: str, names: list[str]) -> None:
    with pytest.raises(RulesError, match="twice on one side"):
        bind(rules(f"[[tensors]]\n{text}"), names)


PATTERNS = (
    ("layers.{i}.w", "layers.12.w", {"i": 12}),
    ("layers.{i+1}.w", "layers.12.w", {"i": 11}),
    ("layers.{2*i+1}.w", "layers.13.w", {"i": 6}),
    ("layers.{2*i+1}.w", "layers.12.w", None),
    ("layers.{i+1}.w", "layers.0.w", None),
    ("{i}.{i}", "1.2", None),
    ("{i}.{rest}", "1.a.b", {"i": 1, "rest": "a.b"}),
    ("a.b", "axb", None),
    ("a{{b}}{{{i}}}", "a{b}{3}", {"i": 3}),
)


@pytest.mark.parametrize(("text", "name", "values"), PATTERNS)
def test_patterns(text: str, name: str, values: dict[str, int | str] | None) -> None:
    made = pattern(text)
    assert text_of(made) == text
    assert made.match(name) == values
    if values is not None:
        assert made.fill(values) == name


def test_a_name_of_a_stranger_takes_no_time() -> None:
    """The search for a placeholder cannot be made slow."""
    assert pattern("{aa}.x{bb}.y").match("." * 999 + ".x" * 400) is None


@given(st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        assert text_of(pattern(text)) == text or "{" in text
    except RulesError as error:
        assert str(error)


@given(st.text(max_size=40))
def test_a_name_is_written_as_a_pattern_of_it_alone(name: str) -> None:
    assert pattern(text_of(exact(name))) == exact(name)


def test_written_rules_are_read_back() -> None:
    mapping = rules(JOINED)
    assert rules(rules_text(mapping)) == mapping


def test_moves_are_values() -> None:
    first, again = (bind(rules('[names]\n"a" = "b"\n'), ["a"]) for _ in range(2))
    assert first == again
    assert isinstance(first[0], Move)
