"""Which file has which layer: layer_words.py, and what is read while it is out of date."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from netwright.compiler import layer_words
from netwright.compiler import layers as families
from netwright.compiler.layer import Layer
from netwright.compiler.layers import layers, read_families
from netwright.compiler.write_layer_words import HERE, write


def test_the_words_are_those_of_the_files() -> None:
    assert HERE.read_text("utf-8") == write(), "`make tables` writes them"


def test_words_and_aliases_lead_to_their_layers() -> None:
    table = layers()
    assert len(table) == len(list(table)) > 250
    assert all(word in (table[word].word, *table[word].aliases) for word in table)
    assert "nothing" not in table
    assert table.get("nothing") is None


def test_a_check_imports_only_the_families_that_it_needs() -> None:
    program = "import sys, netwright as nw; nw.loads('conv(3x3, 8)'); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "'netwright.compiler.layers.conv'" in done.stdout
    assert "'netwright.compiler.layers.recurrent'" not in done.stdout


def test_a_changed_file_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_words, "MADE_OF", 0)
    monkeypatch.setattr(layer_words, "WORDS", {})
    assert list(layers.__wrapped__()) == list(read_families())


def test_two_layers_of_one_word_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    family = ModuleType("twice")
    made = {n: type(n, (Layer,), {"word": "relu", "__module__": "twice"}) for n in ("A", "B")}
    vars(family).update(made)
    monkeypatch.setattr(families, "_family", lambda _: family)
    with pytest.raises(TypeError, match="two layers are called relu"):
        read_families()
