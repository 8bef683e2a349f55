"""Checking a spec against running the same network on PyTorch's meta device, which is how one
finds a wrong size without netwright."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .timing import Job, Result, process, rivals

LAYERS = 10_000

RESNET = """
import torch
from tests.torchvision_library import torchvision_models
with torch.device("meta"), torch.inference_mode():
    torchvision_models().resnet50()(torch.empty(1, 3, 224, 224))
"""

CHAIN = f"""
import torch
from torch import nn
def chain():
    with torch.device("meta"), torch.inference_mode():
        layers = []
        for i in range({LAYERS // 2}):
            layers += [nn.Conv2d(64 if i else 3, 64, 3, padding=1), nn.ReLU()]
        nn.Sequential(*layers)(torch.empty(1, 3, 32, 32))
"""

WRITTEN = "input(3x32x32)\n" + LAYERS // 2 * "  > conv(3x3, 64, pad=1) > relu\n"
LOOP = f"input(3x32x32) > for i in range({LAYERS // 2}) {{ conv(3x3, 64, pad=1) > relu }}\n"
REPEATED = """
block unit(width): x {{ x + (x > conv(3x3, width, pad=1) > bn > relu) }}
net deep: x[64, 32, 32] {{ x > unit(64) * {times} }}
"""


def run(rounds: int) -> Iterator[Result]:
    yield rivals(
        "check ResNet-50, whole process",
        process("-m", "netwright", "check", "resnet", "--net", "resnet50"),
        process("-c", RESNET),
        rounds=rounds,
        aim=15,
    )
    with TemporaryDirectory() as folder:
        for name, text in (("written out", WRITTEN), ("by `for`", LOOP)):
            path = Path(folder) / "chain.net"
            path.write_text(text)
            yield rivals(
                f"check a chain of {LAYERS:,} {name}, whole process",
                process("-m", "netwright", "check", str(path)),
                process("-c", f"{CHAIN}\nchain()"),
                rounds=rounds,
                aim=10,
            )
    for name, text in (("written out", WRITTEN), ("by `for`", LOOP)):
        # Without either side's start-up, for whoever has both imported already.
        yield rivals(f"check a chain of {LAYERS:,} {name}", check(text), chain(), rounds=rounds)
    few, many = (check(REPEATED.format(times=n)) for n in (10, LAYERS))
    yield rivals(f"check block * {LAYERS:,} against block * 10", many, few, rounds=rounds, aim=0.5)


def check(text: str) -> Job:
    import netwright as nw

    def run() -> None:
        findings = nw.check(text)
        assert not findings, findings

    run()
    return run


def chain() -> Job:
    """The same chain in PyTorch."""
    made: dict[str, Job] = {}
    exec(CHAIN, made)
    return made["chain"]
