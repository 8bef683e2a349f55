"""In a notebook: ``%load_ext netwright``, then a cell that is a spec::

    %%net small --input 3x32x32
    conv(3x3, 64) > relu > pool(2, 2) > flatten > linear(10)

compiles it, binds the network to ``small`` and shows it. Only this module needs IPython.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from html import escape
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cli._parser import Misuse, Parser, add_choice, request
from .grammar.diagnostics import CompileError, Diagnostic
from .grammar.source import Source
from .terminal import Terminal

if TYPE_CHECKING:
    from .backends.diff.merge import Merged
    from .compiler.ir import Graph
    from .network import Drawable, Network

CELL = "<cell>"
EXAMPLES = """\
  %%net
  %%net small --input 3x32x32
  %%net wide --net mlp -p width=64
"""
DESCRIPTION = "Compile the cell, bind the network to NAME and show it."

# CSS for each colour code of the terminal. The background is always white, since a notebook may be
# light or dark; each colour has a contrast of at least 4.5:1 on white.
COLOURS = {
    "1;31": "font-weight:bold;color:#b91c1c",
    "1;33": "font-weight:bold;color:#92400e",
    "1;36": "font-weight:bold;color:#0e7490",
    "1;32": "font-weight:bold;color:#15803d",
    "34": "color:#1d4ed8",
    "1;34": "font-weight:bold;color:#1d4ed8",
    "1": "font-weight:bold",
    "2": "color:#4b5563",
}
PAPER = (
    "background:#ffffff;color:#0b1220;padding:8px 12px;border:1px solid #9ca3af;"
    "border-radius:6px;line-height:1.35;overflow-x:auto"
)
_PAINTED = re.compile("\x1b\\[([\\d;]+)m(.*?)\x1b\\[0m", re.DOTALL)


class CellRefused(CompileError):
    """A cell's spec has errors. They are shown already, so this only stops the notebook."""

    def _render_traceback_(self) -> list[str]:
        from .report_text import closing

        return [closing(self.diagnostics, [CELL])]


def load_ipython_extension(shell: Any) -> None:
    """Register ``%%net`` with an InteractiveShell."""

    def net(line: str, cell: str) -> None:
        run(shell, line, cell)

    net.__doc__ = _parser().format_help()
    shell.register_magic_function(net, "cell", "net")


def run(shell: Any, line: str, cell: str) -> None:
    """Run one cell. Raises CellRefused for a spec with errors, UsageError for wrong options."""
    try:
        options = _parser().parse_args(shlex.split(line))
        net, name = _compiled(shell, options, cell)
    except SystemExit:  # --help
        return
    except (Misuse, ValueError) as error:
        from IPython.core.error import UsageError

        hint = getattr(error, "hint", "")
        raise UsageError(f"%%net: {error}{f' ({hint})' if hint else ''}") from None
    if net.warnings:
        _publish(shell, findings(net.warnings))
    shell.push({name: net})
    _publish(shell, net._repr_mimebundle_())


def _parser() -> Parser:
    parser = Parser("%%net", DESCRIPTION, EXAMPLES)
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a Python name (default: the net's)"
    )
    add_choice(parser)
    return parser


def _compiled(shell: Any, options: Any, cell: str) -> tuple[Network, str]:
    from .network import compiled

    keywords = request(options)
    keywords["search"] = (*keywords["search"], Path())
    # The line of the magic counts too, so that line numbers are those that the notebook shows.
    source = Source(CELL, f"\n{cell}")
    try:
        net = compiled(source, **keywords, wording=_unchanged)
    except CompileError as error:
        _publish(shell, findings(error.diagnostics))
        raise CellRefused(error.diagnostics) from None
    name = options.name or net.name
    if not name.isidentifier() or iskeyword(name):
        raise Misuse(f"{name!r} is not a Python name", "`%%net NAME` binds the net to another one")
    return net, name


def _unchanged(finding: Diagnostic) -> Diagnostic:
    """The finding as it is: the magic has the commands' options, so helps may name these."""
    return finding


def _publish(shell: Any, data: Mapping[str, str]) -> None:
    shell.display_pub.publish(data=dict(data))


# --- what is shown ----------------------------------------------------------------------------


def findings(diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    """Findings as HTML and as text, both as a terminal shows them."""
    from .report_text import report

    html = _html(report(diagnostics, [CELL], Terminal(colour=True)))
    return {
        "text/html": f'<pre style="{PAPER}">{html}</pre>',
        "text/plain": report(diagnostics, [CELL], Terminal.of(sys.stdout)).rstrip(),
    }


def _html(painted: str) -> str:
    """The text of a terminal as HTML. All escapes in it are ours, since texts of specs were
    cleaned."""
    return _PAINTED.sub(_span, escape(painted))


def _span(painted: re.Match[str]) -> str:
    return f'<span style="{COLOURS[painted[1]]}">{painted[2]}</span>'


def bundle(shown: Drawable, drawing: Graph | Merged, view: str) -> dict[str, str]:
    """The picture, if the shell can show it, and a line of text."""
    data = {"text/plain": repr(shown)}
    if not _shows_pictures():
        return data
    from .backends.diagram import DiagramError, inline

    try:
        return {"image/svg+xml": inline(drawing, view=view), **data}
    except DiagramError as error:
        data["text/plain"] += f"\n{error}"
        return data


def _shows_pictures() -> bool:
    """Whether the shell shows pictures. A terminal does not, so nothing is drawn for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is None or "image/svg+xml" in shell.display_formatter.active_types
