"""Settings that are given and have no effect (``Layer.idle``)."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ._subjects import Net

CODE = "W516"


def in_net(net: Net) -> Iterator[Diagnostic]:
    reported = set()
    for draft in net.drafts:
        for setting, help in draft.layer.idle() if draft.layer is not None else ():
            if (draft.span, setting) not in reported:
                reported.add((draft.span, setting))
                message = f"`{setting}` has no effect here"
                yield Diagnostic(CODE, message, draft.span, help=help, severity="warning")
