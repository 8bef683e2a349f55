"""A module with the weights of a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import TYPE_CHECKING, Any, Final

from ...grammar.record import Record
from ...grammar.wording import counted
from . import fitting, mappings, matching, rule_notes
from .checkpoints import Checkpoint
from .fitting import Fit
from .mappings import Mapping, Move, Rule
from .module_tensors import Wanted, assign, copy, has_more_than_state
from .problems import WeightsError
from .stored import Stored

if TYPE_CHECKING:
    import torch


FEW: Final = 0.5
"""If a smaller share of the tensors fits, the checkpoint is likely to be of another net."""


class LoadPlan(Record):
    """Which tensors of a checkpoint become which of a net."""

    checkpoint: Checkpoint
    moves: tuple[Move, ...]
    renamed: Table[str, Stored]
    fit: Fit
    unused: tuple[Rule, ...] = ()
    """The rules that suit no tensor."""

    def tensors(self, names: Sequence[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors of the net, made of those of the checkpoint. Raises WeightsError."""
        kept = set(names)
        moves = mappings.sources(self.moves, names)
        return ((n, t) for n, t in converted(self.checkpoint, moves) if n in kept)

    def tensors_and_twins(self, names: Sequence[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors, and those that the checkpoint has under another name of the tensor."""
        for name, tensor in self.tensors([n for n in names if n not in self.fit.twins]):
            yield name, tensor
            yield from ((twin, tensor) for twin, n in self.fit.twins.items() if n == name)


def converted(checkpoint: Checkpoint, moves: Iterable[Move]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors that these moves make of those of the checkpoint. Raises WeightsError."""
    for move in moves:
        stored = dict(checkpoint.load(move.old))
        news = mappings.convert(move, [stored[old] for old in move.old])
        yield from zip(move.new, news, strict=True)


def plan(
    checkpoint: Checkpoint,
    wants: Wanted,
    mapping: Mapping | None = None,
    notes: Sequence[str] = (),
) -> LoadPlan:
    """How the checkpoint becomes the weights of a net. Raises RulesError."""
    moves = mappings.bind(mapping or Mapping(()), list(checkpoint.tensors))
    unused = mappings.unused(mapping, moves) if mapping else []
    on_rules = [
        *rule_notes.unused(unused, checkpoint.tensors, wants.tensors),
        *rule_notes.astray(moves, mapping.rules if mapping else (), wants.tensors),
    ]
    renamed = mappings.renamed(moves, checkpoint.tensors)
    fit = fitting.fit(wants, renamed, (*checkpoint.notes, *notes, *on_rules))
    return LoadPlan(checkpoint, tuple(moves), renamed, fit, tuple(unused))


def draft(cls: type[torch.nn.Module], device: Any = None) -> torch.nn.Module:
    """An instance of the net's class that shows which tensors it has. It is on the device ``meta``,
    where it takes no memory. A net with externs is made on ``device``: their classes may compute
    values when they are made, or have tensors in places that are not known."""
    from ..pytorch.live import has_externs, instance

    return instance(cls, device if has_externs(cls) else "meta")


def module_with(
    made: torch.nn.Module, plan: LoadPlan, wants: Wanted, device: Any = None
) -> torch.nn.Module:
    """The net with the tensors that fit; ``made`` is its draft. If all fit, nothing is initialised
    first. Raises WeightsError if the checkpoint has two values for one tensor."""
    from ..pytorch.live import has_externs, instance

    _check_twins(plan, wants)
    tensors = plan.tensors(_one_of_each(plan.fit.fits, wants))
    if has_externs(type(made)):
        copy(made, tensors)
        return made
    buffers = [n for n in wants.tensors if wants.optional(n) and n not in plan.fit.fits]
    if plan.fit.fresh or buffers or has_more_than_state(made):
        module = instance(type(made), device)
        copy(module, tensors)
        return module
    assign(made, tensors, device)
    return made


def _one_of_each(names: Sequence[str], wants: Wanted) -> list[str]:
    """The names without further names of the same tensor."""
    tensors = {wants.first(name): name for name in reversed(names)}
    return list(reversed(tensors.values()))


def _check_twins(plan: LoadPlan, wants: Wanted) -> None:
    fits = set(plan.fit.fits)
    pairs = [(a, b) for a, b in wants.twins.items() if a in fits and b in fits]
    if not pairs:
        return
    values = dict(plan.tensors([name for pair in pairs for name in pair]))
    for twin, first in pairs:
        if not _are_equal(values[twin], values[first], wants.tensors[first].dtype):
            raise WeightsError(
                f"`{twin}` and `{first}` are one tensor in the net, "
                "and the checkpoint has two different ones",
                "remove one of them from the checkpoint, or write the net without the tie",
            )


def _are_equal(a: torch.Tensor, b: torch.Tensor, dtype: str) -> bool:
    """Whether two tensors become the same in a net of this dtype. NaN is equal to NaN."""
    import torch

    a, b = (tensor.to(getattr(torch, dtype)) for tensor in (a, b))
    return bool(((a == b) | (a.isnan() & b.isnan())).all())


def check_whole(plan: LoadPlan, wants: Wanted, *, mapped: bool, partial: bool) -> list[str]:
    """What to warn of. Raises WeightsError if the checkpoint is not whole and that is not
    allowed, or if none of it fits. ``mapped``: the caller says how the names are mapped."""
    fit = plan.fit
    lines = fitting.findings(fit)
    path = plan.checkpoint.path
    if fit.whole or (partial and fit.fits):
        groups = {
            "these are tied, and are loaded under their other names": fit.tied,
            "these keep their initial values": fit.fresh,
        }
        last = [
            f"{text}: {', '.join(fitting.folded(names))}" for text, names in groups.items() if names
        ]
        return [*fit.notes, *lines, *last]
    text = "\n".join([f"{path} does not fit the net", *lines, *(f"note: {n}" for n in fit.notes)])
    helps = hints(plan, wants, "" if mapped else '`mapping="auto"`', "`partial=True`")
    raise WeightsError(text, "\n".join(helps))


def hints(plan: LoadPlan, wants: Wanted, auto: str, partial: str) -> Iterator[str]:
    """What to do if the checkpoint is not whole. ``auto`` and ``partial`` are the texts that ask
    for it; ``auto`` is empty if the names were mapped."""
    fits, total = len(plan.fit.fits), len(wants.tensors)
    match = matching.match(plan.checkpoint.tensors, wants.tensors) if auto else None
    mapped = len(match.mapped) if match else 0
    if max(fits, mapped) < FEW * total and not plan.unused:
        number = "few tensors fit" if fits or mapped else "no tensor fits"
        yield f"{number}: is it a checkpoint of this net?"
    if mapped > fits:
        yield f"{auto} maps {mapped:,} of {counted(total, 'tensor')}"
    if fits:
        yield f"{partial} takes the {counted(fits, 'tensor')} that {'fits' if fits == 1 else 'fit'}"
