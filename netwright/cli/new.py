"""Start a spec: a small network that compiles, or a copy of a shipped one."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from shlex import quote

from ..compiler.imports import Unreadable
from ..grammar.printable import printable
from ..spec_files import find
from ._parser import Misuse, Parser

EXAMPLES = """\
  netwright new classifier
  netwright new mine --from resnet
"""

TEMPLATE = """\
# {title}: a small network to start from.
# Check it with `netwright check {file}`, draw it with `netwright render {file} -o {name}.svg`.

## {title}
net {net}(classes=10): image[3, H=32, W=32] -> [classes] {{
  image > (conv(3x3, 32, pad=1) > bn > relu) as stem
        > (conv(3x3, 64, stride=2, pad=1) > bn > relu) as body
        > gap > linear(classes) as head
}}
"""


def configure(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the new file, with or without .net")
    parser.add_argument("--from", dest="origin", metavar="SPEC", help="a spec to copy")


def run(options: Namespace) -> int:
    path = Path(options.name)
    if path.name in ("", "..") or "\0" in options.name:
        raise Misuse(f"{options.name!r} is not a name for a file", "`netwright new classifier`")
    path = path if path.suffix == ".net" else path.with_name(f"{path.name}.net")
    text = _copied(options.origin) if options.origin else _written(path)
    if not path.parent.is_dir():
        raise Misuse(f"cannot write {path}: there is no folder {path.parent}")
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise Misuse(f"{path} exists already", "choose another name") from None
    shown = printable(str(path))
    print(f"wrote {shown}; `netwright check {quote(shown)}` checks it")
    return 0


def _copied(origin: str) -> str:
    from ..spec_files import read

    try:
        return read(find(origin)).text
    except Unreadable as error:
        raise Misuse(error.message, error.hint) from None


def _written(path: Path) -> str:
    words = re.findall(r"[^\W_]+", path.stem)
    net = "".join(word.capitalize() for word in words)
    if not net.isidentifier():
        raise Misuse(f"{path.stem!r} is not a name for a net", "begin it with a letter")
    title = " ".join(words)
    return TEMPLATE.format(title=title[:1].upper() + title[1:], net=net, name=path.stem, file=path)
