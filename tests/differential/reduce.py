"""A failing program made small: parts are left out while it still fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from netwright.grammar import syntax
from netwright.grammar.parser import parse
from netwright.grammar.source import Source, Span

from .compare import Program, Trial, Verdict

Judge = Callable[[Program], Verdict]


def judge(program: Program) -> Verdict:
    return Trial(program).verdict()


def reduced(
    program: Program, verdict: Verdict, judged: Judge = judge, tries: int = 3000
) -> Program:
    """The smallest program found that has the same verdict."""

    def fails(text: str) -> bool:
        found = judged(replace(program, text=text))
        return (found.kind, found.what) == (verdict.kind, verdict.what)

    text = program.text
    again = True
    while again and tries > 0:
        again = False
        for smaller in list(candidates(text)):
            tries -= 1
            if tries <= 0:
                break
            if len(smaller) < len(text) and fails(smaller):
                text, again = smaller, True
                break
    return replace(program, text=text)


def candidates(text: str) -> Iterator[str]:
    """The text with one part left out, large parts first."""
    tree, errors = parse(Source("<program>", text))
    if errors:
        return
    edits = sorted(_edits(tree), key=lambda e: len(e[1]) - (e[0].end - e[0].start))
    for span, new in edits:
        made = text[: span.start] + new + text[span.end :]
        yield "\n".join(line for line in made.split("\n") if line.strip()) + "\n"


def _edits(node: syntax.SyntaxNode) -> Iterator[tuple[Span, str]]:
    for part in syntax.children(node):
        if isinstance(part, syntax.LabelName):
            continue
        yield from _edits(part)
    match node:
        case syntax.File():
            for statement in node.statements:
                yield statement.span, ""
        case syntax.Block() | syntax.For():
            for statement in node.body[:-1]:
                yield statement.span, ""
            if isinstance(node, syntax.Block) and node.outputs is not None and node.inputs:
                first, last = node.outputs[0].span, node.outputs[-1].span
                arrow = node.span.source.text.rindex("->", 0, first.start)
                yield Span(node.span.source, arrow, last.end), ""
        case syntax.Binary():
            yield node.span, node.left.span.text
            yield node.span, node.right.span.text
        case syntax.Labelled():
            yield node.span, node.body.span.text
        case syntax.Paren():
            yield node.span, node.body.span.text
        case syntax.List():
            for i, item in enumerate(node.items):
                yield node.span, item.span.text
                rest = [t.span.text for j, t in enumerate(node.items) if j != i]
                yield node.span, f"[{', '.join(rest)}]"
        case syntax.Conditional():
            yield node.span, node.then.span.text
            yield node.span, node.otherwise.span.text
        case syntax.Indexed() | syntax.Attribute():
            yield node.span, node.value.span.text
        case syntax.Call():
            yield from _of_call(node)
        case _:
            return


def _of_call(node: syntax.Call) -> Iterator[tuple[Span, str]]:
    name = node.function.span.text
    parts = [*(a.span.text for a in node.arguments), *(s.span.text for s in node.settings)]
    for i in range(len(parts)):
        rest = ", ".join(p for j, p in enumerate(parts) if j != i)
        yield node.span, f"{name}({rest})" if rest else name
