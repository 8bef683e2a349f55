"""How fast texts are read: ``python -m tests.grammar.speed`` (no test, since machines differ)."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from netwright.grammar.lalr import grammar
from netwright.grammar.layout import layout
from netwright.grammar.parser import parse
from netwright.grammar.printer import print_file
from netwright.grammar.scanner import scan
from netwright.grammar.source import Source

from .test_robustness import SOUND

TEXTS = {
    "one line, 10,000 layers": "input(1x28x28)" + " > conv(3x3, 64, pad=1) > relu" * 5000,
    "200 nets": SOUND * 200,
    "200 nets, each with a mistake": SOUND.replace("x > gap", "x gap") * 200,
}


def best(action: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        start = process_time()
        action()
        seconds.append(process_time() - start)
    return min(seconds)


def main() -> None:
    def build() -> None:
        grammar.cache_clear()
        grammar()

    print(f"tables: {best(build) * 1e3:.0f} ms")
    for name, text in TEXTS.items():
        source = Source("speed", text)
        tokens = len(layout(scan(text)))
        rates = {
            "scan": best(lambda text=text: scan(text)),  # type: ignore[misc]
            "parse": best(lambda source=source: parse(source)),  # type: ignore[misc]
        }
        file, _ = parse(source)
        rates["print"] = best(lambda file=file: print_file(file))  # type: ignore[misc]
        told = ", ".join(f"{what} {tokens / s:,.0f}/s" for what, s in rates.items())
        print(f"{name} ({tokens:,} tokens): {told}")


if __name__ == "__main__":
    main()
