"""Models of PyTorch as files of ONNX, by both exporters of PyTorch."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import torch
from torch import Tensor, nn


def export(
    model: nn.Module, inputs: tuple[Tensor, ...], path: Path, opset: int, *, dynamo: bool
) -> Path:
    """Writes a file in which the batch is open. ``dynamo`` says which exporter of PyTorch does."""
    names = [f"x{i}" for i in range(len(inputs))]
    shapes = [{0: "N"} for _ in inputs]
    with _quiet():
        if dynamo:
            torch.onnx.export(
                model,
                inputs,
                path,
                dynamo=True,
                opset_version=opset,
                input_names=names,
                dynamic_shapes=tuple(shapes),
                external_data=False,
                verbose=False,
            )
        else:
            torch.onnx.export(
                model,
                inputs,
                path,
                dynamo=False,
                opset_version=opset,
                input_names=names,
                dynamic_axes=dict(zip(names, shapes, strict=True)),
            )
    return path


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporters print and warn of."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def with_random_weights(model: nn.Module) -> nn.Module:
    """A model in evaluation whose weights and statistics are not all equal, so that the exporters
    do not take them for one."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape) * 0.02)
        for buffer in model.buffers():
            if buffer.is_floating_point():
                buffer.add_(torch.rand(buffer.shape) * 0.2)
    return model.eval()
