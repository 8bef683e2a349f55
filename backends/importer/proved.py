"""The spec of a model with its proof: with open sizes if that can be, else with the example's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...grammar.record import Record
from . import import_model
from .other_sizes import default_sizes
from .prove import Proof, prove
from .types import CannotImport

if TYPE_CHECKING:
    from torch import nn

    from .example_inputs import Inputs


class Spec(Record):
    """The text of a spec, and what a comparison with the model has shown."""

    text: str
    proof: Proof


def proved_spec(
    model: nn.Module,
    inputs: Inputs,
    *,
    name: str = "model",
    arguments: Mapping[int, Mapping[str, Any]] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    training: bool = True,
) -> Spec:
    """The spec of a model, which may be unequal to it: the proof tells. The arguments are those of
    ``import_model`` and ``prove``. Raises CannotImport."""

    def written(*, all_open: bool) -> Spec:
        progress("following the model")
        text = import_model(model, inputs, name=name, arguments=arguments, all_open=all_open)
        progress("comparing the spec with the model")
        return Spec(text, prove(text, model, inputs, net=name, training=training))

    try:
        spec = written(all_open=True)
    except CannotImport as error:
        reason = error.reasons[0]
    else:
        if spec.proof.equal or not default_sizes(spec.text, name):
            return spec
        reason = spec.proof.reasons[0]
    spec = written(all_open=False)
    note = f"all sizes but the batch are those of the example: {reason}"
    return spec.replace(proof=spec.proof.replace(notes=(*spec.proof.notes, note)))
