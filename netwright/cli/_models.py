"""``py:MODULE:FACTORY`` and ``netwright import``: specs of models of Python and of files."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..compiler.imports import Unreadable
from ..grammar.printable import printable
from ..grammar.record import Record
from ..grammar.source import Source
from ..spec_files import PYTHON
from ._parser import FOUND, Misuse, input_shapes

if TYPE_CHECKING:
    from ..python_models import ImportFailed, Written


class ImportRequest(Record):
    """What `netwright import` is asked for."""

    target: str
    args: str = ""
    inputs: Sequence[str] = ()
    example: str = ""
    progress: Callable[[str], None] = lambda _: None

    @property
    def path(self) -> Path:
        return Path(self.target)


class TargetKind(Record):
    """What a target is: how it is read, and the options that are for it."""

    read: Callable[[ImportRequest], Written]
    options: frozenset[str]


def _model(request: ImportRequest) -> Written:
    from ..python_models import import_target

    shapes = input_shapes(request.inputs)
    return import_target(request.target, request.args, shapes, request.example, request.progress)


def _onnx(request: ImportRequest) -> Written:
    from ..onnx_models import import_onnx

    shapes = input_shapes(request.inputs)
    return import_onnx(request.path, shapes, request.example, request.progress)


def _program(request: ImportRequest) -> Written:
    from ..python_models import import_program

    return import_program(request.path, request.progress)


def _darknet(request: ImportRequest) -> Written:
    from ..config_models import import_darknet

    return import_darknet(request.path)


def _ultralytics(request: ImportRequest) -> Written:
    from ..config_models import import_ultralytics

    return import_ultralytics(request.path)


MODEL: Final = TargetKind(_model, frozenset({"args", "input", "example", "weights"}))
"""MODULE:FACTORY."""
FILES: Final = {
    ".onnx": TargetKind(_onnx, frozenset({"input", "example", "weights"})),
    ".pt2": TargetKind(_program, frozenset({"trust", "weights"})),
    ".cfg": TargetKind(_darknet, frozenset()),
    ".yaml": TargetKind(_ultralytics, frozenset()),
    ".yml": TargetKind(_ultralytics, frozenset()),
}
"""The kinds of files, by suffix."""


def suffix(target: str) -> str:
    """The suffix of a target that is a file; it is empty for MODULE:FACTORY."""
    path = Path(target)
    ending = path.suffix.lower()
    is_model = re.fullmatch(r"[\w.]+:[\w.]+", target) and not path.exists()
    return ending if ending in FILES and not is_model else ""


def kind_of(target: str) -> TargetKind:
    return FILES.get(suffix(target), MODEL)


def imported(request: ImportRequest, kind: TargetKind) -> Written:
    """The spec of a model or file. Raises Misuse if there is none, ImportFailed if it does not
    become a spec."""
    from ..backends import MissingExtra
    from ..backends.importer.factories import FactoryError
    from ..backends.onnx.onnx_graph import OnnxError

    try:
        return kind.read(request)
    except (FactoryError, OnnxError, Unreadable) as error:
        raise Misuse(error.message, error.hint) from None
    except MissingExtra as error:
        raise Misuse(str(error)) from None


def model_source(name: str, inputs: Sequence[str]) -> Source:
    """The spec of ``py:MODULE:FACTORY``. Raises Misuse; its status is 1 if the model does not
    become a spec."""
    from ..python_models import ImportFailed

    try:
        result = imported(ImportRequest(name.removeprefix(PYTHON), inputs=inputs), MODEL)
    except ImportFailed as error:
        raise failed(error) from None
    for note in result.notes:
        print(f"netwright: note: {printable(note)}", file=sys.stderr)
    return Source(name, result.text)


def failed(error: ImportFailed) -> Misuse:
    """The message for a model that does not become a spec."""
    return Misuse(error.message, status=FOUND, notes=error.reasons)
