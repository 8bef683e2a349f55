"""Writes tensors into a file of safetensors."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .. import MissingExtra

if TYPE_CHECKING:
    import torch


def save(path: Path, tensors: Iterable[tuple[str, torch.Tensor]]) -> int:
    """Write the tensors, bit for bit, and return their number. Each has data of its own, which
    safetensors requires."""
    try:
        from safetensors.torch import save_file
    except ModuleNotFoundError as missing:
        if missing.name != "safetensors":
            raise
        raise MissingExtra("safetensors", "safetensors") from None
    import torch

    copies = {n: t.detach().clone(memory_format=torch.contiguous_format) for n, t in tensors}
    save_file(copies, os.fspath(path), metadata={"format": "pt"})
    return len(copies)
