"""Random networks over images, with one input and one output: what the volumes view draws."""

from __future__ import annotations

from random import Random

from .random_nets import Writer

LAYERS = (
    "conv(3x3, 8, pad=1)",
    "conv(3x3, 8, pad=1) > bn > relu",
    "bn > relu > conv(1x1, 8)",
    "conv(1x1, 8) > dropout(0.2)",
    "relu",
    "(conv(3x3, 8, pad=1) > bn) * 3",
    "conv(3x3, 8, pad=1) * 6",
    "conv(5x5, 8, pad=2) > gelu > dropout2d(0.1)",
    "maxpool(3, stride=1, pad=1)",
    'rearrange("n c h w -> n c w h")',
    "conv(3x3, 8, pad=1) > relu > relu",
)


def net(seed: int) -> str:
    return _Writer(Random(seed)).net()


class _Writer(Writer):
    kinds = ("chain", "chain", "residual", "joined", "gate", "branches", "down_up", "many")
    longest = 3

    def net(self) -> str:
        lines = [line for _ in range(self.random.randint(0, 3)) for line in self.block()]
        lines += ["net random: image[3, 32, 32] -> [5] {", "  x = image > conv(3x3, 8, pad=1)"]
        lines += [f"  {line}" for line in self.body(6)]
        return "\n".join([*lines, "  x > gap > linear(16) > relu > linear(5)", "}"])

    def block(self) -> list[str]:
        return self.plain_block()

    def layer(self) -> str:
        calls = [f"{name}({self.random.randint(4, 6)})" for name in self.blocks]
        return self.random.choice([*LAYERS, *calls, *calls])

    def many(self) -> str:
        return f"x > ({self.layer()} > {self.layer()}) * {self.random.randint(2, 5)}"

    def joined(self) -> str:
        return f"[x, x > {self.layer()}] > concat > conv(1x1, 8)"

    def gate(self) -> str:
        return "x * (x > gap > linear(8) > sigmoid > unflatten(1, [8, 1, 1]))"

    def branches(self) -> str:
        ways = ", ".join(f"x > {self.layer()}" for _ in range(self.random.randint(2, 3)))
        return f"[{ways}] > concat > conv(1x1, 8)"

    def down_up(self) -> str:
        return f"[x, x > maxpool(2) > {self.layer()} > upsample(2)] > concat > conv(1x1, 8)"
