"""A model of the zoo as data: a net of a shipped spec, and the published code that it is compared
with. ``ZOO`` has all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from torch import nn


class Small(NamedTuple):
    """What runs if the published size is too large to run: what changes, in ours and in theirs.

    Without ``net`` it is the model's net. ``parameters`` are those of our net, ``settings`` those
    of the original.
    """

    net: str = ""
    parameters: Mapping[str, Any] = {}
    settings: Mapping[str, Any] = {}


class Model(NamedTuple):
    """A net and its original.

    The original is a function or class, as ``package.module:name``. It is called with
    ``settings``, or with a configuration made of them if ``config`` names its class.

    Both run on random inputs as our net declares them, with two examples. ``image`` is the side of
    the images, if it is not as declared; ``sizes`` are those of open axes (the others are 6), and
    ``words`` is the number of different values of an int input, or of each by its name. ``call``
    calls the original with the inputs. If it returns several tensors, they are compared in order.

    ``known`` has the reason for each result that is not as the bench wants it, by its name
    (``outputs``, ``gradients``, ``training``, ``initial``, ``macs``).
    """

    spec: str
    net: str
    original: str
    settings: Mapping[str, Any] = {}
    config: str = ""
    parameters: Mapping[str, Any] = {}
    small: Small | None = None
    image: int = 0
    sizes: Mapping[str, int] = {}
    words: int | Mapping[str, int] = 100
    call: Callable[..., Any] | None = None
    modes: tuple[str, ...] = ("evaluation", "training")
    """In which of these it is compared; none if it is too large for that."""
    initial: bool = False
    """Whether the initial weights are drawn from the original's distributions."""
    known: Mapping[str, str] = {}

    @property
    def name(self) -> str:
        return f"{self.spec}:{self.net}"

    def build(self, settings: Mapping[str, Any] = {}) -> nn.Module:
        """The original; ``settings`` change those of the published size."""
        merged = {**self.settings, **settings}
        factory = imported(self.original)
        module: nn.Module = (
            factory(imported(self.config)(**merged)) if self.config else factory(**merged)
        )
        return module

    def on_meta(self) -> nn.Module:
        """The original without memory for its weights, or without values if it needs them."""
        import torch

        try:
            with torch.device("meta"):
                return self.build().to("meta")  # `torch.FloatTensor(...)` is always on the CPU
        except (NotImplementedError, RuntimeError):  # it computes with tensors when it is made
            return self.build().to("meta")


def imported(target: str) -> Any:
    """The object with the name ``package.module:name``."""
    import importlib

    import torch

    from ..specs.huggingface import transformers
    from ..specs.reference import torchvision_models

    torchvision_models()  # timm and transformers import it too, which may need what this declares
    if target.startswith("transformers:"):
        transformers()
    module, _, name = target.partition(":")
    with torch.device("cpu"):  # a class may hold tensors, which an import makes
        return getattr(importlib.import_module(module), name)


def family(spec: str, nets: str, package: str, **fields: Any) -> Iterator[Model]:
    """Models of one spec, whose nets have the names of the originals in ``package``. The first one
    stands for all where weights are initialised."""
    for i, net in enumerate(nets.split()):
        yield Model(spec, net, f"{package}:{net}", **{"initial": i == 0, **fields})


def zoo() -> tuple[Model, ...]:
    """All models of the zoo."""
    from . import field, huggingface, timm, torchvision

    return (*torchvision.MODELS, *huggingface.MODELS, *timm.MODELS, *field.MODELS)


ZOO: Final = zoo()
