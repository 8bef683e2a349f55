"""Pairs of versions: what was written, and what became of it."""

from __future__ import annotations

from netwright import Network, loads

NUMBERED = """
net a: x[3, 32, 32] {
  x > (conv(3x3, 16) > relu > conv(3x3, 32) > relu > maxpool(2, 2) > conv(3x3, 64) > relu)
    as features > flatten > linear(10) as fc
}
"""
USED_OFTEN = """
block unit(d): x { x + (x > layernorm > linear(d) > relu > linear(64)) }
net a: x[64] { x > linear(64) > unit(128) * 16 as layer > layernorm > linear(10) as fc }
"""
BRANCHES = """
net a: x[3, 32, 32] {
  s = x > conv(3x3, 16, pad=1) as s
  a = s > conv(3x3, 8, pad=1) as a
  b = s > conv(3x3, 8, pad=1) as b
  [a, b] > concat > conv(1x1, 10) > gap
}
"""
BLOCK = """
block basic(width): x { x > conv(3x3, width, pad=1) > relu }
net a: x[3, 8, 8] { x > basic(8) > basic(16) as second > gap }
"""
RECURRENT = """
block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d)) > tanh }
net a: x[T, 8] { x > scan(cell(16)) > last > linear(2) }
"""
PLAIN = "net a: x[3, 8, 8] { x > conv(3x3, 8) > bn > relu > conv(3x3, 8) > gap > linear(4) as fc }"

PAIRS: dict[str, tuple[str, str]] = {
    "inserted": (
        NUMBERED,
        NUMBERED.replace("> maxpool", "> dropout(0.3) > conv(3x3, 48, pad=1) > relu > maxpool"),
    ),
    "taken out": (NUMBERED, NUMBERED.replace("conv(3x3, 32) > relu > ", "")),
    "replaced": (NUMBERED, NUMBERED.replace("flatten", "gap")),
    "last replaced": (
        PLAIN.replace(" > linear(4) as fc", ""),
        PLAIN.replace("gap > linear(4) as fc", "flatten > linear(20) > tanh"),
    ),
    "settings": (PLAIN, PLAIN.replace("conv(3x3, 8) > bn", "conv(5x5, 12, pad=1) > bn(eps=0.1)")),
    "kindred": (PLAIN, PLAIN.replace("relu", "gelu").replace("> bn", "> gn(2)")),
    "renamed": (PLAIN, PLAIN.replace("as fc", "as head")),
    "input": (PLAIN, PLAIN.replace("x[3, 8, 8]", "x[1, 9, 9]")),
    "used often": (USED_OFTEN, USED_OFTEN.replace("relu", "gelu > dropout(0.1)")),
    "count": (USED_OFTEN, USED_OFTEN.replace("* 16", "* 24")),
    "no residual": (USED_OFTEN, USED_OFTEN.replace("x + (x >", "(x >")),
    "argument": (BLOCK, BLOCK.replace("basic(16)", "basic(32)")),
    "another branch": (BRANCHES, BRANCHES.replace("[a, b]", "[a, b, s]")),
    "a branch less": (BRANCHES, BRANCHES.replace("[a, b] > concat", "a")),
    "cell": (RECURRENT, RECURRENT.replace("tanh", "linear(16) > sigmoid")),
    "all": (PLAIN, "net a: x[5] -> [3] { x > linear(3) }"),
    "nothing": (PLAIN, "# a comment\n" + PLAIN),
}


def versions(name: str) -> tuple[Network, Network]:
    before, after = PAIRS[name]
    return loads(before), loads(after)
