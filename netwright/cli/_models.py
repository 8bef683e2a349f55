"""``py:MODULE:FACTORY`` and ``netwright import``: specs of models of Python and of files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..grammar.printable import printable
from ..grammar.source import Source
from ..spec_files import PYTHON
from ._parser import FOUND, Misuse, input_shapes

if TYPE_CHECKING:
    from ..python_models import Imported, ImportFailed


def is_onnx(target: str) -> bool:
    """Whether a target of ``netwright import`` is a file of ONNX, which is data."""
    return target.lower().endswith(".onnx")


def is_program(target: str) -> bool:
    """Whether a target of ``netwright import`` is a program of torch.export, which can run code."""
    return target.lower().endswith(".pt2")


def imported(
    target: str,
    args: str,
    inputs: Sequence[str],
    example: str,
    progress: Callable[[str], None] = lambda _: None,
) -> Imported:
    """The spec of a model. Raises Misuse if there is no model, ImportFailed if it does not become
    a spec."""
    from ..backends import MissingExtra
    from ..backends.importer.factories import FactoryError
    from ..backends.onnx.onnx_graph import OnnxError
    from ..onnx_models import import_onnx
    from ..python_models import import_program, import_target

    try:
        if is_onnx(target):
            return import_onnx(target, input_shapes(inputs), example, progress)
        if is_program(target):
            return import_program(Path(target), progress)
        return import_target(target, args, input_shapes(inputs), example, progress)
    except (FactoryError, OnnxError) as error:
        raise Misuse(error.message, error.hint) from None
    except MissingExtra as error:
        raise Misuse(str(error)) from None


def model_source(name: str, inputs: Sequence[str]) -> Source:
    """The spec of ``py:MODULE:FACTORY``. Raises Misuse; its status is 1 if the model does not
    become a spec."""
    from ..python_models import ImportFailed

    try:
        result = imported(name.removeprefix(PYTHON), "", inputs, "")
    except ImportFailed as error:
        raise failed(error) from None
    for note in result.notes:
        print(f"netwright: note: {printable(note)}", file=sys.stderr)
    return Source(name, result.text)


def failed(error: ImportFailed) -> Misuse:
    """The message for a model that does not become a spec."""
    return Misuse(error.message, status=FOUND, notes=error.reasons)
