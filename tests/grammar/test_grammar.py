"""The grammar file and the code that belongs to it."""

from __future__ import annotations

import logging
from importlib import resources

import pytest
from lark import Lark

from netwright.grammar.build import Builder
from netwright.grammar.lalr import STARTS, grammar
from netwright.grammar.recover import recover_expression
from netwright.grammar.source import Source


def test_there_are_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark settles a conflict by itself, with a word in its log."""
    text = resources.files("netwright.grammar").joinpath("net.lark").read_text("utf-8")
    with caplog.at_level(logging.DEBUG, logger="lark"):
        Lark(text, start=list(STARTS), parser="lalr", lexer="basic", debug=True)
    assert "conflict" not in caplog.text.lower()


def test_every_rule_has_its_method() -> None:
    named = {
        action.action
        for state in grammar().states.values()
        for action in state.values()
        if not isinstance(action, int) and action.action and not action.inline
    }
    assert named == set(Builder(Source("", ""), recover_expression).actions)
