"""Names: a recurrent network tells by its letters which of six invented languages a name is of.

The network is the shipped `char_rnn`; the names are made up here, so nothing is downloaded.
"""

from __future__ import annotations

from random import Random
from time import perf_counter

import torch
from torch import Tensor, nn

import netwright as nw

LANGUAGES = {
    "Northern": (
        ["thor", "sig", "gun", "hal", "bjorn", "ei"],
        ["mar", "var", "rik", "leif"],
        ["sson", "dottir", "lund", "berg"],
    ),
    "Southern": (
        ["ro", "ma", "lu", "giu", "fran", "bel"],
        ["ri", "ce", "la", "na", "tti"],
        ["no", "ni", "lli", "ello", "ucci"],
    ),
    "Eastern": (
        ["iva", "pet", "mik", "dra", "bog", "vla"],
        ["ri", "di", "ko", "no", "mi"],
        ["ov", "enko", "ski", "vich", "in"],
    ),
    "Island": (
        ["ka", "mi", "ha", "to", "yo", "na"],
        ["shi", "ka", "mu", "ra", "no"],
        ["ta", "to", "ko", "ki", "wa"],
    ),
    "Highland": (
        ["mac", "dun", "fer", "cam", "loch", "gil"],
        ["do", "ga", "in", "ar", "ro"],
        ["nald", "gus", "lan", "ray", "rie"],
    ),
    "Desert": (
        ["al", "sa", "ka", "ra", "ya", "mu"],
        ["hi", "mi", "sha", "li", "ma"],
        ["d", "m", "r", "din", "bek"],
    ),
}
"""How names begin, go on (perhaps more than once), and end."""
LONGEST = 20


def main(steps: int = 300) -> float:
    torch.manual_seed(0)
    torch.set_num_threads(1)  # matrices are small
    began = perf_counter()
    known, unseen = names(3000)
    model = nw.load("char_rnn", classes=len(LANGUAGES), d=64).to_torch()
    train(model, known, steps)
    right = accuracy(model.eval(), unseen)
    took = perf_counter() - began
    print(f"{right:.1%} of {len(unseen)} names that it had not seen are told apart ({took:.0f} s)")
    for name in ("gunmarsson", "lucelli", "bogkovich", "miramuto", "lochinald", "shaladin"):
        print(f"{name:>12}  {guess(model, name)}")
    return right


def names(count: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Names with the numbers of their languages: to learn from, and others to be asked about."""
    random = Random(0)
    made: dict[str, int] = {}
    while len(made) < count:
        language = random.randrange(len(LANGUAGES))
        first, middle, last = list(LANGUAGES.values())[language]
        parts = [random.choice(first), *random.sample(middle, random.choice([1, 1, 2]))]
        made.setdefault("".join([*parts, random.choice(last)]), language)
    pairs = list(made.items())
    return pairs[: 4 * count // 5], pairs[4 * count // 5 :]


def letters(words: list[str]) -> Tensor:
    """Their codes, blanks in front: what is read last is the end of the name."""
    return torch.tensor([list(word.rjust(LONGEST).encode()) for word in words])


def train(model: nn.Module, pairs: list[tuple[str, int]], steps: int) -> None:
    words, labels = letters([w for w, _ in pairs]), torch.tensor([n for _, n in pairs])
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(steps):
        batch = torch.randint(len(pairs), (64,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(words[batch]), labels[batch]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@torch.inference_mode()
def accuracy(model: nn.Module, pairs: list[tuple[str, int]]) -> float:
    found = model(letters([w for w, _ in pairs])).argmax(1)
    return float((found == torch.tensor([n for _, n in pairs])).float().mean())


@torch.inference_mode()
def guess(model: nn.Module, name: str) -> str:
    chances = model(letters([name])).softmax(1)[0]
    return f"{list(LANGUAGES)[int(chances.argmax())]} ({float(chances.max()):.0%})"


if __name__ == "__main__":
    main()
