"""YAML files of Ultralytics become specs that are equal to the shipped `yolov8`, which was compared
with Ultralytics."""

from __future__ import annotations

import math

import pytest
import torch

import netwright as nw
from netwright.backends.configs.config_text import ConfigError
from netwright.backends.configs.ultralytics_yaml import read_ultralytics
from netwright.spec_files import facts

from ...conftest import Golden
from . import files

ROWS = files.yolov8_rows()
TEXT = files.yaml(ROWS)


def test_the_text(golden: Golden) -> None:
    config = read_ultralytics(TEXT, "yolov8")
    assert config.nets == tuple(f"yolov8{scale}" for scale in "nsmlx")
    golden("configs/yolov8.net", config.text)


def test_a_file_of_one_scale_has_the_same_nets() -> None:
    assert read_ultralytics(TEXT, "yolov8n") == read_ultralytics(TEXT, "yolov8")


@pytest.mark.parametrize("scale", "nsmlx")
def test_checkpoints_fit(scale: str) -> None:
    made = nw.loads(read_ultralytics(TEXT, "yolov8").text, net=f"yolov8{scale}")
    shipped = nw.load("yolov8", net=f"yolov8{scale}")
    counted = facts()["yolov8"][f"yolov8{scale}"]
    assert (made.params, made.macs) == (counted["params"], counted["macs"])
    with torch.device("meta"):
        states = [net.to_torch().state_dict() for net in (made, shipped)]
    own, theirs = ({key: tensor.shape for key, tensor in state.items()} for state in states)
    assert own == theirs
    assert not made.warnings


def test_it_computes_what_the_shipped_one_computes() -> None:
    text, size = read_ultralytics(TEXT, "yolov8").text, "3x96x64"
    made = nw.loads(text, net="yolov8n", inputs=size).to_torch().eval()
    shipped = nw.load("yolov8", net="yolov8n", inputs=size).to_torch().eval()
    for parameter in shipped.parameters():
        torch.nn.init.normal_(parameter, 0.0, 0.05)
    made.load_state_dict(shipped.state_dict())
    image = torch.randn(2, 3, 96, 64)
    with torch.no_grad():
        for output, other in zip(made(image), shipped(image), strict=True):
            assert torch.equal(output, other)


@pytest.mark.parametrize("width", ["0.26", "0.3", "0.77"])
def test_channels_are_rounded_up_to_multiples_of_8(width: str) -> None:
    text = files.yaml(ROWS, scales={"t": f"0.1, {width}, 512"})
    net = nw.loads(read_ultralytics(text, "yolov8").text, net="yolov8t")
    weight = dict(net.to_torch().state_dict())["model.9.cv2.conv.weight"]
    assert weight.shape[0] == math.ceil(512 * float(width) / 8) * 8
    assert "model.2.m.1.cv1.conv.weight" not in net.to_torch().state_dict()


def test_channels_that_are_the_number_of_classes_are_not_scaled() -> None:
    config = read_ultralytics(files.yaml(ROWS, classes=64), "yolov8")
    state = nw.loads(config.text, net="yolov8n").to_torch().state_dict()
    assert state["model.0.conv.weight"].shape[0] == 64
    assert state["model.1.conv.weight"].shape[0] == 32


def test_other_writings() -> None:
    text = TEXT.replace("'nearest'", "nearest").replace("\n", "\r\n").replace("  - [", "- [ ")
    assert read_ultralytics(text, "yolov8") == read_ultralytics(TEXT, "yolov8")


def test_a_net_has_no_name_of_a_block() -> None:
    scales = {"f": "0.33, 0.25, 1024"}  # with the file's name, this is that of a block
    config = read_ultralytics(files.yaml(ROWS, scales=scales), "c2")
    assert config.nets == ("c2_f",)
    assert read_ultralytics(files.yaml(ROWS, scales={"r": "1, 1, 1024"}), "fo").nets == ("fo_r",)
    assert nw.loads(config.text, net="c2_f").params == 3_157_184


def with_row(at: int, row: str) -> str:
    return files.yaml([*ROWS[:at], row, *ROWS[at + 1 :]])


BAD = {
    "nothing": "",
    "not yaml": "hello\n",
    "another key": f"{TEXT}activation: nn.ReLU()\n",
    "a tag": TEXT.replace("nc: 80", "nc: !!python/object/apply:os.system [ls]"),
    "an alias": TEXT.replace("nc: 80", "nc: *other"),
    "an anchor": TEXT.replace("nc: 80", "nc: &it 80"),
    "lists below one another": TEXT.replace("  - [-1, 1, Conv, [64, 3, 2]]", "  -\n    - -1"),
    "an open list": TEXT.replace("[64, 3, 2]]", "[64, 3, 2]"),
    "two values": TEXT.replace("[64, 3, 2]]", "[64, 3, 2]] 8"),
    "no text": TEXT.replace("[64, 3, 2]", "[64, 3 2]"),
    "many lists": TEXT.replace("[64, 3, 2]", "[" * 5000 + "]" * 5000),
    "no classes": TEXT.replace("nc: 80", ""),
    "classes twice": TEXT + "nc: 3\n",
    "no scales": TEXT.replace("scales:", "head:"),
    "scales alone": "nc: 80\nscales:\n  n: [1, 1, 1]\n",
    "a scale with two numbers": TEXT.replace("0.33, 0.25, 1024", "0.33, 0.25"),
    "a scale of 0": TEXT.replace("0.33, 0.25", "0.33, 0"),
    "a scale twice": TEXT.replace("  s:", "  n:"),
    "a layer with a name": TEXT.replace("- [-1, 1, SPPF", "last: [-1, 1, SPPF"),
    "a short layer": TEXT.replace("[-1, 1, SPPF, [1024, 5]]", "[-1, 1, SPPF]"),
    "a module": with_row(3, "-1 1 GhostConv 256,3,2"),
    "no number": with_row(3, "-1 1 Conv wide,3,2"),
    "nothing given": TEXT.replace("[64, 3, 2]", "[]"),
    "too much given": with_row(3, "-1 1 Conv 256,3,2,None,2"),
    "a list given": with_row(3, "-1 1 Conv [256],3,2"),
    "repeated": with_row(3, "-1 2 Conv 256,3,2"),
    "often repeated": with_row(2, "-1 99999 C2f 128,True"),
    "an even kernel": with_row(3, "-1 1 Conv 256,2,2"),
    "odd channels": with_row(2, "-1 3 C2f 127,True"),
    "a shortcut": with_row(2, "-1 3 C2f 128,maybe"),
    "other pools": with_row(9, "-1 1 SPPF 1024,7"),
    "another upsampling": with_row(10, "-1 1 nn.Upsample None,2,bilinear"),
    "a layer below": with_row(11, "[-1,40] 1 Concat 1"),
    "a layer that is not there": with_row(11, "[-1,-20] 1 Concat 1"),
    "no layer": with_row(11, "[] 1 Concat 1"),
    "two layers": with_row(12, "[-1,6] 3 C2f 512"),
    "other sizes": with_row(11, "[-1,4] 1 Concat 1"),
    "another axis": with_row(11, "[-1,6] 1 Concat 2"),
    "two maps": with_row(22, "[15,18] 1 Detect nc"),
    "other classes": with_row(22, "[15,18,21] 1 Detect 3"),
    "below the last": f"{TEXT}  - [-1, 1, Conv, [64]]\n",
    "no detector": files.yaml(ROWS[:-1]),
    "not used": files.yaml([*ROWS[:22], "-1 1 Conv 64", ROWS[22]]),
    "long": files.yaml(["-1 1 Conv 64"] * 3000),
    "growing": files.yaml(["-1 1 Conv 64,1,9"] * 20),
}


def test_what_is_wrong_is_said_with_its_line(golden: Golden) -> None:
    lines = []
    for name, text in BAD.items():
        with pytest.raises(ConfigError) as caught:
            read_ultralytics(text, "net")
        error = caught.value
        hint = f" ({error.hint})" if error.hint else ""
        lines.append(f"{name}: line {error.line}: {error.message}{hint}\n")
    golden("configs/ultralytics_errors.txt", "".join(lines))
