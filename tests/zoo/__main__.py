"""Compares models of the zoo with their originals, and writes ``specs/facts.json`` and
``docs/zoo.md``: ``python -m tests.zoo [SPEC|NET ...]``.

Without names it compares all models. ``--figures`` compares none: it writes the figures of the
specs as they are now, and drops the comparisons of nets that have changed. ``--missing`` compares
those that have no comparison.
"""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser
from time import process_time

from . import facts
from .model import ZOO, Model


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.zoo", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a spec or a net")
    parser.add_argument("--figures", action="store_true", help="compare nothing")
    parser.add_argument("--missing", action="store_true", help="compare what was never compared")
    options = parser.parse_args()
    current = facts.updated(facts.load())
    failed = 0
    for model in () if options.figures else chosen(options.names, options.missing, current):
        failed += not compared(model, current)
        facts.write(current)
    facts.write(current)
    return min(failed, 1)


def chosen(names: list[str], missing: bool, current: facts.Facts) -> list[Model]:
    """The models that are to be compared."""
    models = [m for m in ZOO if not names or {m.spec, m.net, m.name} & set(names)]
    return [m for m in models if not missing or "original" not in current[m.spec][m.net]]


def compared(model: Model, current: facts.Facts) -> bool:
    """Compare a model, print a line about it, and store the result if all is as it should be."""
    from .bench import compare, faults
    from .lines import lines

    start = process_time()
    try:
        result = compare(model)
        wrong = faults(model, result)
    except Exception as error:  # all others are to be compared all the same
        result, wrong = {}, [f"{type(error).__name__}: {str(error)[:1500]}"]
    gc.collect()
    state = "\n    ".join(wrong) if wrong else "equal"
    print(f"{model.name}: {state} ({process_time() - start:.1f} s)", flush=True)
    if not wrong:
        current[model.spec][model.net].update(result)
        for fact in current[model.spec].values():
            fact["lines"] = lines(model.spec)
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
