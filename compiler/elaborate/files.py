"""Files: the names that they define, and their imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Source, Span
from .. import advice
from ..environment import Declarations, Environment, FileNames
from ..imports import Unreadable
from ..values import UNKNOWN, Data, Namespace, Template
from .attributes import name_of_file
from .elaborator import Elaborator
from .shares import shared_network
from .statements import add_default, assign
from .trees import pattern_names, place_in_import

FILE_STEPS: Final = 200
"""The steps for the file of one net: each net starts it anew."""
IMPORT_STEPS: Final = 10
Make: TypeAlias = Callable[[Elaborator, FileNames], Data]


def begin(
    el: Elaborator, source: Source, tree: syntax.File, errors: Sequence[Diagnostic]
) -> FileNames:
    """Starts with the file whose net is compiled."""
    file = load(el, source, tree, errors)
    el.files.read[source.name] = file
    el.files.loading.append(source.name)
    return file


def load(
    el: Elaborator, source: Source, tree: syntax.File, errors: Sequence[Diagnostic] = ()
) -> FileNames:
    """The names that a file defines; their values are not evaluated yet."""
    el.step(tree.span, FILE_STEPS)
    file = FileNames(source, _declared(el, source, tree), lost=tree.lost)
    spans = (error.span for error in errors)
    file.broken = tuple(s for s in spans if s is not None and s.source is source)
    _take_defaults(el, file)
    for name, span in file.declared.twice:
        el.step(span)
        el.report(advice.files.defined_twice(name, span, file.declared.spans[name]))
    return file


def _take_defaults(el: Elaborator, file: FileNames) -> None:
    env = file.environment = Environment(file)
    file.defaults.append(env.defaults)
    for statement in file.declared.defaults:
        el.step(statement.span)
        add_default(el, statement, env)
        file.defaults.append(env.defaults)


def _declared(el: Elaborator, source: Source, tree: syntax.File) -> Declarations:
    declarations = el.files.finder.declared.get(source)
    if declarations is None or declarations.tree is not tree:
        declarations = el.files.finder.declared[source] = Declarations(tree)
        for statement in tree.statements:
            _declare(statement, declarations)
    return declarations


def _declare(statement: syntax.Statement, declarations: Declarations) -> None:
    defaults = len(declarations.defaults)
    match statement:
        case syntax.Default():
            declarations.defaults.append(statement)
        case syntax.Block():
            make = partial(_template, statement=statement, defaults=defaults)
            _define(declarations, statement.name, statement.name_span, make)
            if statement.kind == "net":
                declarations.nets[statement.name] = statement
        case syntax.Assign():
            for name in pattern_names(statement.target):
                make = partial(_constant, statement=statement, defaults=defaults, name=name.id)
                _define_plain(declarations, name.id, name.span, make)
        case syntax.Share():
            make = partial(_share, statement=statement, defaults=defaults)
            _define_plain(declarations, statement.name, statement.name_span, make)
        case syntax.Import():
            _declare_import(statement, declarations)
        case syntax.FromImport():
            declarations.imports.append(statement)
            for imported, alias in statement.names:
                make = partial(_imported, statement=statement, name=imported)
                _define_plain(declarations, alias or imported, statement.span, make)
        case syntax.Require() | syntax.ExpressionStatement():
            declarations.pipelines.append((statement, defaults))


def _declare_import(statement: syntax.Import, declarations: Declarations) -> None:
    declarations.imports.append(statement)
    name = statement.alias or statement.module.rsplit(".", 1)[-1]
    if statement.alias is None:
        declarations.modules[statement.module] = name
    _define_plain(declarations, name, statement.span, partial(_namespace, statement=statement))


def _define_plain(declarations: Declarations, name: str, span: Span, make: Make) -> None:
    declarations.plain[name] = None
    _define(declarations, name, span, make)


def _define(declarations: Declarations, name: str, span: Span, make: Make) -> None:
    if name not in declarations.names:
        declarations.names[name] = make
        declarations.spans[name] = span
        return
    declarations.names[name] = _unknown
    if name not in declarations.tree.lost:
        declarations.twice.append((name, span))


def _unknown(el: Elaborator, file: FileNames) -> Data:
    return UNKNOWN


def _template(el: Elaborator, file: FileNames, *, statement: syntax.Block, defaults: int) -> Data:
    return UNKNOWN if _is_twofold(statement) else Template(statement, file.after(defaults))


def _constant(
    el: Elaborator, file: FileNames, *, statement: syntax.Assign, defaults: int, name: str
) -> Data:
    """The value of one name of an assignment, which is evaluated at the first use of any of
    them."""
    scope = file.scopes.get(statement.span)
    if scope is None:
        scope = file.scopes[statement.span] = file.after(defaults).inner()
        assign(el, statement, scope)
    return scope.names.get(name, UNKNOWN)


def _share(el: Elaborator, file: FileNames, *, statement: syntax.Share, defaults: int) -> Data:
    if statement.index is not None:
        return el.report(advice.labels.share_in_file(statement))
    return shared_network(el, statement, file.after(defaults), el.root)


def _namespace(el: Elaborator, file: FileNames, *, statement: syntax.Import) -> Data:
    imported = _import(el, statement.module, file, statement.span)
    if imported is None or imported.environment is None:
        return UNKNOWN
    return Namespace(statement.alias or statement.module, imported.environment)


def _imported(el: Elaborator, file: FileNames, *, statement: syntax.FromImport, name: str) -> Data:
    imported = _import(el, statement.module, file, statement.span)
    if imported is None or imported.environment is None:
        return UNKNOWN
    space = Namespace(statement.module, imported.environment)
    return name_of_file(el, space, name, place_in_import(name, statement.span))


def _import(el: Elaborator, module: str, file: FileNames, span: Span) -> FileNames | None:
    el.step(span, IMPORT_STEPS)
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
    """Follows the imports of an imported file at once, so that circles are found."""
    for statement in file.declared.imports:
        _import(el, statement.module, file, statement.span)


def _is_twofold(block: syntax.Block) -> bool:
    """Whether two of its parameters have one name, which the parser reports."""
    return len({p.name for p in block.parameters}) < len(block.parameters)
