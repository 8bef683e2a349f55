"""Reversing strings: a recurrent network with attention learns it, and so does a Transformer.

Both are shipped specs. What the first one looks at while it writes is drawn to
build/reverse_strings.png where matplotlib is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

import netwright as nw

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PAD, START, VOCAB = 0, len(LETTERS) + 1, len(LETTERS) + 2
SHORTEST, LONGEST = 3, 7

WORD = "weights"

Run: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Logits from what to reverse, what is written so far, and the lengths."""


class Results(NamedTuple):
    right: list[float]
    """Which part of unseen strings each network turns around."""
    weights: Tensor
    """Where the first one looks: for each letter written, the weights of those read."""


def main(picture: Path = Path("build/reverse_strings.png"), steps: int = 600) -> Results:
    torch.manual_seed(0)
    torch.set_num_threads(1)  # matrices are small
    recurrent = nw.load("seq2seq_attention", vocab=VOCAB, d=64, width=32).to_torch()
    right = [report("attention", recurrent, lambda s, t, n: recurrent(s, t, n)[0], steps)]
    transformer = nw.load(
        "transformer", net="Transformer", vocab=VOCAB, d=64, heads=4, depth=2, p=0.0
    ).to_torch()
    right += [
        report("transformer", transformer, lambda s, t, _: transformer(s, t, s != PAD), steps)
    ]
    weights = looked_at(recurrent, WORD)
    print(f"Where the first one looks while it turns `{WORD}` around:\n{shaded(weights, WORD)}")
    if find_spec("matplotlib") is None:
        print("`pip install matplotlib` adds a picture of it.")
    else:
        draw(weights, WORD, picture)
        print(f"{picture} shows it better.")
    return Results(right, weights)


def report(name: str, model: nn.Module, run: Run, steps: int) -> float:
    began = perf_counter()
    train(model, run, steps)
    model.eval()
    right = accuracy(run)
    took = perf_counter() - began
    print(f"{name:12} turns {right:.1%} of unseen strings around, after {took:.0f} s")
    return right


# --- strings --------------------------------------------------------------------------------------


def strings(count: int, *, unseen: bool) -> tuple[Tensor, Tensor]:
    """Random strings, padded, and their lengths. A tenth of all there are is never trained on."""
    letters = torch.randint(1, START, (20 * count, LONGEST))
    lengths = torch.randint(SHORTEST, LONGEST + 1, (20 * count,))
    letters[torch.arange(LONGEST) >= lengths[:, None]] = PAD
    chosen = (letters.sum(1) % 10 == 0) == unseen
    return letters[chosen][:count], lengths[chosen][:count]


def turned(strings: Tensor, lengths: Tensor) -> Tensor:
    places = lengths[:, None] - 1 - torch.arange(LONGEST)
    return strings.gather(1, places.clamp(min=0)).where(places >= 0, PAD)


def shifted(answers: Tensor) -> Tensor:
    """What has been written before each letter."""
    return torch.cat([torch.full_like(answers[:, :1], START), answers[:, :-1]], 1)


# --- learning -------------------------------------------------------------------------------------


def train(model: nn.Module, run: Run, steps: int) -> None:
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        sources, lengths = strings(128, unseen=False)
        answers = turned(sources, lengths)
        logits = run(sources, shifted(answers), lengths)
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), answers, ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


@torch.inference_mode()
def accuracy(run: Run, count: int = 1000) -> float:
    """How many unseen strings are right to the last letter, each letter seeing those written."""
    sources, lengths = strings(count, unseen=True)
    written = torch.full((len(sources), 1), START)
    for _ in range(LONGEST):
        best = run(sources, written, lengths)[:, -1].argmax(-1)
        written = torch.cat([written, best[:, None]], 1)
    answers = turned(sources, lengths)
    right = (written[:, 1:] == answers) | (answers == PAD)
    return float(right.all(1).float().mean())


# --- attention ------------------------------------------------------------------------------------


@torch.inference_mode()
def looked_at(model: nn.Module, word: str) -> Tensor:
    """For each letter written, the weights of the letters read."""
    source = torch.tensor([[LETTERS.index(c) + 1 for c in word]])
    weights: Tensor = model(source, shifted(source.flip(1)), torch.tensor([len(word)]))[1]
    return weights[0]


def shaded(weights: Tensor, word: str) -> str:
    rows = ["  " + " ".join(word)]
    for letter, row in zip(reversed(word), weights.tolist(), strict=True):
        rows.append(f"{letter} " + " ".join(" ░▒▓█"[min(4, int(5 * w))] for w in row))
    return "\n".join(rows)


def draw(weights: Tensor, word: str, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    place = figure.subplots()
    place.imshow(weights.tolist(), cmap="Greys", vmin=0, vmax=1)
    place.set_xticks(range(len(word)), list(word))
    place.set_yticks(range(len(word)), list(reversed(word)))
    place.set_xlabel("read")
    place.set_ylabel("written")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


if __name__ == "__main__":
    main()
