"""Files: the names that they define, and what they import."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Source, Span
from .. import advice
from ..environment import Environment, FileNames
from ..imports import Unreadable
from ..values import UNKNOWN, Data, Namespace, Template
from .attributes import name_of_file
from .elaborator import Elaborator
from .shares import shared_network
from .statements import add_default, assign
from .trees import pattern_names, place_in_import


def begin(
    el: Elaborator, source: Source, tree: syntax.File, errors: Sequence[Diagnostic]
) -> FileNames:
    """The file whose net is wanted."""
    file = load(el, source, tree, errors)
    el.files.read[source.name] = file
    el.files.loading.append(source.name)
    return file


def load(
    el: Elaborator, source: Source, tree: syntax.File, errors: Sequence[Diagnostic] = ()
) -> FileNames:
    """The names that a file defines; nothing of it is elaborated yet."""
    file = FileNames(source, tree, lost=tree.lost)
    spans = (error.span for error in errors)
    file.broken = tuple(s for s in spans if s is not None and s.source is source)
    env = Environment(file)
    for statement in tree.statements:
        _declare(el, statement, file, env)
    file.environment = env
    return file


def _declare(
    el: Elaborator, statement: syntax.Statement, file: FileNames, env: Environment
) -> None:
    el.step(statement.span)
    match statement:
        case syntax.Default():
            add_default(el, statement, env)
        case syntax.Block():
            template = Template(statement, _as_it_is(env))
            value = UNKNOWN if _is_twofold(statement) else template
            _define(el, file, statement.name, statement.name_span, lambda: value)
            if statement.kind == "net":
                file.nets[statement.name] = statement
        case syntax.Assign():
            _declare_constants(el, statement, file, _as_it_is(env))
        case syntax.Share():
            here = _as_it_is(env)
            _define(
                el,
                file,
                statement.name,
                statement.name_span,
                lambda: shared_network(el, statement, here, el.root),
            )
        case syntax.Import():
            _declare_import(el, statement, file)
        case syntax.FromImport():
            _declare_from(el, statement, file)
        case syntax.Require() | syntax.ExpressionStatement():
            file.pipelines.append((statement, _as_it_is(env)))


def _define(
    el: Elaborator, file: FileNames, name: str, span: Span, make: Callable[[], Data]
) -> None:
    if name in file.names and name in file.lost:
        file.names[name] = lambda: UNKNOWN
        return
    if name in file.names:
        first = file.spans[name]
        el.report(advice.files.defined_twice(name, span, first))
        file.names[name] = lambda: UNKNOWN
        return
    file.names[name] = make
    file.spans[name] = span


def _declare_constants(
    el: Elaborator, statement: syntax.Assign, file: FileNames, env: Environment
) -> None:
    scope = env.inner()
    done: list[None] = []

    def make(name: str) -> Data:
        if not done:
            done.append(None)
            assign(el, statement, scope)
        return scope.names.get(name, UNKNOWN)

    for name in pattern_names(statement.target):
        _define(el, file, name.id, name.span, lambda n=name.id: make(n))  # type: ignore[misc]


def _declare_import(el: Elaborator, statement: syntax.Import, file: FileNames) -> None:
    name = statement.alias or statement.module.rsplit(".", 1)[-1]
    if statement.alias is None:
        file.modules[statement.module] = name
    _define(el, file, name, statement.span, lambda: _namespace(el, statement, file))


def _namespace(el: Elaborator, statement: syntax.Import, file: FileNames) -> Data:
    found = _import(el, statement.module, file, statement.span)
    if found is None or found.environment is None:
        return UNKNOWN
    return Namespace(statement.alias or statement.module, found.environment)


def _declare_from(el: Elaborator, statement: syntax.FromImport, file: FileNames) -> None:
    for name, alias in statement.names:
        _define(
            el,
            file,
            alias or name,
            statement.span,
            lambda n=name: _imported(el, statement, n, file),  # type: ignore[misc]
        )


def _imported(el: Elaborator, statement: syntax.FromImport, name: str, file: FileNames) -> Data:
    found = _import(el, statement.module, file, statement.span)
    if found is None or found.environment is None:
        return UNKNOWN
    space = Namespace(statement.module, found.environment)
    return name_of_file(el, space, name, place_in_import(name, statement.span))


def _import(el: Elaborator, module: str, file: FileNames, span: Span) -> FileNames | None:
    try:
        source = el.files.finder.find(module, file.source)
    except (Unreadable, OSError) as error:
        el.report(advice.files.not_readable(module, error, span))
        return None
    if source is None:
        _no_module(el, module, file, place_in_import(module, span))
        return None
    if source.name in el.files.loading:
        names = [*el.files.loading[el.files.loading.index(source.name) :], source.name]
        el.report(advice.files.circle(names, span))
        return None
    if source.name not in el.files.read:
        el.files.loading.append(source.name)
        tree, errors = el.files.finder.parse(source, el.limits.tokens)
        el.add_findings([e for e in errors if e not in el.findings.all])
        el.files.read[source.name] = load(el, source, tree, errors)
        check_imports(el, el.files.read[source.name])
        el.files.loading.pop()
    return el.files.read[source.name]


def _no_module(el: Elaborator, module: str, file: FileNames, span: Span) -> None:
    if module.partition(".")[0] in advice.files.FRAMEWORKS:
        el.report(advice.files.framework(module, span))
        return
    bare = module.removesuffix(".net")
    close = bare if bare != module else el.near(module, el.files.finder.names(file.source))
    el.report(advice.files.no_module(module, close, span))


def check_imports(el: Elaborator, file: FileNames) -> None:
    """Imports of an imported file are followed at once, so that circles are found."""
    for statement in file.tree.statements:
        if isinstance(statement, syntax.Import | syntax.FromImport):
            _import(el, statement.module, file, statement.span)


def _is_twofold(block: syntax.Block) -> bool:
    """Whether two of its parameters have one name, which the parser has said: one is another."""
    return len({p.name for p in block.parameters}) < len(block.parameters)


def _as_it_is(env: Environment) -> Environment:
    """The file's environment with the defaults in force at this line."""
    return Environment(env.file, defaults=env.defaults)
