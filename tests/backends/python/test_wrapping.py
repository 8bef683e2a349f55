"""Long statements are broken as ruff breaks them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.backends.python.wrapping import WIDTH, wrap

RUFF = str(Path(sys.executable).with_name("ruff"))

_names = st.sampled_from(
    ["x", "self.conv1", "nn.Conv2d", '"a, (b"', "64", "False", "a_rather_long_name", "width * 4"]
)


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    callee = st.sampled_from(["nn.Sequential", "Block", "nn.init.kaiming_normal_", "torch.cat"])
    plain = st.lists(inner, max_size=6)
    named = st.lists(_names, max_size=2).map(lambda vs: [f"k{i}={v}" for i, v in enumerate(vs)])
    suffix = st.sampled_from(["", "", ".flatten(1)", "[:, 0]"])
    return st.tuples(callee, plain, named, suffix).map(
        lambda t: f"{t[0]}({', '.join([*t[1], *t[2]]) or 'x'}){t[3]}"
    )


def _lists(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=5).map(lambda i: f"[{', '.join(i)}]"),
        st.lists(inner, min_size=2, max_size=4).map(lambda i: f"({', '.join(i)})"),
        inner.map(lambda i: f"nn.Sequential(*[Block({i}) for _ in range(12)])"),
        inner.map(lambda i: f"nn.ModuleList([Block({i}) for _ in range(12)])"),
    )


_expressions = st.recursive(
    _names, lambda inner: st.one_of(_calls(inner), _lists(inner)), max_leaves=24
)
_statements = st.builds(
    "{}{}".format, st.sampled_from(["self.abc = ", "return ", "x = "]), _calls(_expressions)
)


@settings(max_examples=60)
@given(st.lists(_statements, min_size=1, max_size=5))
def test_as_ruff_does(statements: list[str]) -> None:
    def file(bodies: list[str]) -> str:
        return "def f(self):\n" + "\n".join(bodies) + "\n"

    ours = file([line for s in statements for line in wrap(s, 1)])
    command = [RUFF, "format", "--isolated", "--line-length", str(WIDTH), "-"]
    flat = file([f"    {s}" for s in statements])
    theirs = subprocess.run(command, input=flat, capture_output=True, text=True)
    assert theirs.returncode == 0, theirs.stderr
    assert ours == theirs.stdout
