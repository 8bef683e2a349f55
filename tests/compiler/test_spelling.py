"""Settings and layers in the words of a spec."""

from __future__ import annotations

from netwright.compiler.dims import symbol
from netwright.compiler.layer import Init
from netwright.compiler.layers.linear import Linear
from netwright.compiler.spelling import spell, spell_value

T = symbol("T")


def test_values_are_spelled_as_in_a_spec() -> None:
    spelled = [
        (None, "none"),
        (True, "true"),
        (3, "3"),
        (1e-5, "1e-05"),
        ("same", "same"),
        ("b t -> b", '"b t -> b"'),
        ('a "b" \\ {c}\n', r'"a \"b\" \\ {{c}}\n"'),
        ("none", '"none"'),
        ((3, 3), "3x3"),
        ((3,), "[3]"),
        ((-1, 2), "[-1, 2]"),
        ((T, 2), "[T, 2]"),
        (Init("kaiming_normal", (("mode", "fan_out"),)), "kaiming_normal(mode=fan_out)"),
        (Init("zeros"), "zeros"),
        (Linear(out=3), "linear(3)"),
    ]
    assert [spell_value(v) for v, _ in spelled] == [text for _, text in spelled]


def test_settings_with_a_default_are_named() -> None:
    assert spell(Linear(out=10, bias=False)) == "linear(10, bias=false)"
    assert spell(Linear(out=10, init=Init("zeros"))) == "linear(10, init=zeros)"
