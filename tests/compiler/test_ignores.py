"""``# netwright: ignore W501``; what is said of wrong comments is in ``tests/errors/lints.net``."""

from __future__ import annotations

from pathlib import Path

import pytest

import netwright as nw
from netwright.cli import main
from netwright.cli.explain import pages
from netwright.compiler.ignores import known_codes

WORDS = "input(50x64) > lstm(128) > bn > last"


def codes(text: str) -> list[str]:
    return [d.code for d in nw.check(text)]


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("", ["W505"]),
        ("# netwright: ignore W505", []),
        ("#netwright:ignore W505 as published", []),
        ("# netwright: ignore W504, W505", ["W514"]),
        ("# netwright: ignore W505, W514, W504", []),
        ("# netwright: ignore W504", ["W505", "W514"]),
        ("# netwright: ignore", ["W505", "W514"]),
        ("# netwright: ignore E301", ["W505", "W514"]),
        ("# netwright ignores W505", ["W505"]),
    ],
)
def test_comments(comment: str, found: list[str]) -> None:
    assert codes(f"{WORDS} {comment}") == found


def test_on_its_line_alone() -> None:
    assert codes(f"# netwright: ignore W505\n{WORDS}") == ["W505", "W514"]
    assert codes(f"{WORDS}\n# netwright: ignore W505") == ["W505", "W514"]
    assert codes(WORDS.replace(" > last", "\n  > last")) == ["W505"]
    assert codes(WORDS.replace(" > last", "  # netwright: ignore W505\n  > last")) == []


def test_a_string_is_no_comment() -> None:
    text = 'net t: x[50, 64] { require true, "# netwright: ignore W505"\n x > lstm(4) > bn > last }'
    assert codes(text) == ["W505"]


def test_an_error_is_not_silenced() -> None:
    assert codes("input(8) > rleu # netwright: ignore E201") == ["E201"]


def test_a_block_that_no_net_uses_was_not_looked_at() -> None:
    block = "block b: x[50, 64] { x > lstm(4) > bn > last } # netwright: ignore W505"
    assert codes(f"{block}\nnet u: x[8] {{ x > relu }}") == []
    assert codes(f"{block}\nblock c: x {{ x > b }}\nnet u: x[50, 64] {{ x > c }}") == []
    text = block.replace("bn", "relu")
    assert codes(f"{text}\nblock c: x {{ x > b }}\nnet u: x[50, 64] {{ x > c }}") == ["W514"]
    text = block.replace("W505", "W501")
    assert codes(f"{text}\nnet u: x[8] {{ x > relu }}") == ["W514"]


def test_what_was_not_looked_at_is_not_said_to_be_idle() -> None:
    """The net that needs an argument is not checked."""
    text = "net t(d): x[50, 64] { x > lstm(d) > bn > last } # netwright: ignore W505\n"
    assert codes(f"{text}net u: x[8] {{ x > relu }}") == []


def test_a_loaded_net_is_silent_too() -> None:
    assert [d.code for d in nw.loads(WORDS).warnings] == ["W505"]
    assert nw.loads(f"{WORDS} # netwright: ignore W505").warnings == ()


def test_in_imported_files(tmp_path: Path) -> None:
    part = tmp_path / "part.net"
    part.write_text("block f: x { x > lstm(4) > bn }\n")
    text = "import part\ninput(50x64) > part.f > last"
    assert [d.code for d in nw.check(text, search=[tmp_path])] == ["W505"]
    part.write_text("block f: x { x > lstm(4) > bn } # netwright: ignore W505\n")
    assert nw.check(text, search=[tmp_path]) == []


def test_every_warning_can_be_silenced() -> None:
    assert known_codes() == {code for code in pages() if code.startswith("W")}


def test_strict(tmp_path: Path) -> None:
    spec = tmp_path / "words.net"
    spec.write_text(WORDS)
    assert main(["check", str(spec)]) == 0
    assert main(["check", str(spec), "--strict"]) == 1
    spec.write_text("input(8) > linear(4) > softmax(dim=1)")  # a note
    assert main(["check", str(spec), "--strict"]) == 0
