"""Check specs: report all errors at once, each with its place and what to do.

All nets of a file that need no parameters are checked, or the one that --net names. The status is
0 without errors (warnings are allowed, unless --strict), 1 with errors, 2 if a file could not be
read or an option names what the spec does not have. A comment `# netwright: ignore W501` silences
a warning on its line.

--fix mends errors whose repair is sure: the compiler has tried it, and no other one is likely. It
changes the files, or prints the text of standard input; what is left is reported. Warnings are
left, since their repairs change what a net computes."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..grammar.diagnostics import Diagnostic
from ..grammar.printable import printable
from ..grammar.source import Source
from ..grammar.wording import counted
from ._parser import CLEAN, Misuse, Parser, add_format, add_spec, complain, read_spec
from ._work import forms, replace_text, report, show_fault, status

EXAMPLES = """\
  netwright check unet.net
  netwright check nets/*.net --output-format github
  netwright check --fix unet.net
  netwright check resnet.net --net ResNet -p unit=bottleneck -p 'depths=[3,4,6,3]'
  echo 'conv(3x3,64) > relu > pool(2,2)' | netwright check - --input 3x32x32
"""


def configure(parser: Parser) -> None:
    add_spec(parser, several=True)
    add_format(parser, forms())
    parser.add_argument("--strict", action="store_true", help="warnings make the status 1 too")
    parser.add_argument(
        "--fix", action="store_true", help="mend the errors whose repair is sure, in the files"
    )


def run(options: Namespace) -> int:
    findings: list[Diagnostic] = []
    names: list[str] = []
    statuses = [CLEAN]
    for name in options.files:
        try:
            text, keywords = _fixable(name, options) if options.fix else read_spec(options, name)
            found = _fixed(text, keywords) if options.fix else _checked(text, keywords)
        except Misuse as misuse:
            complain(misuse)
            statuses.append(misuse.status)
            continue
        names.append(text.name)
        findings.extend(found)
    if names:
        stream = sys.stderr if options.fix and "-" in options.files else sys.stdout
        stream.write(report(options.output_format, findings, names, stream))
    return max(*statuses, status(findings, strict=options.strict))


def _checked(text: Source, keywords: dict[str, Any]) -> Sequence[Diagnostic]:
    from ..compiler.pipeline import check_source

    result = check_source(text, **keywords)
    show_fault(result.fault)
    return result.diagnostics


# --- --fix -----------------------------------------------------------------------------------


def _fixable(name: str, options: Namespace) -> tuple[Source, dict[str, Any]]:
    """The text of a file that may be changed, with its options. Raises Misuse for any other."""
    from ..compiler.imports import SHIPPED
    from ..spec_files import STDIN, is_python

    if is_python(name):
        raise Misuse(f"--fix cannot change {name}", "`netwright import` writes it to a file")
    text, keywords = read_spec(options, name)
    if name != STDIN and Path(text.name).resolve().is_relative_to(SHIPPED.resolve()):
        raise Misuse(f"--fix does not change {name}, which is shipped", "fix a copy of it")
    return text, keywords


def _fixed(text: Source, keywords: dict[str, Any]) -> Sequence[Diagnostic]:
    """The findings that are left after the repairs, which are written and told."""
    from ..compiler.fixes import fixed
    from ..spec_files import STDIN_NAME

    result = fixed(text, lambda changed: _checked(changed, keywords))
    if result.made or text.name == STDIN_NAME:
        replace_text(text, result.source.text)
    for finding in result.made:
        print(_told(finding), file=sys.stderr)
    if result.made:
        left = sum(finding.severity == "error" for finding in result.left)
        name = printable(text.name)
        print(f"fixed {counted(len(result.made), 'error')} in {name}, {left} left", file=sys.stderr)
    return result.left


def _told(finding: Diagnostic) -> str:
    assert finding.span
    assert finding.fix
    place = f"{finding.span.source.name}:{finding.span.line}:{finding.span.column}"
    return printable(f"{place}: fixed {finding.code}, {finding.message}: {finding.fix.title}")
