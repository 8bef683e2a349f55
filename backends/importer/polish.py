"""Small changes that make a block read as a person would write it. None of them changes a path."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from ...compiler.layers import layers
from ...grammar import syntax as s
from . import tree
from .passes import with_passes
from .rows import with_rows

SHORT: Final = {"batchnorm": "bn", "embedding": "embed"}
"""Layers that have a shorter word, which specs use."""
_INFIX: Final = ("+", "-", "*")


def polished(statements: Sequence[s.Statement], taken: Collection[str]) -> list[s.Statement]:
    """The statements of a body, easier to read. ``taken`` are names that mean something."""
    result: list[s.Statement] = []
    for statement in with_rows(with_passes(statements, taken), taken):
        better = _with_gap(tree.mapped(statement, _better))
        result += _with_choices_apart(better, {*taken, *assigned(statements)})
    return result


def with_plain_names(file: s.File) -> s.File:
    """A file whose blocks have the names of layers that it does not use: ``attention`` for
    ``attention_``. A block comes before a layer, and a keyword names no block."""
    nodes = list(s.all_nodes(file))
    used = {node.id for node in nodes if isinstance(node, s.Name)}
    used |= {node.name for node in nodes if isinstance(node, s.Parameter | s.DeclaredPort)}
    used |= {node.layer for node in nodes if isinstance(node, s.Default)}
    names = [x.name for x in file.statements if isinstance(x, s.Block) and x.name.endswith("_")]
    plain = {name: name.rstrip("_") for name in names}
    plain = {n: p for n, p in plain.items() if p in layers() and p not in used}

    def renamed(node: s.SyntaxNode) -> s.SyntaxNode:
        if isinstance(node, s.Name):
            return node.replace(id=plain.get(node.id, node.id))
        if isinstance(node, s.Block):
            return node.replace(name=plain.get(node.name, node.name))
        return node

    return tree.mapped(file, renamed)  # type: ignore[no-any-return]


def with_plain_heads(file: s.File) -> s.File:
    """A file with ``wte.weight`` for ``"wte".weight``, where the word means nothing else."""
    blocks = {x.name for x in file.statements if isinstance(x, s.Block)}
    statements = [
        _with_plain_heads(x, blocks) if isinstance(x, s.Block) else x for x in file.statements
    ]
    return file.replace(statements=tuple(statements))


def _with_plain_heads(block: s.Block, blocks: Collection[str]) -> s.Block:
    ports = {port.name for port in block.inputs or ()}
    taken = {*blocks, *ports, *(p.name for p in block.parameters), *assigned(block.body)}

    def plain(node: s.SyntaxNode) -> s.SyntaxNode:
        if not isinstance(node, s.Attribute) or not isinstance(node.value, s.Text):
            return node
        (word,) = node.value.parts
        if not isinstance(word, str) or not word.isidentifier() or not tree.is_free(word):
            return node
        return node if word in taken else node.replace(value=tree.name(word))

    return tree.mapped(block, plain)  # type: ignore[no-any-return]


def _better(node: s.SyntaxNode) -> s.SyntaxNode:
    if isinstance(node, s.Name) and node.id in SHORT:
        return node.replace(id=SHORT[node.id])
    if isinstance(node, s.Labelled) and isinstance(node.body, s.Paren):
        return node.replace(body=_as_group(node.body))
    if isinstance(node, s.Call) and node.function == tree.name("sdpa"):
        return _without_plain_mask(node)
    return node


def _without_plain_mask(call: s.Call) -> s.Expr:
    """Attention without a mask that hides nothing, and ``causal=true`` for one that hides the
    future."""
    mask = next((setting.value for setting in call.settings if setting.name == "mask"), None)
    kind = _kind_of_mask(mask) if mask is not None else ""
    if not kind:
        return call
    others = tuple(setting for setting in call.settings if setting.name != "mask")
    causal = s.Setting("causal", tree.literal(True), span=tree.NOWHERE)
    settings = (*others, causal) if kind == "past" else others
    return call.replace(settings=settings) if settings or call.arguments else call.function


def _kind_of_mask(mask: s.Expr) -> str:
    first, *others = tree.members(mask)
    dtype = ("dtype", tree.name("bool"))
    shape = first.arguments[0] if isinstance(first, s.Call) and first.arguments else None
    if not isinstance(shape, s.List) or first != tree.call("ones", [shape], [dtype]):
        return ""
    if others == [tree.name("tril")] and shape.items[-1] == shape.items[-2]:
        return "past"
    return "" if others else "all"


def _as_group(body: s.Paren) -> s.Paren:
    """A group of one member is numbered only if it is a pipe."""
    inner = body.body
    if isinstance(inner, s.Labelled) and tree.path_of(inner.label) == "_":
        return body.replace(body=tree.pipe(inner, tree.name("id")))
    if isinstance(inner, s.Labelled | s.Paren) or len(tree.members(inner)) > 1:
        return body
    if isinstance(inner, s.Binary) and inner.operator == "*":
        return body
    return body.replace(body=tree.pipe(inner, tree.name("id")))


def _with_gap(statement: Any) -> Any:
    """``gap`` for ``adaptive_avgpool(1) > flatten`` in the pipe of a statement. (In a group, where
    layers have numbers, they are two.)"""
    if not isinstance(statement, s.Assign | s.ExpressionStatement):
        return statement
    members = tree.members(statement.value)
    pool, flatten = tree.call("adaptive_avgpool", [tree.number(1)]), tree.name("flatten")
    for at in range(len(members) - 1, 0, -1):
        if members[at - 1 : at + 1] == [pool, flatten]:
            members[at - 1 : at + 1] = [tree.name("gap")]
    return statement.replace(value=tree.pipe(*members))


def assigned(statements: Sequence[s.Statement]) -> set[str]:
    """The names that statements give."""
    targets = [x.target for x in statements if isinstance(x, s.Assign)]
    return {name.id for target in targets for name in s.all_names(target)}


def _with_choices_apart(statement: Any, taken: Collection[str]) -> list[s.Statement]:
    """A statement with the choices among its operands in statements of their own before it, if all
    that is written before them are names."""
    found: list[s.Statement] = []

    def apart(node: s.SyntaxNode) -> s.SyntaxNode:
        if not isinstance(node, s.Binary) or node.operator not in _INFIX:
            return node
        choice = node.right.body if isinstance(node.right, s.Paren) else node.right
        if not isinstance(node.left, s.Name) or not _is_choice(choice) or found:
            return node
        word = next(w for w in ("way", "way2", "way3") if w not in taken)
        found.append(tree.assign([word], choice))
        return node.replace(right=tree.name(word))

    better = tree.mapped(statement, apart)
    return [*found, better]


def _is_choice(node: s.Expr) -> bool:
    """Whether an operand is ``x > (f if flag else id)``."""
    first, *others = tree.members(node)
    last = others[-1] if others else first
    return isinstance(last, s.Paren) and isinstance(last.body, s.Conditional)
