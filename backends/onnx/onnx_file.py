"""Reads a file of ONNX into a ``Graph``, and trusts nothing in it.

External data are read only from beside the file. Functions of the file are put in the place of
their calls.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...grammar.wording import counted, first_line
from .onnx_graph import Graph, Input, Node, OnnxError, clean

if TYPE_CHECKING:
    import onnx
    from torch import Tensor

OPSETS: Final = range(13, 24)
LARGEST_FILE: Final = 2**31
"""The most bytes of a file without its external data, as in protobuf."""
MOST_NODES: Final = 100_000
DEEPEST: Final = 32
"""The most functions inside one another."""
_DTYPES: Final = {1: "float", 11: "float", 6: "int", 7: "int", 9: "bool"}
"""The dtypes of inputs, in the language's words, by their numbers in ONNX."""
_SCOPES: Final = "pkg.torch.onnx.name_scopes"
_CLASSES: Final = "pkg.torch.onnx.class_hierarchy"


def read_graph(path: Path) -> Graph:
    """The graph of a file. Raises OnnxError."""
    model = _loaded(path)
    graph = model.graph
    if graph.sparse_initializer:
        raise OnnxError(f"{path} has sparse weights, which are not read")
    opset = _opset(path, model)
    nodes = list(_Inlined(path, model).nodes(graph.node, {}, 0))
    made = Graph(
        [],
        [],
        [value.name for value in graph.output],
        {tensor.name: _tensor(path, tensor) for tensor in graph.initializer},
        opset,
        graph.name,
    )
    made.inputs = [_input(path, v) for v in graph.input if v.name not in made.constants]
    for proto in nodes:
        _add(path, made, proto)
    _check(path, made)
    return made


def _loaded(path: Path) -> onnx.ModelProto:
    import onnx

    if not path.is_file():
        raise OnnxError(f"there is no file {path}")
    if path.stat().st_size > LARGEST_FILE:
        raise OnnxError(f"{path} is larger than 2 GB, which ONNX does not allow")
    try:
        model = onnx.load_model(path, format="protobuf", load_external_data=False)
    except Exception as error:  # protobuf has errors of its own
        raise OnnxError(f"{path} is not a file of ONNX: {first_line(error)}") from None
    if not model.graph.node and not model.graph.output:
        raise OnnxError(f"{path} is not a file of ONNX: it has no graph")
    return model


def _opset(path: Path, model: onnx.ModelProto) -> int:
    versions = {entry.domain: entry.version for entry in model.opset_import}
    opset: int = versions.get("", versions.get("ai.onnx", 0))
    if opset not in OPSETS:
        first, last = OPSETS[0], OPSETS[-1]
        raise OnnxError(
            f"{path} has opset {opset}, and netwright reads {first} to {last}",
            "`onnx.version_converter.convert_version(model, 18)` converts a model",
        )
    return opset


# --- inputs and nodes -------------------------------------------------------------------------


def _input(path: Path, value: onnx.ValueInfoProto) -> Input:
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not tensor.HasField("shape"):
        raise OnnxError(f"{path}: the input {value.name} is no tensor with a shape")
    if tensor.elem_type not in _DTYPES:
        raise OnnxError(f"{path}: the input {value.name} has {_dtype_name(tensor.elem_type)}")
    shape: list[int | str] = [
        axis.dim_value if axis.HasField("dim_value") else axis.dim_param
        for axis in tensor.shape.dim
    ]
    if any(isinstance(size, int) and size < 1 for size in shape):
        raise OnnxError(f"{path}: the input {value.name} has the shape {shape}")
    return Input(value.name, _DTYPES[tensor.elem_type], shape)


def _dtype_name(number: int) -> str:
    import onnx

    try:
        name = onnx.TensorProto.DataType.Name(number)
    except ValueError:
        return f"the unknown dtype {number}"
    return f"the dtype {name.lower()}, and netwright has float, int and bool"


def _properties(proto: Any) -> dict[str, str]:
    return {entry.key: entry.value for entry in proto.metadata_props}


def _add(path: Path, graph: Graph, proto: onnx.NodeProto) -> None:
    """Adds a node. A constant becomes one of the graph's."""
    own = proto.domain in ("", "ai.onnx")
    op = proto.op_type if own else f"{proto.domain}.{proto.op_type}"
    node = Node(op, proto.name, list(proto.input), list(proto.output))
    node.attributes = {a.name: _attribute(path, a) for a in proto.attribute}
    if op == "Constant" and len(node.attributes) == 1:
        (value,) = node.attributes.values()
        graph.constants[node.outputs[0]] = _as_tensor(value)
        graph.literals.add(node.outputs[0])
        return
    _place(graph, node, _properties(proto))
    graph.nodes.append(node)


def _attribute(path: Path, attribute: onnx.AttributeProto) -> Any:
    import onnx

    if attribute.type == onnx.AttributeProto.TENSOR:
        return _tensor(path, attribute.t).numpy()
    if attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS):
        return None
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _as_tensor(value: Any) -> Tensor:
    import torch

    return torch.as_tensor(value)


def _place(graph: Graph, node: Node, properties: Mapping[str, str]) -> None:
    """Finds out which module made a node: from what the newer exporter of PyTorch notes, or from
    the name of the node."""
    paths, classes = _list(properties.get(_SCOPES)), _list(properties.get(_CLASSES))
    if len(paths) > 1 and paths[0] == "" and len(paths) == len(classes):
        paths = [clean(path.partition("@")[0]) for path in paths[:-1]]
        graph.classes.update(zip(paths, classes, strict=False))
    elif not paths:
        paths = list(_scopes(node.name))
    else:
        return
    graph.scopes.update(path for path in paths if path)
    node.scope = paths[-1] if paths else ""


def _list(text: str | None) -> list[str]:
    """A list of strings, as Python writes it; an empty one if the text is anything else."""
    if text is None or len(text) > 10_000:
        return []
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    good = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return value if good else []


def _scopes(name: str) -> Iterator[str]:
    """The paths of modules in the name of a node: ``layer1`` and ``layer1.0`` in
    ``/layer1/layer1.0/Relu``."""
    path, before = "", ""
    for part in name.strip("/").split("/")[:-1]:
        own = part.removeprefix(f"{before}.") if before else part
        path = f"{path}.{own}" if path else own
        before = part
        yield clean(path)


def _check(path: Path, graph: Graph) -> None:
    """Raises OnnxError if a value is made twice, or read before it is made."""
    known = {"", *graph.constants, *(value.name for value in graph.inputs)}
    for node in graph.nodes:
        missing = next((name for name in node.inputs if name not in known), None)
        if missing is not None:
            raise OnnxError(f"{path}: {node.title} reads {missing}, which nothing makes before it")
        for name in filter(None, node.outputs):
            if name in known:
                raise OnnxError(f"{path}: {name} is made twice")
            known.add(name)
    missing = next((name for name in graph.outputs if name not in known), None)
    if missing is not None or not graph.outputs:
        raise OnnxError(f"{path}: nothing makes the output {missing or 'of the graph'}")


# --- functions of the file --------------------------------------------------------------------


class _Inlined:
    """Puts the functions of a model in the place of their calls."""

    def __init__(self, path: Path, model: onnx.ModelProto) -> None:
        self.path = path
        self.functions = {(f.domain, f.name): f for f in model.functions}
        self.count = 0

    def nodes(
        self, nodes: Sequence[onnx.NodeProto], names: Mapping[str, str], depth: int
    ) -> Iterator[onnx.NodeProto]:
        """The nodes without calls. ``names`` are those of values outside of a function."""
        if depth > DEEPEST:
            raise OnnxError(f"{self.path} has functions in one another, more than {DEEPEST} deep")
        for node in nodes:
            self.count += 1
            if self.count > MOST_NODES:
                raise OnnxError(f"{self.path} has more than {counted(MOST_NODES, 'node')}")
            renamed = self._renamed(node, names, depth)
            function = self.functions.get((node.domain, node.op_type))
            if function is None:
                yield renamed
                continue
            yield from self._body(function, renamed, depth)

    def _renamed(
        self, node: onnx.NodeProto, names: Mapping[str, str], depth: int
    ) -> onnx.NodeProto:
        if depth == 0:
            return node
        import onnx

        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = [names.get(n, n) for n in node.input]
        copy.output[:] = [names.get(n, n) for n in node.output]
        return copy

    def _body(
        self, function: onnx.FunctionProto, call: onnx.NodeProto, depth: int
    ) -> Iterator[onnx.NodeProto]:
        prefix = f"{call.name or call.op_type}_{self.count}."
        inside = {name for node in function.node for name in (*node.input, *node.output)}
        names = {name: f"{prefix}{name}" for name in inside if name}
        names |= dict.fromkeys(function.input, "")
        names |= dict(zip(function.input, call.input, strict=False))
        names |= dict(zip(function.output, call.output, strict=False))
        given = {a.name: a for a in call.attribute}
        given = {a.name: a for a in function.attribute_proto} | given
        for node in self.nodes(function.node, names, depth + 1):
            _fill_attributes(node, given)
            if not node.metadata_props:
                node.metadata_props.extend(call.metadata_props)
                node.name = call.name
            yield node


def _fill_attributes(node: onnx.NodeProto, given: Mapping[str, onnx.AttributeProto]) -> None:
    """Gives a node of a function the arguments of the call, and drops those that it lacks."""
    filled = []
    for attribute in node.attribute:
        if not attribute.ref_attr_name:
            filled.append(attribute)
        elif attribute.ref_attr_name in given:
            value = type(attribute)()
            value.CopyFrom(given[attribute.ref_attr_name])
            value.name = attribute.name
            filled.append(value)
    del node.attribute[:]
    node.attribute.extend(filled)


# --- tensors ----------------------------------------------------------------------------------


def _tensor(path: Path, proto: onnx.TensorProto) -> Tensor:
    import onnx
    import torch

    if any(size < 0 for size in proto.dims):
        raise OnnxError(f"{path}: {proto.name} has the shape {list(proto.dims)}")
    try:
        if proto.data_location == onnx.TensorProto.EXTERNAL:
            array = _external(path, proto)
        else:
            array = onnx.numpy_helper.to_array(proto)
        return torch.from_numpy(array.copy())
    except OnnxError:
        raise
    except Exception as error:  # onnx and numpy raise errors of many classes
        raise OnnxError(f"{path}: {proto.name} cannot be read: {first_line(error)}") from None


def _external(path: Path, proto: onnx.TensorProto) -> Any:
    """The values of a tensor that are in another file, which is beside the model."""
    import numpy as np

    entries = {entry.key: entry.value for entry in proto.external_data}
    file = _beside(path, entries.get("location", ""), proto.name)
    offset, dtype = int(entries.get("offset", 0)), _numpy_dtype(proto)
    shape = tuple(proto.dims)
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if int(entries.get("length", size)) != size:
        raise OnnxError(f"{path}: {proto.name} has other sizes than its external data")
    if offset < 0 or offset + size > file.stat().st_size:
        raise OnnxError(f"{path}: {proto.name} ends after the end of {file.name}")
    return np.fromfile(file, dtype, count=size // dtype.itemsize, offset=offset).reshape(shape)


def _numpy_dtype(proto: onnx.TensorProto) -> Any:
    import numpy as np
    import onnx

    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(proto.data_type))


def _beside(path: Path, location: str, name: str) -> Path:
    """The file of external data. It must be inside the folder of the model, also after links are
    followed."""
    parts = Path(location).parts
    outside = not location or Path(location).is_absolute() or ".." in parts or "\\" in location
    folder = path.parent.resolve()
    file = folder / location
    if outside or "\0" in location or file.resolve() != Path(os.path.normpath(file)):
        raise OnnxError(
            f"{path}: the external data of {name} are not beside the file: {location}",
            "they must be in the folder of the file, and not be a link",
        )
    if not file.is_file():
        raise OnnxError(f"{path}: the external data of {name} are missing: there is no {file}")
    return file
