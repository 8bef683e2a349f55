"""Random pyramids to draw: a backbone that shrinks, ways up and down between its levels, blocks
on them, heads."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

BLOCKS: Final = """
block c2f(c): x {
  a, b = x > conv(1, c) > chunk(2, dim=1)
  [a, b, b > conv(3, c // 2, pad=1)] > concat > conv(1, c)
}
block res(c): x { x + (x > conv(3, c, pad=1) > bn > relu > conv(3, c, pad=1) > bn) }
block twice(c) = (conv(3, c, pad=1) > bn > relu) * 2
block gate(c): x { x * (x > gap > linear(c) > sigmoid > unsqueeze(-1) > unsqueeze(-1)) }
block ways(c): x {
  [x > conv(1, c), x > conv(3, c, pad=1) > relu > conv(3, c, pad=1)] > concat > conv(1, c)
}
"""
CHANNELS: Final = 16


def neck(seed: int) -> str:
    return _Writer(Random(seed)).net()


@dataclass
class _Writer:
    random: Random

    def net(self) -> str:
        levels = self.random.randint(2, 4)
        lines = ["p0 = image > conv(3, 16, pad=1)"]
        lines += [
            f"p{i} = p{i - 1} > conv(3, 16, stride=2, pad=1){self.block()}"
            for i in range(1, levels)
        ]
        now = [f"p{i}" for i in range(levels)]
        ways = [self.up, self.down, self.nested, self.exchange]
        for n in range(self.random.randint(1, 3)):
            way = ways[0] if n == 0 else self.random.choice(ways)
            more, now = way(now, f"w{n}_")
            lines += more
        heads = ", ".join(f"{name} > conv(1, 5)" for name in now)
        result = f"[{heads}]" if self.random.random() < 0.5 else f"{now[0]} > conv(1, 5)"
        body = "\n".join(f"  {line}" for line in [*lines, result])
        return f"{BLOCKS}net neck: image[3, 64, 64] {{\n{body}\n}}\n"

    def block(self) -> str:
        if self.random.random() < 0.4:
            return ""
        name = self.random.choice(["c2f", "res", "twice", "gate", "ways"])
        count = f" * {self.random.randint(2, 3)}" if self.random.random() < 0.2 else ""
        return f" > {name}({CHANNELS}){count}"

    def join(self, *tensors: str) -> str:
        if self.random.random() < 0.5:
            return f"[{', '.join(tensors)}] > concat > conv(1, {CHANNELS}){self.block()}"
        return " + ".join(f"({t})" for t in tensors) + self.block()

    def up(self, now: list[str], stem: str) -> tuple[list[str], list[str]]:
        lines, made = [], {len(now) - 1: now[-1]}
        for i in range(len(now) - 2, -1, -1):
            lines.append(f"{stem}{i} = {self.join(f'{made[i + 1]} > upsample(2)', now[i])}")
            made[i] = f"{stem}{i}"
        return lines, [made[i] for i in range(len(now))]

    def down(self, now: list[str], stem: str) -> tuple[list[str], list[str]]:
        lines, made = [], [now[0]]
        for i in range(1, len(now)):
            smaller = f"{made[-1]} > conv(3, {CHANNELS}, stride=2, pad=1)"
            lines.append(f"{stem}{i} = {self.join(smaller, now[i])}")
            made.append(f"{stem}{i}")
        return lines, made

    def nested(self, now: list[str], stem: str) -> tuple[list[str], list[str]]:
        """As in U-Net++: each level joins all that it had and the next level, enlarged."""
        lines, rows = [], [[name] for name in now]
        for n in range(1, len(now)):
            for i in range(len(now) - n):
                joined = self.join(*rows[i], f"{rows[i + 1][-1]} > upsample(2)")
                lines.append(f"{stem}{i}_{n} = {joined}")
                rows[i].append(f"{stem}{i}_{n}")
        return lines, [row[-1] for row in rows]

    def exchange(self, now: list[str], stem: str) -> tuple[list[str], list[str]]:
        """As in HRNet: each level sums all levels."""
        lines = []
        for i in range(len(now)):
            terms = [self.moved(name, j - i) for j, name in enumerate(now)]
            lines.append(f"{stem}{i} = " + " + ".join(f"({term})" for term in terms) + " > relu")
        return lines, [f"{stem}{i}" for i in range(len(now))]

    def moved(self, name: str, by: int) -> str:
        if by > 0:
            return f"{name} > conv(1, {CHANNELS}) > upsample({2**by})"
        return name + f" > conv(3, {CHANNELS}, stride=2, pad=1)" * -by
