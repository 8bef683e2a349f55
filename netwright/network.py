"""Specs from Python: ``load`` and ``loads`` return a ``Network``, ``check`` returns findings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

from .compiler.imports import NotFound, Unreadable
from .grammar.diagnostics import CompileError, Diagnostic
from .grammar.printable import printable
from .grammar.source import Source
from .python_words import finding_in_python, in_python
from .spec_files import read, write

if TYPE_CHECKING:
    import torch

    from .backends.diff.changes import Report
    from .backends.diff.merge import Merged
    from .compiler.graph import NetGraph
    from .compiler.ir import Graph
    from .compiler.pipeline import Compilation
    from .compiler.types import TensorType

T = TypeVar("T")
Inputs = Mapping[str, str] | str | None
Layout: TypeAlias = "str | os.PathLike[str] | Mapping[str, str] | Network | None"
"""How the names of a checkpoint become those of a net: ``"auto"``, a file of rules, a dict of
names, or the network that has the names of the checkpoint."""


def load(
    spec: str | os.PathLike[str],
    /,
    *,
    net: str | None = None,
    inputs: Inputs = None,
    search: Sequence[str | os.PathLike[str]] = (),
    limits: Mapping[str, int] | None = None,
    **parameters: object,
) -> Network:
    """Compile a spec: a file, or a shipped spec by its name.

    ``net`` chooses one of several nets. ``inputs`` gives shapes without the batch axis
    (``"3x32x32"``, or a dict of them by name). ``search`` are folders for imports; ``limits`` are
    bounds to raise (``{"layers": 200_000}``). All other keywords are parameters of the net; a
    string is an expression of the language: ``load("resnet.net", net="ResNet", unit="bottleneck",
    depths=[3, 4, 6, 3])``.

    Raises CompileError with all findings (its ``partial`` can be drawn), OSError if the file cannot
    be read.
    """
    folders = _folders(search)
    return compiled(_read(spec, folders), net, parameters, inputs, folders, limits)


def loads(
    text: str,
    /,
    *,
    net: str | None = None,
    inputs: Inputs = None,
    search: Sequence[str | os.PathLike[str]] = (),
    limits: Mapping[str, int] | None = None,
    **parameters: object,
) -> Network:
    """Compile the text of a spec; see ``load``."""
    folders = _folders(search)
    return compiled(_text(text), net, parameters, inputs, folders, limits)


def check(
    text: str,
    /,
    *,
    net: str | None = None,
    inputs: Inputs = None,
    search: Sequence[str | os.PathLike[str]] = (),
    limits: Mapping[str, int] | None = None,
    **parameters: object,
) -> list[Diagnostic]:
    """All findings in the text of a spec, warnings included. The list is empty if there are
    none."""
    from .compiler.pipeline import check_source

    _check_inputs(inputs)
    _check_limits(limits)
    result = check_source(
        _text(text),
        net=net,
        parameters=parameters,
        inputs=inputs,
        search=_folders(search),
        limits=limits,
    )
    return [finding_in_python(finding) for finding in result.diagnostics]


def format_text(text: str, /) -> str:
    """The text of a spec in the style of `netwright fmt`, with its comments. Raises CompileError if
    it does not parse, or if its lines suggest another syntax than it has (W510)."""
    from .grammar.formatting import format_source

    formatted, errors = format_source(_text(text))
    if formatted is None:
        raise CompileError(errors)
    return formatted


def _text(text: object) -> Source:
    """The text as a source. Raises TypeError if it is not a string, or is the name of a file."""
    if not isinstance(text, str):
        raise TypeError(f"a spec is text, not {type(text).__name__}; `nw.load` reads a file")
    if re.fullmatch(r"[\w./\\-]+\.net", text):
        raise TypeError(f"this is the name of a file, not a spec: nw.load({text!r}) reads it")
    return Source("<string>", text)


def _is_text(spec: str) -> bool:
    """Whether a string is the text of a spec and not the name of a file."""
    return not spec.endswith(".net") and any(sign in spec for sign in ("{", "\n", " > "))


def _folders(search: object) -> tuple[Path, ...]:
    if isinstance(search, str | os.PathLike) or not isinstance(search, Iterable):
        raise TypeError(f'`search` is a list of folders: search=["nets"], not {search!r}')
    return tuple(map(Path, search))


def _check_limits(limits: object) -> None:
    if not isinstance(limits, Mapping | None):
        raise TypeError(f'`limits` is a dict: limits={{"layers": 200_000}}, not {limits!r}')


def _check_externs(externs: object) -> None:
    if not isinstance(externs, Mapping | None):
        meant = 'externs={"deform": Deform}'
        raise TypeError(f"`externs` is a dict of classes: {meant}, not {type(externs).__name__}")


def _read(spec: str | os.PathLike[str], folders: tuple[Path, ...]) -> Source:
    if not isinstance(spec, str | os.PathLike):
        kind = type(spec).__name__
        raise TypeError(f"a spec is given by its file or the name of a shipped one, not {kind}")
    if isinstance(spec, str) and _is_text(spec):
        raise NotFound("this is the text of a spec, not the name of a file", "`nw.loads(text)`")
    try:
        return read(spec, folders)
    except Unreadable as error:
        raise type(error)(error.message, in_python(error.hint)) from None


def compiled(
    source: Source,
    net: str | None,
    parameters: Mapping[str, object],
    inputs: Inputs,
    search: tuple[Path, ...],
    limits: Mapping[str, int] | None = None,
    *,
    ignored: Collection[str] = (),
    wording: Callable[[Diagnostic], Diagnostic] = finding_in_python,
) -> Network:
    """The network of a source. Raises CompileError with all findings and the network up to the
    errors. ``wording`` changes the findings for the reader."""
    from .compiler.pipeline import load_source

    _check_inputs(inputs)
    _check_limits(limits)
    compilation = load_source(
        source,
        net=net,
        parameters=parameters,
        inputs=inputs,
        search=search,
        limits=limits,
        ignored=ignored,
        partial=True,
    )
    findings = tuple(map(wording, compilation.diagnostics))
    name, sources = (
        net_name(compilation, source),
        tuple(map(os.path.abspath, sorted(compilation.read))),
    )
    if compilation.graph is None:
        error = CompileError(findings)
        error.partial = compilation.partial and Partial(compilation.partial, name, sources)
        raise _with_excerpts(error)
    return Network(compilation.graph, name, findings, sources, source.text)


def _check_inputs(inputs: object) -> None:
    """Raises TypeError if a shape is not text; the message has the text that was meant."""
    if isinstance(inputs, str | None):
        return
    if isinstance(inputs, Mapping):
        wrong = next((n for n, shape in inputs.items() if not isinstance(shape, str)), None)
        if wrong is not None:
            _no_text(inputs[wrong], f'inputs={{"{wrong}": "{_shape_text(inputs[wrong])}"}}')
        return
    many = isinstance(inputs, list | tuple) and not all(map(_is_whole, inputs))
    _no_text(
        inputs,
        'several inputs are given by name, inputs={"a": "3x32x32", "b": "12 int"}'
        if many
        else f'inputs="{_shape_text(inputs)}"',
    )


def _no_text(shape: object, meant: str) -> NoReturn:
    raise TypeError(
        f"an input's shape is text, without the batch axis: {meant}, not {type(shape).__name__}"
    )


def _shape_text(shape: Any) -> str:
    """``(3, 32, 32)`` as ``3x32x32``; for a tensor, its shape without the batch."""
    sizes = tuple(getattr(shape, "shape", ()))[1:] or shape
    whole = isinstance(sizes, list | tuple) and sizes and all(map(_is_whole, sizes))
    return "x".join(map(str, sizes)) if whole else "3x32x32"


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__")


def net_name(compilation: Compilation, source: Source) -> str:
    """The net's name. A pipeline without one has the name of its file."""
    file = Path(source.name)
    graph = compilation.graph or compilation.partial
    unnamed = graph.name if graph else ""
    return compilation.net or (printable(file.stem) if file.suffix == ".net" else unnamed)


def _with_excerpts(error: CompileError) -> CompileError:
    """The error, made to show the lines of the spec, as the command does, if it is not caught."""
    from .report_text import render
    from .terminal import Terminal

    for diagnostic in error.diagnostics:
        error.add_note("\n" + render(diagnostic, Terminal()))
    colour = Terminal(colour=not os.environ.get("NO_COLOR"))
    error.rendered = tuple(render(diagnostic, colour) + "\n" for diagnostic in error.diagnostics)
    return error


class Drawable:
    """Something that can be drawn. ``ir`` is the compiler's graph."""

    _view = "docs"

    def __init__(self, ir: Graph, name: str, sources: Sequence[str] = ()) -> None:
        self.ir = ir
        self._drawing: Graph | Merged = ir
        self.name = name
        self._sources = tuple(sources)

    def to_dot(self, *, limits: Mapping[str, int] | None = None, **options: Any) -> str:
        """The diagram in Graphviz's language."""
        from .backends.diagram import to_dot

        return _drawn(lambda: to_dot(self._drawing, **options), self.ir, limits)

    def render(
        self,
        path: str | os.PathLike[str],
        *,
        limits: Mapping[str, int] | None = None,
        **options: Any,
    ) -> Path:
        """Draw into a file, in the format of its suffix (svg, png, pdf, tex, html, dot, mmd, json).

        Options are those of ``netwright.backends.diagram.render``: ``view``, ``depth``, ....
        ``limits={"boxes": 3000}`` allows more boxes. Raises
        OSError if the file cannot be written, or if the network was read from it.
        """
        from .backends.diagram import render

        target = Path(path)
        suffix = target.suffix.lower()
        picture = _drawn(lambda: render(self._drawing, suffix, **options), self.ir, limits)
        write(target, picture, self._sources)
        return target

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows."""
        from .notebook import bundle

        return bundle(self, self._drawing, self._view)


class Partial(Drawable):
    """A network with errors, up to the errors: ``CompileError.partial``. It is drawn in the debug
    view."""

    _view = "debug"

    def __repr__(self) -> str:
        return f"<Partial {self.name}: a network up to its errors>"

    def to_dot(self, **options: Any) -> str:
        """The diagram in Graphviz's language, errors in red."""
        return super().to_dot(**{**options, "view": self._view})

    def render(self, path: str | os.PathLike[str], **options: Any) -> Path:
        """Draw into a file, in the format of its suffix; errors in red."""
        return super().render(path, **{**options, "view": self._view})


class Difference(Drawable):
    """Two versions of a network. ``print`` shows a table of the changes, ``render`` draws both in
    one picture."""

    def __init__(self, old: Network, new: Network) -> None:
        from .backends.diff.merge import merge

        merged = merge(old.ir, new.ir)
        super().__init__(merged.graph, new.name, old._sources + new._sources)
        self._drawing = merged
        self.old, self.new = old, new

    def __repr__(self) -> str:
        return f"<Difference {self.old.name} -> {self.new.name}>"

    def __str__(self) -> str:
        from .backends.diff.changes import text

        return text(self._report, (self.old.name, self.new.name))

    def __bool__(self) -> bool:
        """Whether the versions differ."""
        return bool(self._report.changes)

    def as_dict(self) -> dict[str, Any]:
        """The changes as a document; see docs/command-line.md."""
        from .backends.diff.changes import as_dict

        return as_dict(self._report, (self.old.name, self.new.name))

    @cached_property
    def _report(self) -> Report:
        from .backends.diff.changes import report

        return report(self.old.ir, self.new.ir)


class Network(Drawable):
    """A compiled net.

    ``ir`` is the compiler's graph, and everything else is derived from it. ``warnings`` are the
    findings that are not errors.
    """

    def __init__(
        self,
        ir: Graph,
        name: str,
        warnings: Sequence[Diagnostic] = (),
        sources: Sequence[str] = (),
        text: str = "",
    ) -> None:
        super().__init__(ir, name, sources)
        self.warnings = tuple(warnings)
        self._text = text

    def __repr__(self) -> str:
        inputs = ", ".join(f"{name}{t}" for name, t in self.inputs.items())
        outputs = ", ".join(str(p.type) for p in self.ir.outputs)
        return f"<Network {self.name}: {inputs} -> {outputs}, {_number(self.params)} parameters>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.ir == other.ir

    def __hash__(self) -> int:
        return hash((self.ir.name, self.ir.inputs, self.ir.outputs))

    @property
    def inputs(self) -> dict[str, TensorType]:
        return {p.name: p.type for p in self.ir.inputs}

    @property
    def outputs(self) -> dict[str, TensorType]:
        """The outputs by name. The key of an output without a name is its position."""
        return {p.name or str(i): p.type for i, p in enumerate(self.ir.outputs)}

    @property
    def params(self) -> int | str:
        """The number of learnable parameters; an expression if it depends on open sizes."""
        return _single(self.ir.params)

    @property
    def macs(self) -> int | str:
        """Multiply-accumulates for one example; an expression if they depend on open sizes."""
        return _single(self.ir.macs)

    @cached_property
    def graph(self) -> NetGraph:
        """The network as a networkx graph; ``graph.flatten()`` has no hierarchy. See
        docs/graph.md."""
        from .compiler.graph import to_networkx

        return to_networkx(self.ir)

    def diff(self, new: Network) -> Difference:
        """What differs between this network and a newer version of it."""
        if not isinstance(new, Network):
            raise TypeError(f"a network is compared with another one, not {type(new).__name__}")
        return Difference(self, new)

    def summary(self) -> str:
        """The table of all layers."""
        from .backends.layer_table import text

        return _shown(lambda ir: text(ir, self.name), self.ir, "summing it up")

    def to_spec(self) -> str:
        """The text of the spec: as it was read, or as ``from_torch`` wrote it."""
        return self._text

    def to_source(self) -> str:
        """PyTorch source that needs nothing but PyTorch, and the classes of externs if the net has
        any."""
        from .backends.pytorch import to_source

        return _shown(to_source, self.ir, "writing its PyTorch source")

    def to_torch(
        self,
        device: Any = None,
        *,
        externs: Mapping[str, Callable[..., torch.nn.Module]] | None = None,
        import_externs: bool = False,
        weights: str | os.PathLike[str] | None = None,
        mapping: Layout = None,
        partial: bool = False,
        entry: str | None = None,
    ) -> torch.nn.Module:
        """A live module, made by running that source. Its weights are on ``device``.

        ``externs`` are the classes of the net's externs by their names, ``{"deform": Deform}``.
        ``import_externs=True`` imports the others from the modules that the spec names, which runs
        their code: it is for specs that you trust. Each class is tried before it is used. Raises
        CompileError if one is missing, or is not as the spec declares it.

        ``weights`` is a checkpoint: a .safetensors or .pth file, or the index of several. Its names
        are those of the net, or ``mapping`` says how they become these: ``"auto"``, a file of rules
        (.toml), a dict of old and new names, or the network whose layout it has. With
        ``partial=True`` what fits is loaded, and a warning says what did not. If the file holds
        several state dicts, ``entry`` says which one: ``"ema"``. See docs/weights.md.
        Raises WeightsError if the checkpoint does not fit or cannot be read.
        """
        from .backends.pytorch.live import instance

        version = mapping if isinstance(mapping, Network) else None
        cls = self._class_with(externs, import_externs, version)
        if weights is not None:
            from .trained import module_with_weights

            old = version._class_with(externs, import_externs, self) if version else None
            options: dict[str, Any] = {"partial": partial, "entry": entry or ""}
            return module_with_weights(self, cls, weights, device, mapping, old, **options)
        if mapping is not None or partial or entry is not None:
            raise TypeError("`mapping`, `partial` and `entry` are for a checkpoint: weights=FILE")
        return instance(cls, device)

    def _class_with(
        self,
        externs: Mapping[str, Callable[..., torch.nn.Module]] | None,
        importing: bool,
        version: Network | None = None,
    ) -> type[torch.nn.Module]:
        """The net's class with these classes for its externs. Some may be for the externs of
        another version alone."""
        from .backends.pytorch import to_class
        from .backends.pytorch.extern_classes import extern_names

        _check_externs(externs)
        if externs and version:
            other = extern_names(version.ir) - extern_names(self.ir)
            externs = {name: make for name, make in externs.items() if name not in other}
        if not externs and not importing:
            return self._class
        doing = "making its module"
        return _shown(lambda ir: to_class(ir, externs, import_externs=importing), self.ir, doing)

    @cached_property
    def _class(self) -> type[torch.nn.Module]:
        from .backends.pytorch import to_class

        return _shown(to_class, self.ir, "making its module")

    def __getstate__(self) -> dict[str, Any]:
        made_anew = ("_class", "graph")
        return {k: v for k, v in vars(self).items() if k not in made_anew}


def _drawn(make: Callable[[], T], ir: Graph, limits: Mapping[str, int] | None = None) -> T:
    """The result of ``make``. The help of a DiagramError is put in terms of Python."""
    from .backends.diagram import DiagramError
    from .compiler.limits import limited

    _check_limits(limits)
    try:
        with limited(limits):
            return _shown(lambda _: make(), ir, "drawing it", DiagramError, TypeError)
    except DiagramError as error:
        raise type(error)(error.message, help=in_python(error.help)) from None


def _shown(make: Callable[[Graph], T], ir: Graph, doing: str, *expected: type[Exception]) -> T:
    """The result of a backend. Its errors show the lines of the spec too."""
    from .compiler.faults import guarded

    try:
        with guarded(doing, ir.span, *expected):
            return make(ir)
    except CompileError as error:
        rendered = _with_excerpts(CompileError(map(finding_in_python, error.diagnostics)))
        raise rendered from error.__cause__


def _single(dim: Any) -> int | str:
    from .compiler.dims import substitute

    number = substitute(dim, {"N": 1})
    return number if isinstance(number, int) else str(number)


def _number(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value
