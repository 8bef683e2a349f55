"""Cfg files of Darknet become specs that compute what Darknet computes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.configs.config_text import ConfigError
from netwright.backends.configs.darknet_cfg import read_darknet

from ...conftest import Golden
from . import files
from .darknet import run

FILES = {
    "yolov3": files.yolov3(),
    "yolov3_tiny": files.yolov3_tiny(),
    "yolov4_tiny": files.yolov4_tiny(),
    "mixed": files.mixed(),
}
PARAMETERS = {"yolov3": 61_949_149, "yolov3_tiny": 8_852_366, "yolov4_tiny": 6_056_606}
"""As published: by Darknet's own files of weights, without the statistics of batch norms."""


def module(text: str) -> nn.Module:
    """The module of a file's spec, with weights and statistics that are not those of the start."""
    spec = nw.loads(read_darknet(text, "small").text)
    with torch.device("meta"):
        made = spec.to_torch()
    made = made.to_empty(device="cpu").eval()
    torch.manual_seed(0)
    for key, tensor in made.state_dict().items():
        if key.endswith(("running_var", "bn.weight")):
            tensor.uniform_(0.5, 1.5)
        elif tensor.ndim == 4:
            nn.init.kaiming_normal_(tensor)
        elif tensor.ndim:
            tensor.uniform_(-0.5, 0.5)
    return made


def weights(made: nn.Module) -> list[Tensor]:
    """The weights in the order in which Darknet has them, which is that of the spec."""
    return [t for key, t in made.state_dict().items() if not key.endswith("num_batches_tracked")]


@pytest.mark.parametrize("name", FILES)
def test_the_text(name: str, golden: Golden) -> None:
    golden(f"configs/{name}.net", read_darknet(FILES[name], name).text)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_those_that_are_published(name: str) -> None:
    net = nw.loads(read_darknet(FILES[name], name).text)
    assert net.params == PARAMETERS[name]
    assert not net.warnings


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [(64, 96), (96, 64)])
def test_it_computes_what_darknet_computes(name: str, size: tuple[int, int]) -> None:
    text = files.yolov3(8) if name == "yolov3" else FILES[name]
    made = module(text).double()  # without rounding, so that nothing else is behind a difference
    image = torch.randn(2, 3, *size, dtype=torch.double)
    with torch.no_grad():
        outputs = made(image)
        expected = run(text, image, weights(made))
    outputs = [outputs] if isinstance(outputs, Tensor) else outputs
    for output, other in zip(outputs, expected, strict=True):
        assert (output - other).abs().max() < 1e-9 * other.abs().max()


PARTS = ["backbone", "neck.0", "heads.0", "up.0", "neck.1", "heads.1", "up.1", "neck.2", "heads.2"]
"""The parts of the shipped `yolov3` in the order of the file."""


def test_yolov3_is_the_shipped_one() -> None:
    made = module(FILES["yolov3"])
    with torch.device("meta"):
        shipped = nw.load("yolov3").to_torch().eval()
    in_order = [key for part in PARTS for key in shipped.state_dict() if key.startswith(part)]
    state = dict(zip(in_order, made.state_dict().values(), strict=True))
    shipped.load_state_dict(state, assign=True)
    image = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        for output, other in zip(made(image), shipped(image), strict=True):
            assert torch.equal(output, other)


def test_classes_can_be_changed() -> None:
    text = read_darknet(FILES["yolov4_tiny"], "tiny").text
    small = nw.loads(text, classes=1)
    assert [t.shape[1] for t in small.outputs.values()] == [18, 18]


def test_a_net_has_no_name_of_a_layer() -> None:
    for name in ("conv", "cba", "image", "x36"):
        config = read_darknet(FILES["yolov3"], name)
        assert config.nets == (f"{name}_",)
        assert nw.loads(config.text).params == PARAMETERS["yolov3"]


CONV = files.conv(8, 3)
NET = files.HEAD + CONV
BAD = {
    "nothing": "",
    "not a cfg": "hello: world\n",
    "no net": CONV,
    "no layers": files.HEAD,
    "no size": NET.replace("width=416\n", ""),
    "no number": NET.replace("filters=8", "filters=many"),
    "negative": NET.replace("filters=8", "filters=-8"),
    "too many": NET.replace("filters=8", "filters=99999999"),
    "a long number": NET.replace("filters=8", f"filters={'9' * 5000}"),
    "other digits": NET.replace("filters=8", "filters=８"),
    "twice": NET.replace("filters=8", "filters=8\nfilters=9"),
    "odd image": NET.replace("stride=1", "stride=3"),
    "even kernel": NET.replace("size=3", "size=2"),
    "no padding": NET.replace("pad=1", "pad=0"),
    "an option": NET + "groups=2\n",
    "an activation": NET.replace("leaky", "snake"),
    "a layer": NET + "[lstm]\noutput=3\n",
    "a pool": NET + files.pool(3, 2),
    "before the first": NET + files.route(-2),
    "after the last": NET + files.route(7),
    "other sizes": NET + files.pool(2, 2) + files.route(-1, 0),
    "other channels": NET + files.conv(4, 3) + "[shortcut]\nfrom=-2\n",
    "a part": NET + files.route(-1, part="groups=3\ngroup_id=0\n"),
    "a part that is not there": NET + files.route(-1, part="groups=2\ngroup_id=2\n"),
    "filters": NET + files.detect("0", SIX := files.SIX).replace("filters=85", "filters=80"),
    "anchors": NET + files.detect("0,9", SIX),
    "one anchor": NET + files.detect("0", "10"),
    "boxes": NET + files.detect("0", SIX) + CONV,
    "classes": NET + files.detect("0", SIX) + files.route(0) + files.detect("0", SIX, 3),
    "not used": NET + CONV + files.route(0) + CONV,
    "growing": NET + files.route(-1, -1) * 20,
    "shrinking": NET + files.UP * 20,
    "long": files.HEAD + CONV * 3000,
    "letters": NET + "[\x1b]0;owned\x07]\n",
}


def test_what_is_wrong_is_said_with_its_line(golden: Golden) -> None:
    lines = []
    for name, text in BAD.items():
        with pytest.raises(ConfigError) as caught:
            read_darknet(text, "net")
        error = caught.value
        hint = f" ({error.hint})" if error.hint else ""
        lines.append(f"{name}: line {error.line}: {error.message}{hint}\n")
    golden("configs/darknet_errors.txt", "".join(lines))
