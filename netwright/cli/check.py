"""Check specs: report all errors at once, each with its place and what to do.

All nets of a file that need no parameters are checked, or the one that --net names. The status is
0 without errors (warnings are allowed, unless --strict), 1 with errors, 2 if a file could not be
read or an option names what the spec does not have. A comment `# netwright: ignore W501` silences
a warning on its line."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..grammar.diagnostics import Diagnostic
from ._parser import CLEAN, Misuse, Parser, add_format, add_spec, complain, request, source
from ._work import forms, report, show_fault, status

EXAMPLES = """\
  netwright check unet.net
  netwright check nets/*.net --output-format github
  netwright check resnet.net --net ResNet -p unit=bottleneck -p 'depths=[3,4,6,3]'
  echo 'conv(3x3,64) > relu > pool(2,2)' | netwright check - --input 3x32x32
"""


def configure(parser: Parser) -> None:
    add_spec(parser, several=True)
    add_format(parser, forms())
    parser.add_argument("--strict", action="store_true", help="warnings make the status 1 too")


def run(options: Namespace) -> int:
    from ..compiler.pipeline import check_source

    findings: list[Diagnostic] = []
    names: list[str] = []
    statuses = [CLEAN]
    for name in options.files:
        try:
            text = source(name, options)
        except Misuse as misuse:
            complain(misuse)
            statuses.append(misuse.status)
            continue
        names.append(text.name)
        result = check_source(text, **request(options, name))
        show_fault(result.fault)
        findings.extend(result.diagnostics)
    if names:
        sys.stdout.write(report(options.output_format, findings, names, sys.stdout))
    return max(*statuses, status(findings, strict=options.strict))
