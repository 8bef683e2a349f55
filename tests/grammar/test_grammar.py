"""The grammar file and the code that belongs to it."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from lark import Lark

from netwright.grammar.lalr import HERE, grammar
from netwright.grammar.parser import inner_expression
from netwright.grammar.source import Source
from netwright.grammar.tree_builder import TreeBuilder
from netwright.grammar.write_tables import STARTS, generate, write

TEXT = HERE.joinpath("net.lark").read_text("utf-8")


def test_the_tables_are_those_of_the_grammar() -> None:
    assert HERE.joinpath("tables.py").read_text("utf-8") == write(TEXT), "`make tables` writes them"
    assert grammar() == generate(TEXT)


def test_lark_is_not_needed_to_parse() -> None:
    """The tables hold until net.lark changes."""
    program = (
        "import sys, netwright as nw; nw.loads('conv(3x3, 8) > relu'); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "'netwright.grammar.tables'" in done.stdout
    assert "'lark'" not in done.stdout


def test_there_are_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark settles a conflict by itself, with a word in its log."""
    with caplog.at_level(logging.DEBUG, logger="lark"):
        Lark(TEXT, start=list(STARTS), parser="lalr", lexer="basic", debug=True)
    assert "conflict" not in caplog.text.lower()


def test_every_rule_has_its_method() -> None:
    named = {
        action[2]
        for state in grammar().states.values()
        for action in state.values()
        if not isinstance(action, int) and action[2] and not action[3]
    }
    assert named == set(TreeBuilder(Source("", ""), inner_expression).actions)
