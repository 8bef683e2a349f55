"""Recurrent layers: PyTorch's whole sequences (rnn, lstm, gru) and single steps (their cells)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from ..dims import Dim
from ..layer import (
    NO_EFFECTS,
    Biased,
    Count,
    Effect,
    Example,
    Few,
    Foreign,
    Probability,
    Refused,
    Tensor,
    Weight,
    dropping,
    same,
)
from ..lifting import CannotLift, Lift, Lifted, OpCall
from ..lowering import CallCode, Code, Helper, Input, Lowering, Self, call, given
from ..types import TensorType

PACKED = Helper(
    "run_packed",
    '''
def run_packed(rnn: nn.Module, x: Tensor, lengths: Tensor, *state: Any) -> tuple[Tensor, Any]:
    """Run a recurrent module over sequences of different lengths, padded to x's."""
    packed = nn.utils.rnn.pack_padded_sequence(
        x, lengths.cpu(), batch_first=True, enforce_sorted=False
    )
    packed, state = rnn(packed, *state)
    x, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
    return x, state
''',
)


def lift_sequence(call: OpCall, **more: object) -> Lifted:
    """A recurrent layer over whole sequences, with its weights and first states."""
    if not call["batch_first"]:
        raise CannotLift(f"{call.op} has the batch second, and the language has it first")
    call.check_training(call["train"] and call["dropout"])
    hx, params = call["hx"], call["params"]
    rows, hidden_rows = (call.tensor(weight) for weight in params[:2])
    assert rows is not None
    assert hidden_rows is not None
    hidden, width = rows.shape[0] // call.layer.gates, hidden_rows.shape[1]
    layer = call.layer(
        hidden=hidden,
        layers=call["num_layers"],
        bidirectional=call["bidirectional"],
        dropout=call["dropout"],
        bias=call["has_biases"],
        **({} if width == hidden else {"proj": width}),
        **more,
    )
    states = hx if isinstance(hx, list | tuple) else (hx,)
    weights = dict(zip(layer.initialised(), params, strict=True))
    return Lifted(layer, (call["input"], *states), weights=weights)


def lift_step(call: OpCall, **more: object) -> Lifted:
    """A cell, with its weights and states."""
    hx, bias = call["hx"], call["b_ih"] is not None
    layer = call.layer(hidden=call.type("w_hh").shape[1], bias=bias, **more)
    states = hx if isinstance(hx, list | tuple) else (hx,)
    kinds = ("ih", "hh")
    weights = {f"weight_{kind}": call[f"w_{kind}"] for kind in kinds}
    weights |= {f"bias_{kind}": call[f"b_{kind}"] for kind in kinds} if bias else {}
    return Lifted(layer, (call["input"], *states), weights=weights)


class Recurrent(Biased):
    """Base of rnn, lstm and gru. ``init`` is for all its matrices, ``bias_init`` for all biases."""

    category = "recurrent"
    channel_axis = "last"
    positional = 1
    results = "side"
    assumed = ("N", "T", "D")
    gates: ClassVar[int] = 1
    states_kept: ClassVar[int] = 1
    module_name: ClassVar[str] = ""

    hidden: Count
    layers: Few = 1
    bidirectional: bool = False
    dropout: Probability = 0.0
    bias: bool = True
    lengths: Tensor | None = None

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def width(self) -> int:
        """The features of the output of one direction."""
        return self.hidden

    def state_widths(self) -> tuple[int, ...]:
        return (self.hidden,) * self.states_kept

    def infer(self, x: TensorType, *states: TensorType) -> tuple[TensorType, ...]:
        if x.dtype != "float":
            raise Refused(
                f"{self.word} needs floats, got {x.dtype}",
                code="E303",
                input=0,
                help="whole numbers are embedded first: `embed(count, dim)`",
            )
        if x.rank != 3:
            raise Refused(
                f"{self.word} reads sequences [N, T, D], got {x}",
                input=0,
                help="the axes are the batch, time, features: `unsqueeze(-1)` adds the features, "
                '`rearrange("n c h w -> n (h w) c")` reads an image as a sequence',
            )
        kept = tuple(
            TensorType((self.layers * self.directions, x.shape[0], width))
            for width in self.state_widths()
        )
        self._check_states(states, kept)
        self._check_lengths(x)
        return x.with_shape(x.shape[0], x.shape[1], self.width * self.directions), *kept

    def idle(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """PyTorch's dropout is between the layers."""
        if not self.dropout or self.layers > 1:
            return ()
        behind = f"to drop from the result, write `> dropout({self.dropout})` after `{self.word}`"
        return (
            ("dropout", ("it is between layers, and there is one: `layers=2` has two", behind)),
        )

    def _check_states(self, states: tuple[TensorType, ...], kept: tuple[TensorType, ...]) -> None:
        if states and len(states) != len(kept):
            raise Refused(
                f"{self.word} has {len(kept)} states, {len(states)} are piped in",
                help=f"`[x, {', '.join('hc'[: len(kept)])}] > {self.word}(...)`",
            )
        for i, (state, wanted) in enumerate(zip(states, kept, strict=False)):
            fits = state.rank == 3 and state.dtype == "float"
            if not fits or not all(map(same, state.shape, wanted.shape)):
                raise Refused(
                    f"the first state of {self.word} is {wanted}",
                    code="E302",
                    input=i + 1,
                    detail=f"got {state}",
                    notes=["[layers * directions, N, hidden], as in PyTorch"],
                )

    def _check_lengths(self, x: TensorType) -> None:
        lengths = self.lengths
        if lengths is None:
            return
        if lengths.dtype != "int" or lengths.rank != 1 or not same(lengths.shape[0], x.shape[0]):
            raise Refused(
                f"lengths has one whole number for each example, got {lengths}",
                setting="lengths",
                code="E303",
                help="declare such an input as `lengths[] int`",
            )

    def initialised(self) -> tuple[str, ...]:
        return tuple(self._all_weights(1))

    def weights(self, x: TensorType, *states: TensorType) -> dict[str, Weight]:
        return self._all_weights(x.shape[-1])

    def _all_weights(self, features: Dim) -> dict[str, Weight]:
        made: dict[str, Weight] = {}
        for layer in range(self.layers):
            width = features if layer == 0 else self.width * self.directions
            for suffix in ("", "_reverse")[: self.directions]:
                made |= self._layer_weights(f"l{layer}{suffix}", width)
        return made

    def _layer_weights(self, suffix: str, width: Dim) -> dict[str, Weight]:
        rows = self.gates * self.hidden
        made = {
            f"weight_ih_{suffix}": Weight((rows, width)),
            f"weight_hh_{suffix}": Weight((rows, self.width)),
        }
        if self.bias:
            made |= {f"bias_{kind}_{suffix}": Weight((rows,)) for kind in ("ih", "hh")}
        if self.width != self.hidden:
            made[f"weight_hr_{suffix}"] = Weight((self.width, self.hidden))
        return made

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        steps = inputs[0].shape[0] * inputs[0].shape[1]
        products: Dim = 0
        for weight in self.weights(inputs[0]).values():
            if len(weight.shape) == 2:
                products = products + weight.shape[0] * weight.shape[1]
        return products * steps

    def lower(self, x: TensorType, *states: TensorType) -> Lowering:
        if not isinstance(x.shape[-1], int):
            raise Refused(
                f"{self.word} needs to know its input's features, here {x.shape[-1]}",
                code="E401",
                input=0,
                help="give the input a shape: `--input 20x57`",
            )
        settings: dict[str, Code] = given(
            num_layers=(self.layers, 1), bias=(self.bias, True), **self._more_settings()
        )
        settings["batch_first"] = True
        dropout = (
            self.dropout if self.layers > 1 else 0.0
        )  # PyTorch warns about dropout without effect
        settings |= given(dropout=(dropout, 0.0), bidirectional=(self.bidirectional, False))
        module = CallCode(self.module_name, (x.shape[-1], self.hidden), tuple(settings.items()))
        return Lowering(module, self._forward(len(states)), self._helpers(), nested=self._nesting())

    def _more_settings(self) -> dict[str, tuple[Code, Code]]:
        return {}

    def _forward(self, states: int) -> Code:
        given_states: tuple[Code, ...] = tuple(Input(i + 1) for i in range(states))
        if states == 2:
            given_states = (given_states,)
        if self.lengths is not None:
            return call("run_packed", Self(), Input(0), Input(states + 1), *given_states)
        return CallCode(Self(), (Input(0), *given_states))

    def _helpers(self) -> tuple[Helper, ...]:
        return (PACKED,) if self.lengths is not None else ()

    def _nesting(self) -> tuple[int | tuple[int, ...], ...]:
        return (0, 1) if self.states_kept == 1 else (0, (1, 2))

    def caption(self) -> tuple[str, str]:
        parts = [f"{self.layers} layers"] if self.layers > 1 else []
        parts += ["bidirectional"] if self.bidirectional else []
        return f"{self.shown} {self.hidden}", ", ".join(parts)

    def effects(self) -> frozenset[Effect]:
        """Dropout acts only between layers."""
        return dropping(self.dropout) if self.layers > 1 else NO_EFFECTS


class RNN(Recurrent):
    """Elman RNN over [N, T, in]: the outputs [N, T, hidden * directions], and as a side result the
    last states [layers * directions, N, hidden]. First states may be piped in:
    ``[x, h] > rnn(128)``.

    ``lengths=`` is one length per example: shorter sequences are packed, not read past their end.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
    """

    word = "rnn"
    foreign = (
        Foreign("SimpleRNN", "units", renamed={"units": "hidden"}),
        Foreign(
            "RNN",
            "input_size hidden_size num_layers nonlinearity bias",
            renamed={"nonlinearity": "activation"},
        ),
    )
    title = "RNN"
    arity = (1, 2)
    module_name = "nn.RNN"
    lifts = (
        Lift("rnn_tanh.input", lift_sequence),
        Lift("rnn_relu.input", lambda call: lift_sequence(call, activation="relu")),
    )
    examples = (Example("rnn(32)", "20x16"), Example("rnn(32, layers=2, activation=relu)", "20x16"))

    activation: Literal["tanh", "relu"] = "tanh"

    def _more_settings(self) -> dict[str, tuple[Code, Code]]:
        return {"nonlinearity": (self.activation, "tanh")}


class GRU(Recurrent):
    """Gated recurrent unit over [N, T, in] (Cho et al., 2014): the outputs
    [N, T, hidden * directions], and as side result the last states
    [layers * directions, N, hidden].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    """

    word = "gru"
    foreign = (Foreign("GRU", "input_size hidden_size num_layers bias"),)
    title = "GRU"
    arity = (1, 2)
    gates = 3
    module_name = "nn.GRU"
    lifts = (Lift("gru.input", lift_sequence),)
    examples = (
        Example("gru(32)", "20x16"),
        Example("gru(32, layers=2, bidirectional=true)", "20x16"),
        Example("gru(32, lengths=a)", "20x16", a=" int"),
    )


class LSTM(Recurrent):
    """Long short-term memory over [N, T, in] (Hochreiter and Schmidhuber, 1997): the outputs
    [N, T, hidden * directions], and as side results the last states h and c
    [layers * directions, N, hidden]: ``y, h, c = x > lstm(128)``.

    ``proj`` projects the hidden state to that width (Sak et al., 2014).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    """

    word = "lstm"
    foreign = (
        Foreign("LSTM", "input_size hidden_size num_layers bias", renamed={"proj_size": "proj"}),
    )
    title = "LSTM"
    arity = (1, 3)
    gates = 4
    states_kept = 2
    module_name = "nn.LSTM"
    lifts = (Lift("lstm.input", lift_sequence),)
    examples = (
        Example("lstm(32)", "20x16"),
        Example("lstm(32, layers=2, bidirectional=true, proj=8)", "20x16"),
    )

    proj: int = 0

    @property
    def width(self) -> int:
        return self.proj or self.hidden

    def state_widths(self) -> tuple[int, ...]:
        return self.width, self.hidden

    def infer(self, x: TensorType, *states: TensorType) -> tuple[TensorType, ...]:
        if self.proj and not 0 < self.proj < self.hidden:
            raise Refused("proj must be smaller than hidden", setting="proj")
        return super().infer(x, *states)

    def _more_settings(self) -> dict[str, tuple[Code, Code]]:
        return {"proj_size": (self.proj, 0)}


class Cell(Biased):
    """Base of the single-step cells: one step [N, in] and the states [N, hidden]."""

    category = "recurrent"
    role = "cell"
    positional = 1
    gates: ClassVar[int] = 1
    states_kept: ClassVar[int] = 1
    module_name: ClassVar[str] = ""

    hidden: Count
    bias: bool = True

    def states(self, *steps: TensorType) -> tuple[TensorType, ...]:
        return (TensorType((steps[0].shape[0], self.hidden)),) * self.states_kept

    def infer(self, x: TensorType, *states: TensorType) -> TensorType | tuple[TensorType, ...]:
        if x.dtype != "float":
            raise Refused(f"{self.word} needs floats, got {x.dtype}", code="E303", input=0)
        if x.rank != 2:
            raise Refused(
                f"{self.word} takes one step [N, D], got {x}",
                input=0,
                help=f"`scan({self.word}({self.hidden}))` steps through [N, T, D]",
            )
        wanted = self.states(x)
        if states and len(states) != len(wanted):
            raise Refused(f"{self.word} has {len(wanted)} states, {len(states)} are piped in")
        for i, (state, kind) in enumerate(zip(states, wanted, strict=False)):
            fits = state.rank == 2 and state.dtype == "float"
            if not fits or not all(map(same, state.shape, kind.shape)):
                raise Refused(
                    f"the state of {self.word} is {kind}",
                    code="E302",
                    input=i + 1,
                    detail=f"got {state}",
                )
        return wanted if len(wanted) > 1 else wanted[0]

    def initialised(self) -> tuple[str, ...]:
        return tuple(self._all_weights(1))

    def weights(self, x: TensorType, *states: TensorType) -> dict[str, Weight]:
        return self._all_weights(x.shape[-1])

    def _all_weights(self, features: Dim) -> dict[str, Weight]:
        rows = self.gates * self.hidden
        made = {"weight_ih": Weight((rows, features)), "weight_hh": Weight((rows, self.hidden))}
        return made | ({f"bias_{k}": Weight((rows,)) for k in ("ih", "hh")} if self.bias else {})

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        x = inputs[0]
        return x.shape[0] * self.gates * self.hidden * (x.shape[-1] + self.hidden)

    def lower(self, x: TensorType, *states: TensorType) -> Lowering:
        if not isinstance(x.shape[-1], int):
            raise Refused(f"{self.word} needs to know its input's features", code="E401", input=0)
        settings = given(bias=(self.bias, True), **self._more_settings())
        module = CallCode(self.module_name, (x.shape[-1], self.hidden), tuple(settings.items()))
        kept: tuple[Code, ...] = tuple(Input(i + 1) for i in range(len(states)))
        if len(kept) == 2:
            kept = (kept,)
        return Lowering(module, CallCode(Self(), (Input(0), *kept)))

    def _more_settings(self) -> dict[str, tuple[Code, Code]]:
        return {}

    def caption(self) -> tuple[str, str]:
        return f"{self.shown} {self.hidden}", ""


class RNNCell(Cell):
    """One step of an Elman RNN: x [N, in] and the state [N, hidden] to the next state.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
    """

    word = "rnn_cell"
    foreign = (
        Foreign("SimpleRNNCell", "units", renamed={"units": "hidden"}),
        Foreign("RNNCell", "input_size hidden_size bias"),
        Foreign("rnncell"),
    )
    title = "RNN cell"
    arity = (1, 2)
    module_name = "nn.RNNCell"
    lifts = (
        Lift("rnn_tanh_cell", lift_step),
        Lift("rnn_relu_cell", lambda call: lift_step(call, activation="relu")),
    )
    examples = (Example("rnn_cell(32)", "16", "32"),)

    activation: Literal["tanh", "relu"] = "tanh"

    def _more_settings(self) -> dict[str, tuple[Code, Code]]:
        return {"nonlinearity": (self.activation, "tanh")}


class GRUCell(Cell):
    """One step of a GRU: x [N, in] and the state [N, hidden] to the next state.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
    """

    word = "gru_cell"
    foreign = (
        Foreign("GRUCell", "input_size hidden_size bias"),
        Foreign("grucell"),
    )
    title = "GRU cell"
    arity = (1, 2)
    gates = 3
    module_name = "nn.GRUCell"
    lifts = (Lift(read=lift_step),)
    examples = (Example("gru_cell(32)", "16", "32"),)


class LSTMCell(Cell):
    """One step of an LSTM: x [N, in] and the states h, c [N, hidden] to the next h and c.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
    """

    word = "lstm_cell"
    foreign = (
        Foreign("LSTMCell", "input_size hidden_size bias"),
        Foreign("lstmcell"),
    )
    title = "LSTM cell"
    arity = (1, 3)
    gates = 4
    states_kept = 2
    results = "side"
    module_name = "nn.LSTMCell"
    lifts = (Lift(read=lift_step),)
    examples = (Example("lstm_cell(32)", "16", "32", "32"),)
