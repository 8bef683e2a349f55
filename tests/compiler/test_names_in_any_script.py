"""Names are Python's identifiers: any script, compared in the form NFKC, labels too."""

from __future__ import annotations

import unicodedata

import pytest
import torch

import netwright as nw

SPEC = """\
block 특징(채널): x { 출력 = x > conv(3x3, 채널) > bn > relu
  출력 }
net 분류기: 그림[3, 8, 8] { 앞 = 그림 > 특징(4) as 첫째
  앞 > 특징(4) * 2 as 몸통 > gap > linear(10) as "머리.층1" }
"""


def test_hangul_labels_are_module_paths() -> None:
    net = nw.loads(SPEC)
    paths = {key.rpartition(".")[0] for key in net.to_torch().state_dict()}
    assert {"첫째.conv1", "몸통.0.conv1", "몸통.1.bn1", "머리.층1"} <= paths
    assert "class 특징(nn.Module):" in net.to_source()
    assert "self.첫째 = 특징(" in net.to_source()
    module = net.to_torch()
    assert module(torch.zeros(2, 3, 8, 8)).shape == (2, 10)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_spec_means_the_same_in_every_form(form: str) -> None:
    text = unicodedata.normalize(form, SPEC)  # type: ignore[arg-type]
    assert nw.loads(text).to_source() == nw.loads(SPEC).to_source()
    assert nw.loads(text, net=unicodedata.normalize("NFD", "분류기")).params == 482


def test_names_that_look_alike_are_one_name() -> None:
    net = nw.loads("net n: x[3] { ﬁne = x > linear(4)\n fine > relu }")
    assert net.params == 16


def test_marks_belong_to_the_letter_before() -> None:
    net = nw.loads("net n: x[3] { x > linear(4) as नमस्ते > linear(2) as éa }")
    assert {"नमस्ते", "éa"} == {key.rpartition(".")[0] for key in net.to_torch().state_dict()}


@pytest.mark.parametrize(("text", "sign"), [("x²", "²"), ("½", "½"), ("aͺ", "ͺ"), ("x₁٠⅓", "₁")])
def test_what_python_takes_in_no_name_is_an_error(text: str, sign: str) -> None:
    with pytest.raises(nw.CompileError) as raised:
        nw.loads(f"net n: a[3] {{ {text} = a > linear(2)\n {text} }}")
    found = raised.value.diagnostics
    assert {d.code for d in found} == {"E106"}
    assert found[0].message.startswith(f"`{sign}` cannot be in a name")
