"""Names in generated code: classes, variables, attributes, and the words that are taken."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Final

from .expressions import quote

IN_SCOPE: Final = frozenset({"torch", "nn", "F", "math", "Tensor", "OrderedDict", "self", "i"})
"""What the file imports or its methods bind."""

CALLED: Final = frozenset(
    {"float", "getattr", "int", "max", "min", "range", "super", "tuple", "type", "zip"}
)
"""Builtins that generated code may call; other builtins may be shadowed, as ``input`` is."""

MODULE_ATTRIBUTES: Final = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
    """.split()  # noqa: SIM905
)
"""Public attributes of every ``nn.Module``: a submodule of that name could not be reached."""

PRIVATE_ATTRIBUTES: Final = frozenset(
    """
    _apply _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl
    _forward_hooks _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks
    _forward_pre_hooks_with_kwargs _get_backward_hooks _get_backward_pre_hooks _get_name
    _is_full_backward_hook _load_from_state_dict _load_state_dict_post_hooks
    _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members
    _non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook
    _register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict _slow_forward
    _state_dict_hooks _state_dict_pre_hooks _version _wrapped_call_impl
    """.split()  # noqa: SIM905
)
LIST_METHODS: Final = frozenset({"append", "extend", "insert", "pop", "_get_item_by_idx"})
"""What ``nn.Sequential`` and ``nn.ModuleList`` have besides."""
DICT_METHODS: Final = frozenset({"clear", "items", "keys", "pop", "update", "values"})


def reserved(name: str) -> bool:
    """Whether a submodule, parameter or buffer of this name would hide, or be hidden by, what
    every module has."""
    dunder = name.startswith("__") and name.endswith("__")
    return name in MODULE_ATTRIBUTES or name in PRIVATE_ATTRIBUTES or dunder


def plain(name: str) -> bool:
    """Whether ``self.name`` can be written: identifiers that Python neither reserves, nor
    normalises (non-ASCII ones), nor mangles (``__name``)."""
    mangled = name.startswith("__")
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not mangled


def attribute(owner: str, name: str) -> str:
    """``owner.name``, whatever the name."""
    return f"{owner}.{name}" if plain(name) else f"getattr({owner}, {quote(name)})"


def camel(name: str) -> str:
    """A class name: ``basic_block`` gives ``BasicBlock``; ``ResNet`` stays."""
    words = [w for w in re.split(r"[^A-Za-z0-9]+", name) if w]
    text = "".join(w[0].upper() + w[1:] for w in words)
    return f"Net{text}" if text[:1].isdigit() else text


def variable(name: str, taken: Collection[str] = ()) -> str:
    """A name for a local variable, as close to the wish as Python and the file allow."""
    text = re.sub(r"\W", "_", name, flags=re.ASCII).lstrip("_") or "x"
    text = f"x{text}" if text[0].isdigit() else text
    while keyword.iskeyword(text) or text in IN_SCOPE or text in CALLED or text in taken:
        text += "_"
    return text


def numbered(name: str, taken: Collection[str]) -> str:
    """The name, with the next free number behind it if it is taken."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :] or 1)
    text = name
    while text in taken or keyword.iskeyword(text):
        number += 1
        text = f"{stem}{number}"
    return text
