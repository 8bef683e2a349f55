"""Files of rules, in TOML: reading and writing. docs/weights.md describes the format."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from pathlib import Path
from typing import Any, Final

from .mappings import Mapping, Rule
from .name_patterns import NamePattern, pattern, text_of
from .problems import RulesError
from .tensor_steps import parse

LARGEST: Final = 4 * 2**20
"""The largest file of rules, in bytes."""
MOST_RULES: Final = 20_000
HEADING: Final = "# Names of the checkpoint on the left, of the net on the right."
KEYS: Final = ("old", "new", "steps", "axis", "sizes")


def read_rules(path: str | os.PathLike[str]) -> Mapping:
    """The mapping in a file. Raises RulesError."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise RulesError(f"{file} cannot be read: {reason}") from None
    if len(data) > LARGEST:
        raise RulesError(f"{file} is too large for a file of rules")
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RulesError(f"{file} is not TOML: {error}", _PAIRS) from None
    if not any(document.values()):
        raise RulesError(f"{file} has no rules", _PAIRS)
    try:
        return mapping_of(document)
    except RulesError as error:
        raise RulesError(f"{file}: {error.message}", error.help) from None


_PAIRS: Final = 'write pairs below [names]: "old" = "new"'


def mapping_of(document: Table[str, Any]) -> Mapping:
    """The mapping of a document: first the rules of ``[[tensors]]``, then the pairs of
    ``[names]``."""
    unknown = [key for key in document if key not in ("tensors", "names")]
    if unknown and isinstance(document[unknown[0]], str):
        raise RulesError(f"`{unknown[0]}` is in no table", "write [names] above the pairs of names")
    if unknown:
        raise RulesError(f"there is no table `{unknown[0]}`", "write [names] or [[tensors]]")
    tables, names = document.get("tensors", []), document.get("names", {})
    if not isinstance(tables, list):
        raise RulesError("`tensors` is a list of tables", "write [[tensors]] above each rule")
    if not isinstance(names, dict):
        raise RulesError("`names` is a table", "write [names] above the pairs of names")
    rules = [*map(_rule, tables), *(pair(old, new) for old, new in names.items())]
    if len(rules) > MOST_RULES:
        raise RulesError(f"there are more than {MOST_RULES:,} rules")
    return Mapping(tuple(rules))


def pair(old: Any, new: Any) -> Rule:
    """The rule that gives a tensor another name. Raises RulesError."""
    if not isinstance(old, str):
        raise RulesError(f"the name {old!r} is not a text")
    if isinstance(new, dict):
        raise RulesError(
            f"the new name of `{old}` is a table of names",
            f'write names with dots in quotes: "{old}.weight" = "..."',
        )
    if not isinstance(new, str):
        raise RulesError(f"the new name of `{old}` is {new!r}, which is not a text")
    return _checked(Rule((pattern(old),), (pattern(new),)))


def _rule(table: Any) -> Rule:
    if not isinstance(table, dict):
        raise RulesError("`tensors` is a list of tables: write [[tensors]] above each")
    unknown = [key for key in table if key not in KEYS]
    if unknown:
        raise RulesError(f"a rule has no `{unknown[0]}`", f"it has {', '.join(KEYS)}")
    old, new = (_patterns(table, key) for key in ("old", "new"))
    steps = tuple(map(parse, _texts(table.get("steps", []), "steps")))
    axis, sizes = table.get("axis", 0), table.get("sizes", [])
    if type(axis) is not int or not 0 <= axis < 8:
        raise RulesError("the `axis` of a rule is a number from 0 to 7")
    if not isinstance(sizes, list) or not all(type(s) is int and s > 0 for s in sizes):
        raise RulesError("the `sizes` of a rule are numbers: sizes = [4096, 1024, 1024]")
    return _checked(Rule(old, new, steps, axis, tuple(sizes)))


def _patterns(table: Table[str, Any], key: str) -> tuple[NamePattern, ...]:
    texts = _texts(table.get(key, []), key)
    if not texts:
        raise RulesError(f"a rule has no `{key}`: it needs old and new names")
    return tuple(map(pattern, texts))


def _texts(value: Any, key: str) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
        raise RulesError(f"`{key}` is a text or a list of texts")
    return texts


def _checked(rule: Rule) -> Rule:
    """The rule, which must be one that can be inverted."""
    if min(len(rule.old), len(rule.new)) > 1:
        raise RulesError(f"`{rule}` has several tensors on both sides", "write a rule for each")
    if rule.sizes and len(rule.sizes) != max(len(rule.old), len(rule.new)):
        raise RulesError(f"`{rule}` needs a size for each of the tensors that are joined")
    sides = [[p.names for p in side] for side in (rule.old, rule.new)]
    names = sides[0][0]
    if any(other != names for side in sides for other in side):
        raise RulesError(
            f"`{rule}` has a placeholder that is not in all of its names",
            "the same placeholders must be in each name, so that the rule can be run backwards",
        )
    return rule


# --- writing ---------------------------------------------------------------------------------


def rules_text(mapping: Mapping) -> str:
    """The text of a file with these rules. ``mapping`` is not an inverse."""
    simple = [rule for rule in mapping.rules if _is_pair(rule)]
    others = [rule for rule in mapping.rules if not _is_pair(rule)]
    blocks = ["\n".join(_table(rule)) for rule in others]
    if simple:
        pairs = (f"{_quoted(r.old[0])} = {_quoted(r.new[0])}" for r in simple)
        blocks.append("\n".join(["[names]", *pairs]))
    return "\n\n".join([HEADING, *blocks]) + "\n"


def _is_pair(rule: Rule) -> bool:
    return len(rule.old) == len(rule.new) == 1 and not rule.steps


def _table(rule: Rule) -> Iterator[str]:
    yield "[[tensors]]"
    yield f"old = {_side(rule.old)}"
    yield f"new = {_side(rule.new)}"
    if rule.steps:
        yield f"steps = [{', '.join(_text(str(step)) for step in rule.steps)}]"
    if rule.axis:
        yield f"axis = {rule.axis}"
    if len(set(rule.sizes)) > 1:
        yield f"sizes = {list(rule.sizes)}"


def _side(patterns: Sequence[NamePattern]) -> str:
    texts = list(map(_quoted, patterns))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _quoted(pattern: NamePattern) -> str:
    return _text(text_of(pattern))


def _text(text: str) -> str:
    """A text as TOML writes it, with escapes for all signs that could end or hide it."""
    import json

    return json.dumps(text).replace("\x7f", "\\u007f")
