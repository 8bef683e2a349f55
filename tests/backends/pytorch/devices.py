"""Runs that fail if a tensor is made on another device than the inputs'."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class _OnlyOn(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, device: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.device = device

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor) and tensor.device.type != self.device:
                raise AssertionError(f"{func} made a tensor on {tensor.device}")
        return result


@contextmanager
def only_on(device: str) -> Iterator[None]:
    """What runs inside makes all tensors on ``device`` (``"cpu"`` or ``"meta"``), although the
    default is the other one."""
    with _OnlyOn(device), torch.device("cpu" if device == "meta" else "meta"):
        yield
