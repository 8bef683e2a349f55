"""No repair is offered that does not mend."""

from __future__ import annotations

from pathlib import Path

import netwright as nw
from netwright.compiler import trials
from netwright.compiler.pipeline import check_source
from netwright.grammar.source import Source


def fixes(text: str) -> list[str | None]:
    return [d.fix.title if d.fix else None for d in nw.check(text)]


def test_a_repair_that_fails_is_not_offered() -> None:
    """`step` is a block with four parameters."""
    (finding,) = nw.check("input(5x8) > step")
    assert finding.fix is None
    assert not any("import" in help for help in finding.help)
    assert fixes("resnet18") == ["begin the file with `from resnet import resnet18`"]


def test_another_mistake_on_the_line_is_no_matter() -> None:
    assert fixes("input(3x8x8) > conv(3x3, 16, padding=1) > nothing_like_it") == [
        "write `pad`",
        None,
    ]


def test_repairs_in_imported_files(tmp_path: Path) -> None:
    (tmp_path / "part.net").write_text("block f = conv(3x3, 8, padding=1)\nblock g = rleu\n")
    text = "import part\ninput(3x8x8) > part.f > part.g"
    found = nw.check(text, search=[tmp_path])
    assert [d.fix and d.fix.title for d in found] == ["write `pad`"]


def test_repairs_when_loading() -> None:
    try:
        nw.loads("block f = rleu\ninput(5x8) > f > step")
    except nw.CompileError as error:
        assert [d.fix and d.fix.title for d in error.diagnostics] == ["write `relu`", None]


def test_what_is_too_much_to_try_is_not_offered() -> None:
    text = "input(8) > rleu" + " > relu" * (trials.MAX_TRIAL_WORK // 7)
    (finding,) = check_source(Source("long.net", text)).diagnostics
    assert finding.fix is None
    assert finding.help == ("did you mean `relu`?",)
