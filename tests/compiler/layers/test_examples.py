"""Every example of every layer is what PyTorch makes of it."""

from __future__ import annotations

import pytest

from netwright.compiler.layer import Example, Layer, conforms, hints

from .harness import all_layers, compare, example_case

EXAMPLES = [(layer, example) for layer in all_layers() for example in layer.examples]


@pytest.mark.parametrize(
    ("layer", "example"), EXAMPLES, ids=[f"{e.text} on {e.inputs}" for _, e in EXAMPLES]
)
def test_example(layer: type[Layer], example: Example) -> None:
    bound, inputs = example_case(example)
    assert isinstance(bound, layer)
    for name, hint in hints(layer).items():
        assert conforms(getattr(bound, name), hint), name
    assert compare(bound, inputs), "an example must work"


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.word)
def test_declaration(layer: type[Layer]) -> None:
    """What users see of a layer is there."""
    assert layer.__doc__
    assert layer.examples
    assert layer.category
    bound, _ = example_case(layer.examples[0])
    first, second = bound.caption()
    assert first
    assert isinstance(second, str)
    assert hash(bound) == hash(bound.replace())
    assert bound == bound.replace()
