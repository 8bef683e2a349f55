"""The functions for each kind of expression, and for each kind of network."""

from __future__ import annotations

from typing import Final

from ...grammar import syntax
from ...grammar.source import Span
from ..environment import Environment
from ..values import (
    BlockNetwork,
    Chain,
    Combined,
    Data,
    Fan,
    IdentityNetwork,
    LabelledNetwork,
    LayerNetwork,
    LayerWord,
    LoopNetwork,
    Renamed,
    RepeatNetwork,
    Scan,
    Shared,
    Sliced,
    Template,
    Tensor,
)
from .attributes import evaluate_attribute
from .calls import evaluate_call
from .compositions import (
    apply_chain,
    apply_combined,
    apply_fan,
    apply_identity,
    apply_renamed,
    apply_repeat,
    apply_sliced,
    apply_template,
    apply_word,
)
from .decisions import evaluate_conditional
from .elaborator import Elaborator, Rules
from .groups import apply_group
from .instances import apply_block
from .labels import apply_labelled, evaluate_labelled
from .layer_nodes import apply_layer
from .lists import evaluate_comprehension, evaluate_index
from .literals import (
    evaluate_broken,
    evaluate_constant,
    evaluate_dims,
    evaluate_list,
    evaluate_number,
    evaluate_paren,
    evaluate_slice,
    evaluate_text,
)
from .names import evaluate_name
from .naming import Naming
from .operators import evaluate_binary, evaluate_unary
from .ports import evaluate_input
from .shares import apply_shared
from .statements import apply_loop, evaluate_for


def evaluate_scan(el: Elaborator, expr: syntax.Call, env: Environment) -> Data:
    """Few nets have scans: the largest room of all is loaded with the first one."""
    from . import scans

    return scans.evaluate_scan(el, expr, env)


def apply_scan(
    el: Elaborator, network: Scan, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    from . import scans

    return scans.apply_scan(el, network, inputs, span, naming)


RULES: Final = Rules(
    evaluate={
        syntax.Number: evaluate_number,
        syntax.NamedConstant: evaluate_constant,
        syntax.Dims: evaluate_dims,
        syntax.Text: evaluate_text,
        syntax.List: evaluate_list,
        syntax.Comprehension: evaluate_comprehension,
        syntax.Name: evaluate_name,
        syntax.Attribute: evaluate_attribute,
        syntax.Indexed: evaluate_index,
        syntax.Call: evaluate_call,
        syntax.Unary: evaluate_unary,
        syntax.Binary: evaluate_binary,
        syntax.Conditional: evaluate_conditional,
        syntax.Labelled: evaluate_labelled,
        syntax.Paren: evaluate_paren,
        syntax.For: evaluate_for,
        syntax.Slice: evaluate_slice,
        syntax.Ellipsis: evaluate_slice,
        syntax.Broken: evaluate_broken,
    },
    words={"input": evaluate_input, "scan": evaluate_scan},
    apply={
        IdentityNetwork: apply_identity,
        Chain: apply_chain,
        Combined: apply_combined,
        Fan: apply_fan,
        RepeatNetwork: apply_repeat,
        LoopNetwork: apply_loop,
        Sliced: apply_sliced,
        Renamed: apply_renamed,
        LabelledNetwork: apply_labelled,
        LayerWord: apply_word,
        LayerNetwork: apply_layer,
        Shared: apply_shared,
        BlockNetwork: apply_block,
        Template: apply_template,
        Scan: apply_scan,
    },
    group=apply_group,
)
