"""Configurations in the formats of Darknet and Ultralytics, written from short tables."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = "[net]\nwidth=416\nheight=416\nchannels=3\n"


def conv(filters: int, size: int, stride: int = 1, activation: str = "leaky") -> str:
    return (
        f"[convolutional]\nbatch_normalize=1\nfilters={filters}\nsize={size}\n"
        f"stride={stride}\npad=1\nactivation={activation}\n"
    )


def residual(width: int, count: int) -> str:
    """Units of YOLOv3."""
    return (
        conv(width // 2, 1) + conv(width, 3) + "[shortcut]\nfrom=-3\nactivation=linear\n"
    ) * count


def pool(size: int, stride: int) -> str:
    return f"[maxpool]\nsize={size}\nstride={stride}\n"


def route(*layers: int, part: str = "") -> str:
    return f"[route]\nlayers = {', '.join(map(str, layers))}\n{part}"


def detect(mask: str, anchors: str, classes: int = 80) -> str:
    """The convolution before a [yolo] layer, and the layer."""
    filters = len(mask.split(",")) * (5 + classes)
    return (
        f"[convolutional]\nsize=1\nstride=1\npad=1\nfilters={filters}\nactivation=linear\n\n"
        f"[yolo]\nmask = {mask}\nanchors = {anchors}\nclasses={classes}\nnum=9\njitter=.3\n"
    )


HALF = "groups=2\ngroup_id=1\n"
UP = "[upsample]\nstride=2\n"
NINE = "10,13, 16,30, 33,23, 30,61, 62,45, 59,119, 116,90, 156,198, 373,326"
SIX = "10,14, 23,27, 37,58, 81,82, 135,169, 344,319"


def yolov3(width: int = 32) -> str:
    """YOLOv3, or a narrower one."""
    w = width
    stages = ((2 * w, 1), (4 * w, 2), (8 * w, 8), (16 * w, 8), (32 * w, 4))
    backbone = conv(w, 3) + "".join(conv(c, 3, 2) + residual(c, count) for c, count in stages)

    def neck(c: int) -> str:
        return (conv(c, 1) + conv(2 * c, 3)) * 2 + conv(c, 1) + conv(2 * c, 3)

    return "\n".join(
        [
            HEAD + backbone,
            neck(16 * w) + detect("6,7,8", NINE),
            route(-4) + conv(8 * w, 1) + UP + route(-1, 61) + neck(8 * w) + detect("3,4,5", NINE),
            route(-4) + conv(4 * w, 1) + UP + route(-1, 36) + neck(4 * w) + detect("0,1,2", NINE),
        ]
    )


def yolov3_tiny() -> str:
    pooled = "".join(conv(c, 3) + pool(2, 2) for c in (16, 32, 64, 128, 256))
    return (
        f"{HEAD}{pooled}{conv(512, 3)}{pool(2, 1)}{conv(1024, 3)}{conv(256, 1)}{conv(512, 3)}"
        f"{detect('3,4,5', SIX)}{route(-4)}{conv(128, 1)}{UP}{route(-1, 8)}{conv(256, 3)}"
        f"{detect('0,1,2', SIX)}"
    )


def yolov4_tiny() -> str:
    def partial(c: int) -> str:
        return (
            f"{conv(c, 3)}{route(-1, part=HALF)}{conv(c // 2, 3)}{conv(c // 2, 3)}{route(-1, -2)}"
            f"{conv(c, 1)}{route(-6, -1)}{pool(2, 2)}"
        )

    return (
        f"{HEAD}{conv(32, 3, 2)}{conv(64, 3, 2)}{partial(64)}{partial(128)}{partial(256)}"
        f"{conv(512, 3)}{conv(256, 1)}{conv(512, 3)}{detect('3,4,5', SIX)}{route(-4)}"
        f"{conv(128, 1)}{UP}{route(-1, 23)}{conv(256, 3)}{detect('1,2,3', SIX)}"
    )


def mixed() -> str:
    """What YOLOv4 has besides: two activations, pools beside one another, sums that cannot be
    written as residuals."""
    return (
        f"{HEAD}{conv(8, 3, 2)}{conv(8, 3, 1, 'mish')}{conv(8, 1, 1, 'mish')}"
        f"{pool(5, 1)}{route(-2)}{pool(9, 1)}{route(-1, -3, -4)}{conv(8, 3, 1, 'mish')}"
        "[shortcut]\nfrom=0\nactivation=linear\n"
        f"{conv(8, 1)}{conv(8, 1, 1, 'logistic')}[shortcut]\nfrom=-2\nactivation=linear\n"
        "[convolutional]\nfilters=4\nsize=3\npad=1\nstride=2\nactivation=swish\n"
    )


ROWS = """\
-1 1 Conv 64,3,2; -1 1 Conv 128,3,2; -1 3 C2f 128,True; -1 1 Conv 256,3,2; -1 6 C2f 256,True;
-1 1 Conv 512,3,2; -1 6 C2f 512,True; -1 1 Conv 1024,3,2; -1 3 C2f 1024,True; -1 1 SPPF 1024,5;
-1 1 nn.Upsample None,2,'nearest'; [-1,6] 1 Concat 1; -1 3 C2f 512;
-1 1 nn.Upsample None,2,'nearest'; [-1,4] 1 Concat 1; -1 3 C2f 256;
-1 1 Conv 256,3,2; [-1,12] 1 Concat 1; -1 3 C2f 512;
-1 1 Conv 512,3,2; [-1,9] 1 Concat 1; -1 3 C2f 1024; [15,18,21] 1 Detect nc"""
SCALES = {
    "n": "0.33, 0.25, 1024",
    "s": "0.33, 0.50, 1024",
    "m": "0.67, 0.75, 768",
    "l": "1.00, 1.00, 512",
    "x": "1.00, 1.25, 512",
}


def yaml(rows: Iterable[str], classes: int = 80, scales: dict[str, str] | None = None) -> str:
    """A file with these rows, the first ten as its backbone."""
    lines = [f"  - [{', '.join(_cells(row))}]" for row in rows]
    named = [f"  {name}: [{numbers}]" for name, numbers in (scales or SCALES).items()]
    head = ["# a model", f"nc: {classes} # classes", "scales:", *named]
    return "\n".join([*head, "backbone:", *lines[:10], "", "head:", *lines[10:], ""])


def _cells(row: str) -> list[str]:
    source, repeats, module, arguments = row.split()
    return [source, repeats, module, f"[{arguments.replace(',', ', ')}]"]


def yolov8_rows() -> list[str]:
    return [row.strip() for row in ROWS.replace("\n", " ").split(";")]
