"""One text through everything that netwright makes of it, watched by a clock and by its memory."""

from __future__ import annotations

import resource
import signal
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Final

from netwright import report_github, report_json, report_sarif, report_text
from netwright.backends import layer_table
from netwright.backends.diagram import DiagramError, formats, render, views
from netwright.backends.pytorch import to_source
from netwright.compiler.faults import CODE
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import Compilation, check_source, load_source
from netwright.grammar.diagnostics import CompileError
from netwright.grammar.source import Source
from netwright.terminal import Terminal

SECONDS: Final = 2.0
"""Of CPU, for a check, a summary, a report."""
SECONDS_TO_MAKE: Final = 10.0
"""For source and pictures."""
MEBIBYTES: Final = 512
"""More than the process has without netwright's doing."""


class Hang(BaseException):
    """It takes too long. Nothing that catches exceptions catches this."""


class Failure(Exception):
    """``kind`` is traceback, hang, memory or false; the message says more."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def trial(text: str, seed: str, *, drawn: bool = True) -> str:
    """What became of a text: ``refused``, ``clean``, ``built``. Raises Failure."""
    before = resident()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _through(text, Random(seed), drawn)
    except Failure:
        raise
    except Hang as hang:
        raise Failure("hang", str(hang)) from None
    except Exception:
        raise Failure("traceback", traceback.format_exc(limit=-6)) from None
    finally:
        if resident() - before > MEBIBYTES:
            raise Failure("memory", f"{resident() - before} MiB")


def resident() -> int:
    """MiB that the process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _through(text: str, random: Random, drawn: bool) -> str:
    found = _checked(text)
    if any(d.severity == "error" for d in found.diagnostics):
        _compiled(text, found)
        return "refused"
    graph = _compiled(text, found)
    if graph is None:
        return "clean"
    with within(SECONDS, "summary"):
        layer_table.text(graph)
        layer_table.as_dict(graph)
    source = _made("to_source", lambda: to_source(graph))
    if source is not None:
        compile(source, "made", "exec")
    if drawn:
        _draw(graph, random)
    return "built"


def _checked(text: str) -> Compilation:
    with within(SECONDS, "check"):
        found = check_source(Source("a.net", text))
    _assert_no_fault(found.diagnostics, found.fault)
    with within(SECONDS, "report"):
        for width in (40, 100):
            report_text.report(found.diagnostics, ["a.net"], Terminal(width=width))
        report_text.report(found.diagnostics, ["a.net"], Terminal(colour=True))
        report_json.report(found.diagnostics, ["a.net"], Terminal())
        report_github.report(found.diagnostics, ["a.net"], Terminal())
        report_sarif.report(found.diagnostics, ["a.net"], Terminal())
    return found


def _compiled(text: str, found: Compilation) -> Graph | None:
    """The graph of the last net that was checked."""
    with within(SECONDS, "load"):
        made = load_source(Source("a.net", text), net=found.net or None, partial=True)
    _assert_no_fault(made.diagnostics, made.fault)
    clean = not any(d.severity == "error" for d in (*found.diagnostics, *made.diagnostics))
    if clean and made.graph is None and made.net:
        raise Failure("false", "a clean check, and no graph")
    if made.partial is not None:
        partial = made.partial
        _made("render partial", lambda: render(partial, "dot", view="debug"))
    return made.graph


def _draw(graph: Graph, random: Random) -> None:
    view, form = random.choice(views()), random.choice(formats())
    direction = random.choice(["TB", "LR"])
    depth = random.choice([None, None, 0, 1, 5])
    options: dict[str, Any] = {"view": view, "direction": direction, "depth": depth}
    if random.random() < 0.2:
        options["color_by"] = random.choice(["params", "macs", "activations"])
    _made(f"render {view} {form}", lambda: render(graph, form, **options))


def _made(what: str, make: Any) -> Any:
    """What a backend makes; None where it properly refuses."""
    with within(SECONDS_TO_MAKE, what):
        try:
            return make()
        except DiagramError as error:
            if "failed" in error.message:
                raise Failure("traceback", f"{what}: {error}") from None
            return None
        except CompileError as error:
            _assert_no_fault(error.diagnostics, error.__cause__)
            return None


def _assert_no_fault(diagnostics: Any, cause: BaseException | None) -> None:
    for d in diagnostics:
        if d.code == CODE:
            said = "".join(traceback.format_exception(cause, limit=-6)) if cause else d.message
            raise Failure("traceback", said)


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Raises Hang where it takes more time of the processor."""

    def stop(*_: object) -> None:
        raise Hang(f"{what} takes more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
