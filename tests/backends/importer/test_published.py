"""Published models become specs, as the documentation says."""

from collections import Counter

import pytest

from .published import PAGE, Published, load, models, page, tried

MODELS = list(models())


def test_all_models_have_results() -> None:
    results = load()
    assert list(results) == [model.name for model in MODELS]
    libraries = Counter(name.partition("/")[0] for name in results)
    assert libraries == {"torchvision": 46, "timm": 55, "transformers": 12}
    assert {name: r.obstacle for name, r in results.items() if r.obstacle} == {}


def test_the_page_has_the_results() -> None:
    assert PAGE.read_text() == page(load())


@pytest.mark.slow
@pytest.mark.parametrize("published", MODELS, ids=[model.name for model in MODELS])
def test_a_published_model_is_imported(published: Published) -> None:
    assert tried(published).obstacle == ""
