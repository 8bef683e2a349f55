"""The shipped nets are as the facts say; some are compared with their originals at once, the others
by `make zoo`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from netwright import load
from netwright.spec_files import shipped

from . import facts
from .bench import apart, compare, faults
from .initial import unlike
from .lines import code_lines, of_spec
from .model import ZOO, Model

QUICK = (
    "resnet18",
    "mobilenet_v2",
    "densenet121",
    "convnext_tiny",
    "googlenet_training",
    "bert_base",
    "gpt2",
    "llama_7b",
    "mixtral_8x7b",
    "t5_small",
    "mamba_130m",
    "whisper_tiny",
    "detr_resnet_50",
)
CURRENT = facts.load()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run side by side."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("spec", shipped())
def test_figures(spec: str) -> None:
    """Parameters, MACs, keys and shapes are those of the facts, which `make zoo` writes."""
    known = CURRENT.get(spec, {})
    assert facts.nets(spec) == list(known)
    for net, fact in known.items():
        figures = facts.figures(load(spec, net=net))
        assert figures == {key: fact.get(key) for key in figures}, net


def test_lines() -> None:
    """A change of an imported spec changes the lines of all specs that import it."""
    counted = {spec: of_spec(spec) for spec in CURRENT}
    recorded = [
        (s, f["lines"][0]) for s, nets in CURRENT.items() for f in nets.values() if "lines" in f
    ]
    other = {spec: count for spec, count in recorded if count != counted[spec]}
    assert not other, "these were counted before: `python -m tests.zoo --figures` counts again"


def test_all_models_were_compared() -> None:
    missing = [m.name for m in ZOO if "original" not in CURRENT.get(m.spec, {}).get(m.net, {})]
    assert missing == []
    assert len({model.name for model in ZOO}) == len(ZOO)


def test_the_page_shows_the_facts() -> None:
    assert facts.PAGE.read_text("utf-8") == facts.page(CURRENT)


@pytest.mark.parametrize("model", [m for m in ZOO if m.net in QUICK], ids=lambda m: str(m.net))
def test_a_model_is_its_original(model: Model) -> None:
    result = compare(model)
    assert faults(model, result) == []
    fact = CURRENT[model.spec][model.net]
    assert [key for key, value in result.items() if not as_known(value, fact[key])] == []


def as_known(value: object, known: object) -> bool:
    """Whether a result is the stored one. How large a difference is depends on the machine and its
    threads; whether there is one does not."""
    if isinstance(value, float) and isinstance(known, float) and value and known:
        return 0.1 < value / known < 10
    return value == known


# --- the bench itself ----------------------------------------------------------------------------


def test_another_net_does_not_pass() -> None:
    other = next(m for m in ZOO if m.net == "resnet18")._replace(net="resnet34", initial=False)
    with pytest.raises(AssertionError, match=r"layer1\.2"):
        compare(other)


def test_differences_are_relative() -> None:
    a = torch.tensor([1.0, -4.0])
    assert apart(a, a.clone()) == 0
    assert apart(a + torch.tensor([0.0, 1.0]), a) == 0.25
    assert apart(None, torch.zeros(2)) == 0
    assert apart(None, a) == float("inf")


@pytest.mark.parametrize(
    ("mine", "yours"),
    [
        (torch.zeros(9), torch.ones(9)),
        (torch.zeros(9), torch.randn(9)),
        (torch.randn(99_999), torch.randn(99_999) * 1.2),
        (torch.randn(99_999), torch.randn(99_999) + 0.2),
        (torch.rand(99_999) - 0.5, torch.randn(99_999) / 12**0.5),
    ],
)
def test_other_distributions_are_seen(mine: torch.Tensor, yours: torch.Tensor) -> None:
    assert ", not " in unlike(mine, yours)
    for tensor in (mine, yours):
        assert unlike(tensor, tensor[torch.randperm(len(tensor))]) == ""


def test_one_value_is_compared_with_the_usual_constants() -> None:
    drawn, other = torch.tensor([0.3]), torch.tensor([-0.2])
    assert unlike(drawn, other) == ""
    assert unlike(drawn, torch.zeros(1)) == "0.3 everywhere, not 0 everywhere"


def test_lines_of_code() -> None:
    source = '''
        @register
        class A:
            """A text
            in two lines."""

            # a comment
            x = [
                1,
            ]

            def f(self): return self  # and one behind code
    '''
    assert code_lines(source) == 5
    assert of_spec("alexnet") == 11
