"""Random networks to draw: branches, sums, lists that grow, blocks in each other, copies, shared
modules, loops along time."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar


def net(seed: int) -> str:
    return Writer(Random(seed)).net()


@dataclass
class Writer:
    """Writes nets of steps, each of a random kind: the name of a method."""

    kinds: ClassVar = (
        "chain",
        "chain",
        "residual",
        "branches",
        "sum",
        "product",
        "loop",
        "group",
    )
    longest: ClassVar = 4
    """Layers in a chain."""

    random: Random
    blocks: list[str] = field(default_factory=list)
    """Names of those that are written so far: a block calls earlier ones."""

    def net(self) -> str:
        lines = [line for _ in range(self.random.randint(0, 3)) for line in self.block()]
        lines.append("net random: x[6, 8] -> y[6, 8] {")
        if self.random.random() < 0.3:
            lines += ["  share same = linear(8) > relu", "  x = x > same > linear(8) > same"]
        lines += [f"  {line}" for line in self.body(3)]
        return "\n".join([*lines, "  x > linear(8)", "}"])

    def block(self) -> list[str]:
        if self.random.random() < 0.25:
            return self.cell(self.random.choice(["gru_cell(8)", "rnn_cell(8)"]))
        return self.plain_block()

    def plain_block(self) -> list[str]:
        name = f"part{len(self.blocks) + 1}"
        lines = [f"block {name}(n=8): x {{", *(f"  {line}" for line in self.body(2)), "  x", "}"]
        self.blocks.append(name)
        return lines

    def cell(self, layer: str) -> list[str]:
        name = f"part{len(self.blocks) + 1}"
        inside = self.random.choice([f"[w, h] > {layer}", f"[w > linear(8), h] > {layer} > tanh"])
        self.blocks.append(f"scan({name})")
        return [f"block {name}: w, h[8] {{ {inside} }}"]

    def body(self, most: int) -> list[str]:
        return [f"x = {self.step()}" for _ in range(self.random.randint(1, most))]

    def step(self) -> str:
        return str(getattr(self, self.random.choice(self.kinds))())

    def chain(self) -> str:
        return "x > " + " > ".join(
            self.layer() for _ in range(self.random.randint(1, self.longest))
        )

    def layer(self) -> str:
        plain = [
            "linear(8)",
            "linear(8) > relu",
            "linear(16) > gelu > linear(8)",
            "layernorm",
            "tanh",
            "dropout(0.1)",
            "gru(8)",
            "attention(2)",
            "attention(4, causal=true)",
        ]
        found = self.random.choice([*plain, *map(self.call, self.blocks)])
        if self.random.random() < 0.3 and "gru" not in found:
            found = f"({found} > linear(8)) * {self.random.randint(2, 4)}"
        return found

    def call(self, block: str) -> str:
        if block.startswith("scan") or self.random.random() < 0.4:
            return block
        return f"{block}({self.random.randint(2, 9)})"

    def residual(self) -> str:
        return f"x + (x > {self.layer()} > {self.layer()})"

    def branches(self) -> str:
        ways = ", ".join(f"x > {self.layer()}" for _ in range(self.random.randint(2, 3)))
        return f"[{ways}] > concat(dim=-1) > linear(8)"

    def sum(self) -> str:
        return " + ".join(f"(x > {self.layer()})" for _ in range(self.random.randint(2, 3)))

    def product(self) -> str:
        return f"x * (x > {self.layer()} > sigmoid)"

    def loop(self) -> str:
        return f"x > (for i in range({self.random.randint(2, 4)}) {{ {self.layer()} > linear(8) }})"

    def group(self) -> str:
        return f'x > ({self.layer()} > {self.layer()}) as "group{self.random.randint(1, 10**6)}"'
