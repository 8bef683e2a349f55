"""Write a model of PyTorch or a file of another tool as a spec.

MODULE:FACTORY is a function or class that returns an nn.Module; the current folder is the first
where its module is searched. This runs the Python of the module. FILE.pt2 is a program that
torch.export.save wrote; reading it can run Python that is in the file, so it needs --trust. Other
files are data, and nothing in them runs: FILE.onnx of ONNX, FILE.cfg of Darknet (YOLOv3, YOLOv4),
FILE.yaml of Ultralytics (YOLOv8).

The spec is compiled and compared with the model before it is written: the state dict, the outputs
bit for bit or up to rounding, a step of training, parameters and multiply-accumulates; a file of
ONNX also with what onnxruntime computes, up to rounding. If they are not equal, the spec goes to
NAME.partial.net with the reasons as comments, and the status is 1. `py:MODULE:FACTORY` stands for
such a spec wherever a command reads a FILE; then Python runs too. Files of Darknet and Ultralytics
have no weights: their spec is compiled, and nothing is compared."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..grammar.printable import printable
from ..spec_files import write_spec
from ._models import ImportRequest, failed, imported, kind_of, suffix
from ._parser import CLEAN, FOUND, Misuse, Parser, add_input, add_output, complain
from ._progress import Progress
from ._work import deliver, replace_file

if TYPE_CHECKING:
    from ..backends.importer.prove import Proof
    from ..python_models import Imported, ImportFailed

EXAMPLES = """\
  netwright import torchvision.models:resnet50 -o resnet50.net
  netwright import mypkg.model:build --args 'depth=4' --input 3x224x224 -o mine.net
  netwright import mypkg.model:Encoder.small --input 'ids=T int' --input 'mask=T' -o encoder.net
  netwright import mypkg.model:build --example inputs.py:example -o mine.net
  netwright import program.pt2 --trust -o net.net
  netwright import model.onnx -o net.net --weights net.safetensors
  netwright import yolov8.yaml -o yolov8.net
  netwright render py:torchvision.models:resnet50 -o resnet50.svg
"""
SUFFIX = ".net"
WEIGHTS = ".safetensors"
PROGRAM = ".pt2"
REFUSED = {
    "args": "these are the arguments of a factory",
    "input": "the file says its own inputs",
    "example": "the file says its own inputs",
    "trust": "only programs of torch.export, .pt2 files, need it",
    "weights": "the file has no weights",
}
"""Why an option is not for a target."""


def configure(parser: Parser) -> None:
    parser.add_argument(
        "target",
        metavar="MODULE:FACTORY",
        help="what makes the model, torchvision.models:resnet50; or a file: .onnx .pt2 .cfg .yaml",
    )
    add_output(parser, "the spec to write (default: standard output)")
    parser.add_argument(
        "--args",
        default="",
        metavar="ARGUMENTS",
        help="arguments of the factory, as literals of Python: '18, depth=4'",
    )
    add_input(parser)
    parser.add_argument(
        "--example",
        default="",
        metavar="FILE.py:NAME",
        help="the example inputs: tensors with a batch, or a function that returns them",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="read a .pt2 file, which can run Python that is in it",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar=f"OUT{WEIGHTS}",
        help="write the weights of the model too, under the names of the spec",
    )


def run(options: Namespace) -> int:
    from ..python_models import Imported, ImportFailed

    _check(options)
    try:
        with Progress(sys.stderr) as progress:
            request = ImportRequest(
                options.target, options.args, options.inputs, options.example, progress.show
            )
            result = imported(request, kind_of(options.target))
    except ImportFailed as error:
        return _write_partial(error, options)
    deliver(result.text.encode(), options.output, result.files, write_spec)
    if options.weights and isinstance(result, Imported):
        _write_weights(result, options.weights)
    for note in result.notes:
        print(f"netwright: note: {printable(note)}", file=sys.stderr)
    if isinstance(result, Imported):
        print(_figures(result.proof), file=sys.stderr)
    return CLEAN


def _check(options: Namespace) -> None:
    output = options.output
    if output is not None and str(output) != "-" and output.suffix != SUFFIX:
        raise Misuse(f"a spec is a {SUFFIX} file, not {output}", f"`-o {output.stem}{SUFFIX}`")
    if options.example and options.inputs:
        raise Misuse("--example and --input both say the inputs", "leave out one of them")
    ending = suffix(options.target)
    for option, why in REFUSED.items():
        name = "inputs" if option == "input" else option
        if getattr(options, name) and option not in kind_of(options.target).options:
            what = f"a {ending} file" if ending else "MODULE:FACTORY"
            raise Misuse(f"--{option} is not for {what}: {why}")
    if ending == PROGRAM and not options.trust:
        reason = "reading it can run Python that is in the file"
        raise Misuse(f"{options.target}: {reason}", "--trust, if you know who wrote it")
    if options.weights and options.weights.suffix != WEIGHTS:
        raise Misuse(f"--weights writes {WEIGHTS} files, not {options.weights}")


def _write_weights(result: Imported, path: Path) -> None:
    from ..backends.weights.saving import save

    tensors = result.state.items()
    count = replace_file(path, result.files, lambda temporary: save(temporary, tensors))
    print(f"wrote {printable(str(path))} ({count:,} tensors)", file=sys.stderr)


def _figures(proof: Proof) -> str:
    """What the proof has shown, in a line."""
    outputs = "bit for bit" if not proof.difference else f"up to {proof.difference:.1g}"
    return (
        f"equal to the model: state dict, outputs ({outputs}), {proof.params:,} parameters, "
        f"{proof.macs:,} MACs"
    )


def _write_partial(error: ImportFailed, options: Namespace) -> int:
    """Report why the model did not become a spec, and write what there is of it."""
    complain(failed(error))
    if error.text:
        target = options.target
        is_file = suffix(target)
        name = Path(target).stem if is_file else target.rpartition(":")[2].rpartition(".")[2]
        to_file = options.output is not None and str(options.output) != "-"
        path = (options.output if to_file else Path(name)).with_suffix(f".partial{SUFFIX}")
        reasons = [error.message, *error.reasons]
        comments = "".join(f"# {printable(line)}\n" for line in reasons)
        deliver(f"{comments}\n{error.text}".encode(), path, (), write_spec)
    return FOUND
