"""The findings of a file together: each once, at its cause, without those that are silenced."""

from __future__ import annotations

from netwright.compiler.findings import (
    Findings,
    beside,
    is_fine,
    not_silenced,
    of_file,
    with_comments,
    with_unchecked,
)
from netwright.grammar.diagnostics import Diagnostic, Label, Severity
from netwright.grammar.parser import parse
from netwright.grammar.source import Source, Span
from netwright.grammar.syntax import File


class Text:
    """A text, with findings at pieces of it."""

    def __init__(self, text: str) -> None:
        self.source = Source("test.net", text)

    @property
    def tree(self) -> File:
        tree, errors = parse(self.source)
        assert not errors
        return tree

    def span(self, piece: str, occurrence: int = 0) -> Span:
        start = -1
        for _ in range(occurrence + 1):
            start = self.source.text.index(piece, start + 1)
        return self.source.span(start, start + len(piece))

    def finding(
        self,
        code: str,
        piece: str,
        occurrence: int = 0,
        *,
        message: str = "wrong",
        severity: Severity = "error",
        labels: tuple[Label, ...] = (),
    ) -> Diagnostic:
        span = self.span(piece, occurrence)
        return Diagnostic(code, message, span, severity=severity, labels=labels)


def places(findings: Findings) -> list[tuple[str, str]]:
    return [(d.code, d.span.text if d.span else "") for d in findings]


PLAIN = Text("net n: x[8] { x > relu > tanh }\n")
WARNED = "x > tanh  # netwright: ignore W501"


def test_warnings_are_fine() -> None:
    warning = PLAIN.finding("W501", "relu", severity="warning")
    assert is_fine(())
    assert is_fine((warning,))
    assert not is_fine((warning, PLAIN.finding("E301", "relu")))


def test_findings_at_a_syntax_error_are_its_echoes() -> None:
    echo, apart = PLAIN.finding("E201", "relu"), PLAIN.finding("E201", "tanh")
    nowhere = Diagnostic("E219", "nothing")
    findings = (echo, apart, nowhere)
    assert beside(findings, (PLAIN.finding("E101", "> relu >"),)) == (apart, nowhere)
    warning = PLAIN.finding("W510", "> relu >", severity="warning")
    assert beside(findings, (warning, nowhere)) == findings


def test_a_syntax_error_of_another_text_has_no_echo_here() -> None:
    other = Text(PLAIN.source.text)
    findings = (PLAIN.finding("E201", "relu"),)
    assert beside(findings, (other.finding("E101", "relu"),)) == findings


# --- once -----------------------------------------------------------------------------------------


def test_an_error_at_one_place_is_told_once() -> None:
    """The first net that finds it words it: the sizes of the second may differ."""
    first = PLAIN.finding("E301", "relu", message="of 8")
    again = PLAIN.finding("E301", "relu", message="of 16")
    other = PLAIN.finding("E301", "tanh", message="of 8")
    assert of_file((first, again, other), PLAIN.tree) == (first, other)


def test_warnings_that_differ_are_both_told() -> None:
    first = PLAIN.finding("W504", "relu", message="a", severity="warning")
    second = PLAIN.finding("W504", "relu", message="b", severity="warning")
    assert of_file((first, second, first), PLAIN.tree) == (first, second)


def test_an_unknown_word_is_one_error_with_all_its_places() -> None:
    text = Text("net n: x[8] { x > foo > foo > foo > foo > foo > bar }\n")
    findings = tuple(text.finding("E201", "foo", i, message="`foo`") for i in range(5))
    bar = text.finding("E201", "bar", message="`bar`")
    together, other = of_file((*findings, bar), text.tree)
    assert together.span == findings[0].span
    assert [(label.text, label.span) for label in together.labels] == [
        ("and here", text.span("foo", i)) for i in (1, 2, 3)
    ]
    assert other == bar


# --- at causes ------------------------------------------------------------------------------------


def test_a_wrong_argument_is_an_error_of_the_call() -> None:
    text = Text("block head(out): x { x > linear(out) }\nnet m: x[8] { x > head(conv) }\n")
    labels = (Label(text.span("head(conv)"), "in this call of `head`", "head"),)
    (moved,) = of_file((text.finding("E204", "out", 1, labels=labels),), text.tree)
    assert places((moved,)) == [("E204", "conv")]
    assert moved.labels == (Label(text.span("out", 1), "`out` of `head`"),)


def test_a_misspelt_declaration_is_an_error_of_the_declaration() -> None:
    text = Text("block f(keepp): x { x > linear(keep) > linear(keep) }\nnet m: x[8] { x > f(4) }\n")
    unknown = text.finding("E201", "keep", 1).replace(unknown="keep")
    assert places(of_file((unknown,), text.tree))[0] == ("E201", "keepp")


# --- lints ----------------------------------------------------------------------------------------


def test_lints_follow_and_see_only_statements_without_errors() -> None:
    body = "{ d = linear(8)\n  x > relu }\n"
    text = Text(f"net a: x[8] {body}net b: x[8] {body}")
    clean = of_file((), text.tree)
    assert [d.span.line for d in clean if d.span] == [1, 3]
    error = text.finding("E301", "relu")
    assert of_file((error,), text.tree) == (error, clean[1])
    warning = text.finding("W504", "relu", severity="warning")
    assert of_file((warning,), text.tree) == (warning, *clean)
    elsewhere = Text(text.source.text).finding("E301", "relu")
    assert of_file((elsewhere,), text.tree) == (elsewhere, *clean)


# --- a check that ends early ----------------------------------------------------------------------


def test_the_last_error_counts_the_nets_that_were_not_checked() -> None:
    first, last = PLAIN.finding("E301", "relu"), PLAIN.finding("E301", "tanh")
    warning = PLAIN.finding("W504", "relu", severity="warning")
    findings = (first, last.replace(notes=("why",)), warning)
    noted = with_unchecked(findings, 1)
    assert [d.notes for d in noted] == [
        (),
        ("why", "1 net more of this file is not checked"),
        (),
    ]
    assert with_unchecked(findings, 2)[1].notes[-1] == "2 nets more of this file are not checked"
    assert with_unchecked(findings, 0) == findings
    assert with_unchecked((warning,), 3) == (warning,)


# --- comments -------------------------------------------------------------------------------------


def test_a_comment_silences_a_warning_on_its_line() -> None:
    text = Text(f"net n: x[8] {{ {WARNED}\n}}\n")
    silenced = text.finding("W501", "tanh", severity="warning")
    other = text.finding("W504", "tanh", severity="warning")
    elsewhere = text.finding("W501", "}", severity="warning")
    error = text.finding("E301", "tanh")
    nowhere = Diagnostic("W501", "of the whole", severity="warning")
    findings = (silenced, other, elsewhere, error, nowhere)
    assert not_silenced(findings) == findings[1:]
    assert with_comments(findings, text.tree, whole=True) == findings[1:]


def test_a_comment_that_silences_nothing_is_told_after_a_whole_check() -> None:
    text = Text(f"net n: x[8] {{ {WARNED}\n}}\n")
    (idle,) = with_comments((), text.tree, whole=True)
    assert (idle.code, idle.message) == ("W514", "this line has no W501")
    assert with_comments((), text.tree, whole=False) == ()


def test_a_comment_may_silence_the_warning_about_itself() -> None:
    text = Text(f"net n: x[8] {{ {WARNED}, W514\n}}\n")
    assert with_comments((), text.tree, whole=True) == ()


def test_a_wrong_comment_is_told_always() -> None:
    text = Text(f"net n: x[8] {{ {WARNED.replace('W501', 'W999')}\n}}\n")
    (wrong,) = with_comments((), text.tree, whole=False)
    assert (wrong.code, wrong.message) == ("W514", "there is no warning W999")
