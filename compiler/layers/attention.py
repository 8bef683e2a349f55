"""Attention: multi-head attention with its weights, and the bare scaled dot product."""

from __future__ import annotations

from collections.abc import Sequence

from ..dims import Dim, equal
from ..formulas import Number, code
from ..layer import (
    Biased,
    Count,
    Effect,
    Example,
    Foreign,
    Layer,
    Probability,
    Refused,
    Tensor,
    Weight,
    broadcast,
    dropping,
    numel,
    same,
)
from ..lifting import Lift, OpCall
from ..lowering import (
    CallCode,
    Code,
    Device,
    Input,
    Lowering,
    Prefix,
    Raw,
    Self,
    Subscript,
    call,
    method,
)
from ..types import TensorType
from .operands import brief

_ONE_SEQUENCE = "keys and values come from one sequence: `[q, kv, kv]`"
_WHY_ONE_WIDTH = "a score is the dot product of a query and a key"


def _refuse_no_floats(word: str, inputs: Sequence[TensorType]) -> None:
    for i, x in enumerate(inputs):
        if x.dtype != "float":
            help = "whole numbers are embedded first: `embed(count, dim)`"
            if x.dtype == "bool":
                help = f"a mask is a setting: `{word}(..., mask=m)`"
            raise Refused(f"{word} needs floats, got {x.dtype}s", code="E303", input=i, help=help)


def _refuse_int_mask(word: str, mask: TensorType, setting: str) -> None:
    if mask.dtype == "int":
        raise Refused(
            f"`{setting}` of {word} is bool (true: keep) or float (added to the scores), got ints",
            code="E303",
            setting=setting,
            help="`mask > ne(0)` keeps where the mask is not 0",
        )


def _refuse_causal_mask() -> None:
    raise Refused(
        "`causal` and `mask` exclude each other",
        setting="mask",
        help="join them into one mask: `[mask, ones([T, T]) > tril > gt(0)] > logical_and`",
    )


def _mask_help(mask: TensorType, scores: tuple[Dim, ...]) -> str:
    """The help that makes a mask fit scores of this shape, or says which axes it needs."""
    swapped = (*mask.shape[:-2], *mask.shape[:-3:-1])
    if mask.rank > 2 and mask.shape[-2:] != scores[-2:] and swapped[-2:] == scores[-2:]:
        return "its last axes are queries and keys: `mask > transpose(-2, -1)`"
    if mask.rank == len(scores) - 1 and mask.shape[-2:] == scores[-2:]:
        return "`mask > unsqueeze(1)` makes it serve all heads"
    if mask.rank == 2 and mask.shape == (scores[0], scores[-1]):
        return "`mask[:, none, none]` has one value for each key"
    return "its last axes are the queries and the keys"


class Attention(Biased):
    """Multi-head attention (Vaswani et al., 2017): of ``x`` to itself, of ``[q, kv]``, or of
    ``[q, k, v]``, each [N, T, D]. The result has the queries' shape.

    ``causal`` lets a position see itself and those before. In every mask true means *keep*, and
    floats are added to the scores: ``mask`` is [T, S], [N, T, S] or [N, heads, T, S], ``key_mask``
    [N, S] (false for padding). ``return_weights=true`` gives the weights averaged over the heads,
    [N, T, S], as a side result. The keys' and values' widths follow from the inputs. ``init`` is
    for all its matrices, ``bias_init`` for all its biases.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
    """

    word = "attention"
    foreign = (
        Foreign("MultiheadAttention", "embed_dim num_heads dropout"),
        Foreign("multihead_attention multi_head_attention"),
    )
    category = "attention"
    channel_axis = "last"
    arity = (1, 3)
    positional = 1
    results = "side"
    assumed = ("N", "T", "D")
    examples = (
        Example("attention(8)", "20x64"),
        Example("attention(4, causal=true)", "20x64"),
        Example("attention(4)", "20x64", "30x48"),
        Example("attention(4, mask=a, return_weights=true)", "20x64", a="20x20 bool"),
        Example("attention(4, key_mask=a)", "20x64", a="20 bool"),
    )

    heads: Count
    causal: bool = False
    mask: Tensor | None = None
    key_mask: Tensor | None = None
    dropout: Probability = 0.0
    bias: bool = True
    return_weights: bool = False

    @staticmethod
    def three(*inputs: TensorType) -> tuple[TensorType, TensorType, TensorType]:
        """Queries, keys, values."""
        q, k, v = (inputs * 3)[:3] if len(inputs) == 1 else (*inputs, inputs[-1])[:3]
        return q, k, v

    def infer(self, *inputs: TensorType) -> TensorType | tuple[TensorType, ...]:
        _refuse_no_floats("attention", inputs)
        for i, x in enumerate(inputs):
            if x.rank != 3:
                raise Refused(
                    f"attention reads [N, T, D], got {x}",
                    input=i,
                    help="attention works along the middle axis: positions, words, patches",
                )
        q, k, v = self.three(*inputs)
        self._check_heads(q.shape[2])
        if not (same(q.shape[0], k.shape[0]) and same(k.shape[0], v.shape[0])):
            raise Refused("attention needs one batch size", code="E302")
        if not same(k.shape[1], v.shape[1]):
            raise Refused(
                "attention needs a value for each key",
                code="E302",
                detail=f"got {k.shape[1]} keys and {v.shape[1]} values",
                help=_ONE_SEQUENCE,
            )
        self._check_masks(q, k)
        scores = TensorType((q.shape[0], q.shape[1], k.shape[1]))
        return (q, scores) if self.return_weights else q

    def _check_heads(self, width: Dim) -> None:
        if isinstance(width, int) and width % self.heads:
            near = [h for h in range(1, min(width, 1 << 12) + 1) if width % h == 0]
            best = min(near, key=lambda h: abs(h - self.heads))
            raise Refused(
                f"{self.heads} heads do not divide the width {width}",
                setting="heads",
                notes=["each head works on an equal part of the features"],
                help=f"`attention({best})` has heads of width {width // best}",
            )

    def _check_masks(self, q: TensorType, k: TensorType) -> None:
        n, length, keys = q.shape[0], q.shape[1], k.shape[1]
        if self.causal and self.mask is not None:
            _refuse_causal_mask()
        if self.causal and not same(length, keys):
            raise Refused(
                "causal attention needs as many queries as keys",
                setting="causal",
                detail=f"got {length} queries and {keys} keys",
                notes=["each position sees itself and those before"],
                help="attention to another sequence needs no `causal`; write a window as `mask=`",
            )
        if self.mask is not None:
            self._check_mask(self.mask, n, length, keys)
        if self.key_mask is not None:
            _refuse_int_mask("attention", self.key_mask, "key_mask")
            shape = self.key_mask.shape
            if len(shape) != 2 or not (same(shape[0], n) and same(shape[1], keys)):
                raise Refused(
                    f"key_mask is [N, {keys}], one value for each key",
                    setting="key_mask",
                    code="E302",
                    detail=f"got {self.key_mask}",
                    help="a value for each query and key is a `mask=`" if len(shape) > 2 else (),
                )

    def _check_mask(self, mask: TensorType, n: Dim, length: Dim, keys: Dim) -> None:
        _refuse_int_mask("attention", mask, "mask")
        wanted: dict[int, tuple[Dim, ...]] = {
            2: (length, keys),
            3: (n, length, keys),
            4: (n, self.heads, length, keys),
        }
        shape = wanted.get(mask.rank)
        by_key = mask.rank == 2 and equal(mask.shape[0], n) is True
        if by_key and equal(n, length) is not True:
            raise Refused(
                f"the mask is [{length}, {keys}] for all examples, and this mask has one value for "
                "each key",
                setting="mask",
                code="E302",
                detail=f"got {mask}",
                help="give it as `key_mask=`: true means that the key is there",
            )
        if shape is None or not all(map(same, mask.shape, shape)):
            raise Refused(
                f"the mask is [{length}, {keys}], [N, {length}, {keys}] or "
                f"[N, {self.heads}, {length}, {keys}]",
                setting="mask",
                code="E302",
                detail=f"got {mask}",
                help=_mask_help(mask, (n, length, keys)),
            )

    def initialised(self) -> tuple[str, ...]:
        apart = tuple(f"{n}_proj_weight" for n in "qkv")
        biases = ("in_proj_bias", "out_proj.bias") if self.bias else ()
        return ("in_proj_weight", *apart, "out_proj.weight", *biases)

    def weights(self, *inputs: TensorType) -> dict[str, Weight]:
        q, k, v = self.three(*inputs)
        width = q.shape[2]
        if k.shape[2] == width and v.shape[2] == width:
            made = {"in_proj_weight": Weight((3 * width, width))}
        else:
            parts = {"q": width, "k": k.shape[2], "v": v.shape[2]}
            made = {f"{n}_proj_weight": Weight((width, size)) for n, size in parts.items()}
        if self.bias:
            made["in_proj_bias"] = Weight((3 * width,))
        made["out_proj.weight"] = Weight((width, width))
        return made | ({"out_proj.bias": Weight((width,))} if self.bias else {})

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        q, k, v = self.three(*inputs)
        width = q.shape[2]
        projections = numel(q.shape) * width * 2 + numel(k.shape) * width + numel(v.shape) * width
        return projections + 2 * numel(q.shape) * k.shape[1]

    def lower(self, *inputs: TensorType) -> Lowering:
        q, k, v = self.three(*inputs)
        width = q.shape[2]
        if not all(isinstance(t.shape[2], int) for t in (q, k, v)):
            raise Refused(
                f"attention needs to know its width, here {width}",
                code="E401",
                input=0,
                help="give the input a shape: `--input 20x64`",
            )
        settings: dict[str, Code] = {"dropout": self.dropout} if self.dropout else {}
        settings |= {} if self.bias else {"bias": False}
        settings |= {} if k.shape[2] == width else {"kdim": k.shape[2]}
        settings |= {} if v.shape[2] == width else {"vdim": v.shape[2]}
        module = CallCode(
            "nn.MultiheadAttention",
            (width, self.heads),
            (*settings.items(), ("batch_first", True)),
        )
        piped = [Input(i) for i in range(len(inputs))]
        three = piped * 3 if len(piped) == 1 else [*piped, piped[-1]][:3]
        options = self._mask_options(len(inputs), q.shape[1])
        if not self.return_weights:
            options["need_weights"] = False
        attended = CallCode(Self(), tuple(three), tuple(options.items()))
        return Lowering(module, attended if self.return_weights else Subscript(attended, (0,)))

    def _mask_options(self, piped: int, length: Dim) -> dict[str, Code]:
        options: dict[str, Code] = {}
        inputs = iter(range(piped, piped + 2))
        if self.mask is not None:
            options["attn_mask"] = self._torch_mask(Input(next(inputs)), self.mask)
        if self.key_mask is not None:
            options["key_padding_mask"] = _dropped(Input(next(inputs)), self.key_mask)
        if self.causal:
            everything = call(
                "torch.ones", length, length, dtype=Raw("torch.bool"), device=Device()
            )
            options["attn_mask"] = method(everything, "triu", 1)
            options["is_causal"] = True
        return options

    def _torch_mask(self, code: Code, mask: TensorType) -> Code:
        """PyTorch's attn_mask: true means drop, and the heads are folded into the batch."""
        dropped = _dropped(code, mask)
        if mask.rank == 3:
            return method(dropped, "repeat_interleave", self.heads, dim=0)
        return method(dropped, "flatten", 0, 1) if mask.rank == 4 else dropped

    def caption(self) -> tuple[str, str]:
        return f"attention · {self.heads} heads", "causal" if self.causal else ""

    def effects(self) -> frozenset[Effect]:
        return dropping(self.dropout)


def _dropped(code: Code, mask: TensorType) -> Code:
    return Prefix("~", code) if mask.dtype == "bool" else code


def _dropping(call: OpCall) -> dict[str, object]:
    call.check_training(call["dropout_p"])
    return {"dropout": call["dropout_p"]}


class ScaledDotProduct(Layer):
    """Scaled dot-product attention of ``[q, k, v]``, [N, heads, T, d] each:
    softmax(q k' / sqrt(d)) v.

    Fewer heads of keys and values than of queries are shared among them (grouped queries). In
    ``mask`` true means *keep* and floats are added; it broadcasts to [N, heads, T, S].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
    """

    word = "sdpa"
    foreign = (Foreign("scaled_dot_product_attention"),)
    role = "attend"
    category = "attention"
    arity = (3, 3)
    positional = 0
    lifts = (
        Lift(
            "scaled_dot_product_attention",
            _dropping,
            mask="attn_mask",
            causal="is_causal",
            idle="enable_gqa",
        ),
    )
    examples = (
        Example("sdpa", "4x20x16", "4x20x16", "4x20x16"),
        Example("sdpa(causal=true, scale=0.5)", "4x20x16", "4x20x16", "4x20x16"),
        Example("sdpa", "8x20x16", "2x30x16", "2x30x24"),
        Example("sdpa(mask=a)", "4x20x16", "4x20x16", "4x20x16", a="1x20x20 bool"),
    )

    causal: bool = False
    mask: Tensor | None = None
    scale: Number | None = None
    dropout: Probability = 0.0

    def infer(self, q: TensorType, k: TensorType, v: TensorType) -> TensorType:
        _refuse_no_floats("sdpa", (q, k, v))
        if not q.rank == k.rank == v.rank or q.rank < 3:
            raise Refused("sdpa reads queries, keys and values of one rank, [N, heads, T, d]")
        if not same(q.shape[-1], k.shape[-1]):
            raise Refused(
                "queries and keys need one width",
                code="E302",
                detail=f"got {q.shape[-1]} and {k.shape[-1]}",
                notes=[_WHY_ONE_WIDTH],
                help=f"`linear({q.shape[-1]})` on the keys gives them the width of the queries",
            )
        if not same(k.shape[-2], v.shape[-2]):
            raise Refused(
                "sdpa needs a value for each key",
                code="E302",
                detail=f"got {k.shape[-2]} keys and {v.shape[-2]} values",
                help=_ONE_SEQUENCE,
            )
        leading = self._leading(q, k, v)
        self._check_mask((*leading, q.shape[-2], k.shape[-2]))
        return q.with_shape(*leading, q.shape[-2], v.shape[-1])

    def _leading(self, q: TensorType, k: TensorType, v: TensorType) -> tuple[Dim, ...]:
        if self.grouped(q, k):
            heads, shared = q.shape[-3], k.shape[-3]
            if not same(shared, v.shape[-3]) or heads % shared != 0:
                raise Refused(
                    f"{shared} heads of keys cannot be shared among {heads} heads of queries",
                    code="E302",
                    notes=["the queries' heads are a multiple of the keys'"],
                )
            if not all(map(same, q.shape[:-3], k.shape[:-3])):
                raise Refused("sdpa needs one batch size", code="E302")
            return q.shape[:-2]
        leading = broadcast(q.shape[:-2], k.shape[:-2], v.shape[:-2])
        if leading is None:
            raise Refused(
                "queries, keys and values need one batch and one number of heads",
                code="E302",
                detail=f"got {q}, {k} and {v}",
            )
        return leading

    @staticmethod
    def grouped(q: TensorType, k: TensorType) -> bool:
        """Whether there are fewer heads of keys than of queries, which share them."""
        heads, shared = q.shape[-3], k.shape[-3]
        are_numbers = isinstance(heads, int) and isinstance(shared, int)
        return q.rank == 4 and are_numbers and heads != shared

    def _check_mask(self, scores: tuple[Dim, ...]) -> None:
        if self.mask is None:
            return
        _refuse_int_mask("sdpa", self.mask, "mask")
        if self.causal:
            _refuse_causal_mask()
        pairs = zip(reversed(self.mask.shape), reversed(scores), strict=False)
        if self.mask.rank > len(scores) or not all(m == 1 or same(m, s) for m, s in pairs):
            text = ", ".join(map(str, scores))
            raise Refused(
                f"the mask does not broadcast to the scores [{text}]",
                setting="mask",
                code="E302",
                detail=f"got {self.mask}",
                help=_mask_help(self.mask, scores),
            )

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        q, k, v = inputs
        rows = numel(outputs[0].shape[:-1])
        return rows * k.shape[-2] * (q.shape[-1] + v.shape[-1])

    def lower(self, q: TensorType, k: TensorType, v: TensorType) -> Lowering:
        options: dict[str, Code] = {} if self.mask is None else {"attn_mask": Input(3)}
        if self.dropout:
            options["dropout_p"] = Raw(f"{self.dropout} if self.training else 0.0")
        options |= {"is_causal": True} if self.causal else {}
        options |= {} if self.scale is None else {"scale": code(self.scale)}
        options |= {"enable_gqa": True} if self.grouped(q, k) else {}
        three = (Input(0), Input(1), Input(2))
        return Lowering(
            forward=CallCode("F.scaled_dot_product_attention", three, tuple(options.items()))
        )

    def caption(self) -> tuple[str, str]:
        scale = (
            "/√d" if self.scale is None else f" · {brief(self.scale)}" if self.scale != 1 else ""
        )
        return f"softmax(QKᵀ{scale}) V", "causal" if self.causal else ""

    def effects(self) -> frozenset[Effect]:
        return dropping(self.dropout)
