"""What happens with a pair of layouts: how much is mapped, whether the outputs are equal, whether
the way back is exact."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping as Table
from typing import NamedTuple

import torch
from torch import Tensor, nn

from netwright.backends.weights import mappings, matching
from netwright.backends.weights.mappings import Mapping
from netwright.backends.weights.matching import Match
from netwright.backends.weights.module_tensors import Wanted, wanted
from netwright.backends.weights.rules_file import mapping_of
from netwright.backends.weights.stored import Stored

from .layout_pairs import PAIRS, LayoutPair, bert
from .published_layouts import google_bert

State = dict[str, Tensor]


class Trial(NamedTuple):
    """``tensors`` of the new layout, the ``share`` that was mapped, the number that the order alone
    tells apart, the largest ``difference`` of outputs (to their largest value), and the ``hidden``
    tensors: mapped to others if the names are sorted, without a warning."""

    tensors: int
    share: float
    by_order: int
    round_trip: bool
    difference: float
    hidden: list[str]


def trial(name: str) -> Trial:
    """Map the published sizes, which have no data, then small or equal networks that run."""
    pair = PAIRS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries
        with torch.device("meta"):
            olds, news = wanted(pair.old()), wanted(pair.new())
        match = matching.match(olds.tensors, news.tensors)
        exact, difference = run(pair)
    needed = [n for n in news.tensors if not news.optional(n) and n not in news.twins]
    return Trial(
        len(needed),
        len(set(needed) & set(match.mapped)) / len(needed),
        len(match.by_order),
        exact,
        difference,
        hidden(olds.tensors, news.tensors, match),
    )


def hidden(olds: Table[str, Stored], news: Table[str, Stored], match: Match) -> list[str]:
    """What is mapped otherwise if the names of the checkpoint are sorted, in silence."""
    again = matching.match(dict(sorted(olds.items())), news)
    right, other = (_sources(m.mapping) for m in (match, again))
    doubtful = set(again.doubtful)
    return [n for n, olds_ in other.items() if right.get(n) != olds_ and n not in doubtful]


def _sources(mapping: Mapping) -> dict[str, tuple[str, ...]]:
    return {
        new.texts[0]: tuple(old.texts[0] for old in rule.old)
        for rule in mapping.rules
        for new in rule.new
    }


def run(pair: LayoutPair) -> tuple[bool, float]:
    """Whether the way there and back is exact, and the largest difference of the outputs."""
    assert pair.small is not None
    torch.manual_seed(0)
    old, new = (unsettled(make()) for make in pair.small)
    wants = wanted(new)
    match = matching.match(wanted(old).tensors, wants.tensors)
    mapping = with_rules(match.mapping, mapping_of(pair.rules), list(old.state_dict()))
    made = mapped(mapping, old.state_dict())
    load(new, made, wants)
    inputs = pair.inputs()
    with torch.inference_mode():
        outputs = [
            _tuple(call(model, *inputs)) for call, model in zip(pair.run, (old, new), strict=True)
        ]
    return is_exact(mapping, old.state_dict(), made), _difference(*outputs)


def with_rules(mapping: Mapping, rules: Mapping, names: list[str]) -> Mapping:
    """The rules, and the mapping for what they leave."""
    moves = mappings.bind(rules, names)
    done = {name for move in moves if move.rule in rules.rules for name in move.old}
    others = (rule for rule in mapping.rules if rule.old[0].texts[0] not in done)
    return Mapping((*rules.rules, *others))


def mapped(mapping: Mapping, state: State) -> State:
    result: State = {}
    for move in mappings.bind(mapping, list(state)):
        news = mappings.convert(move, [state[name] for name in move.old])
        result.update(zip(move.new, news, strict=True))
    return result


def load(model: nn.Module, state: State, wants: Wanted) -> None:
    own = {n: t for n, t in state.items() if n in wants.tensors}
    twins = {a: own[b] for a, b in wants.twins.items() if b in own}
    missing = model.load_state_dict({**twins, **own}, strict=False).missing_keys
    assert all(map(wants.optional, missing)), missing


def is_exact(mapping: Mapping, state: State, made: State) -> bool:
    back = mapped(mapping.inverse, made)
    return all(n in back and torch.equal(back[n], t) for n, t in state.items())


def _tuple(value: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return value if isinstance(value, tuple) else (value,)


def _difference(mine: tuple[Tensor, ...], theirs: tuple[Tensor, ...]) -> float:
    pairs = list(zip(mine, theirs, strict=True))
    assert all(float(a.std()) > 1e-4 and math.isfinite(float(a.sum())) for a, _ in pairs)
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in pairs)


@torch.no_grad()
def unsettled(model: nn.Module) -> nn.Module:
    """The model with weights of which none is a mere 0 or 1, so that no wrong place is hidden."""
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        if "var" in name:
            tensor.uniform_(0.5, 1.5)
        elif tensor.dim() < 2:
            tensor.add_(torch.randn_like(tensor) * 0.1)
        elif float(tensor.std()) == 0:
            tensor.normal_(0, 0.05)
    return model.eval()


def google_trial() -> Trial:
    """BERT under the names of TensorFlow. There is no such model to run: the names and the kernels
    are compared with those that were published."""
    torch.manual_seed(0)
    state = {n: t for n, t in bert(12, 64, 2).state_dict().items() if t.is_floating_point()}
    google = google_bert(state)
    olds, news = ({n: Stored(tuple(t.shape)) for n, t in side.items()} for side in (google, state))
    match = matching.match(olds, news)
    made = mapped(match.mapping, google)
    different = [n for n, t in state.items() if n not in made or not torch.equal(made[n], t)]
    return Trial(
        len(state),
        len(set(match.mapped) & set(state)) / len(state),
        len(match.by_order),
        is_exact(match.mapping, google, made),
        float(bool(different)),
        [n for n in different if n not in match.doubtful],
    )
