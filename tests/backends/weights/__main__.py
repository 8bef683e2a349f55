"""Maps all pairs of layouts and writes the table in ``docs/weights.md``:
``python -m tests.backends.weights``."""

from __future__ import annotations

import re
from pathlib import Path

from .layout_pairs import PAIRS
from .layout_trials import Trial, google_trial, trial

PAGE = Path(__file__).parents[3] / "docs/weights.md"
GOOGLE = "BERT: Google's names of TensorFlow, Hugging Face"
HEADING = """\
| layouts | tensors | mapped | by order alone | way back | outputs |
| --- | --- | --- | --- | --- | --- |
"""
ROWS = re.compile(rf"{re.escape(HEADING)}(?:\|.*\n)*")


def row(name: str, result: Trial) -> str:
    """The row of a pair, without its last cell, which may differ between machines."""
    exact = "exact" if result.round_trip else "not exact"
    share = f"{100 * result.share:.1f} %".replace(".0 %", " %")
    return f"| {name} | {result.tensors} | {share} | {result.by_order} | {exact} | "


def outputs(name: str, result: Trial) -> str:
    """The last cell: how much the outputs differ."""
    if name == GOOGLE:
        return "as published"
    bound = next(f"1e-{k}" for k in (6, 5, 4, 3) if result.difference < 10.0**-k)
    return f"within {bound}" if result.difference else "equal"


def main() -> None:
    results = {**{name: trial(name) for name in PAIRS}, GOOGLE: google_trial()}
    rows = [row(name, result) + outputs(name, result) + " |\n" for name, result in results.items()]
    page = PAGE.read_text("utf-8")
    PAGE.write_text(ROWS.sub(lambda _: HEADING + "".join(rows), page), "utf-8")


if __name__ == "__main__":
    main()
