"""Neural-network architectures as text: parsed, shape-checked, drawn, compiled to PyTorch.

    import netwright as nw

    net = nw.load("resnet", net="resnet50")    # a file, a path, or a shipped spec
    print(net.summary())
    model = net.to_torch()

Names are loaded when they are first used: `netwright check` takes a tenth of a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .backends.onnx.onnx_graph import OnnxError
    from .grammar.diagnostics import CompileError, Diagnostic
    from .network import Network, check, format_text, load, loads
    from .onnx_models import from_onnx
    from .python_models import ImportFailed, from_torch

__version__ = "0.1.0"
__all__ = [
    "CompileError",
    "Diagnostic",
    "ImportFailed",
    "Network",
    "OnnxError",
    "__version__",
    "check",
    "format_text",
    "from_onnx",
    "from_torch",
    "load",
    "loads",
]

_HOMES = {
    "CompileError": "grammar.diagnostics",
    "Diagnostic": "grammar.diagnostics",
    "ImportFailed": "python_models",
    "Network": "network",
    "OnnxError": "backends.onnx.onnx_graph",
    "check": "network",
    "format_text": "network",
    "from_onnx": "onnx_models",
    "from_torch": "python_models",
    "load": "network",
    "loads": "network",
    "load_ipython_extension": "notebook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
