"""Hugging Face's models, small and at random, or with published weights."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest
import torch

from .reference import torchvision_models


@cache
def transformers() -> Any:
    """``transformers``, which downloads nothing and says nothing."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    torchvision_models()  # it imports torchvision, which needs what this declares
    package = pytest.importorskip("transformers")
    package.logging.set_verbosity_error()
    return package


def model(name: str, config: str, **settings: Any) -> torch.nn.Module:
    """A model of random weights, norms and biases included: in a fresh one most are 0 or 1."""
    package = transformers()
    torch.manual_seed(0)
    made: torch.nn.Module = getattr(package, name)(getattr(package, config)(**settings))
    with torch.no_grad():
        for path, parameter in made.named_parameters():
            if "norm" in path.lower() or "ln_" in path or path.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return made.eval()
