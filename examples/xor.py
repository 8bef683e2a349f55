"""XOR: one hidden layer learns it, a perceptron cannot.

Writes a picture of what each has learnt to build/xor.png where matplotlib is installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

import netwright as nw

POINTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ANSWERS = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


def main(picture: Path = Path("build/xor.png")) -> None:
    models = {}
    for name in ("perceptron", "xor"):
        models[name] = train(name)
        print(f"{name:10}  {describe(models[name](POINTS))}")
    if find_spec("matplotlib") is None:
        print("`pip install matplotlib` adds a picture of it.")
        return
    draw(models, picture)
    print(f"{picture} shows where each says yes.")


def train(name: str, steps: int = 500) -> nn.Module:
    """A shipped network, taught the four answers."""
    torch.manual_seed(0)
    model = nw.load(name).to_torch()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy(model(POINTS), ANSWERS).backward()
        optimizer.step()
    return model.eval()


def right(found: Tensor) -> int:
    """How many of the four answers are right, and not merely by a hair."""
    return int(((found - ANSWERS).abs() < 0.4).sum())


def describe(found: Tensor) -> str:
    answers = ", ".join(
        f"{a:.0f} xor {b:.0f}: {y:.2f}"
        for (a, b), y in zip(POINTS.tolist(), found.flatten().tolist(), strict=True)
    )
    return f"{answers}; {right(found)} of 4 right"


@torch.inference_mode()
def draw(models: dict[str, nn.Module], path: Path) -> None:
    """The plane, as each model sees it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axis = torch.linspace(-0.5, 1.5, 200)
    plane = torch.cartesian_prod(axis, axis)
    for place, (name, model) in zip(figure.subplots(1, 2), models.items(), strict=True):
        values = model(plane).reshape(200, 200).T.tolist()
        place.contourf(axis.tolist(), axis.tolist(), values, levels=20, cmap="RdBu", vmin=0, vmax=1)
        place.scatter(*POINTS.T.tolist(), c=ANSWERS.flatten().tolist(), cmap="RdBu", edgecolors="k")
        place.set_title(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


if __name__ == "__main__":
    main()
