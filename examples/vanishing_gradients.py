"""Vanishing gradients: how much of the error arrives at each layer of a deep network.

The same network with sigmoids, with sigmoids after batch norm, and with ReLUs. The picture is
drawn to build/vanishing_gradients.png where matplotlib is installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from math import log10
from pathlib import Path

import torch
from torch import nn

import netwright as nw

SPEC = """
default linear(init=kaiming_normal)

net Deep(unit, depth=16, width=64): x[32] -> [10] {
  x > for i in range(depth) { linear(width) as "layer{i + 1}" > unit } > linear(10) as out
}
net sigmoids = Deep(sigmoid)
net normalised = Deep(bn > sigmoid)
net rectified = Deep(relu)
"""
NETS = {"sigmoids": "sigmoid", "normalised": "batch norm, sigmoid", "rectified": "relu"}


def main(picture: Path = Path("build/vanishing_gradients.png")) -> dict[str, list[float]]:
    sizes = {name: gradients(name) for name in NETS}
    print("mean size of the gradient (a power of ten) at layer")
    print(" " * 20, *(f"{i + 1:5}" for i in range(16)))
    for name, found in sizes.items():
        print(f"{NETS[name]:20}", *(f"{log10(size):5.1f}" for size in found))
    if find_spec("matplotlib") is None:
        print("`pip install matplotlib` adds a picture of it.")
    else:
        draw(sizes, picture)
        print(f"{picture} shows it.")
    return sizes


def gradients(name: str) -> list[float]:
    """The mean size of the gradients of each layer's weights, before anything is learnt."""
    torch.manual_seed(0)
    model = nw.loads(SPEC, net=name).to_torch()
    x, labels = torch.randn(256, 32), torch.randint(10, (256,))
    nn.functional.cross_entropy(model(x), labels).backward()
    found = []
    for path, parameter in model.named_parameters():
        if path.startswith("layer") and path.endswith("weight"):
            assert parameter.grad is not None
            found.append(float(parameter.grad.abs().mean()))
    return found


def draw(sizes: dict[str, list[float]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    place = figure.subplots()
    for name, found in sizes.items():
        place.semilogy(range(1, len(found) + 1), found, marker="o", label=NETS[name])
    place.set_xlabel("layer")
    place.set_ylabel("mean size of the gradient")
    place.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


if __name__ == "__main__":
    main()
