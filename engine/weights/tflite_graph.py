"""Convert a .tflite graph into a Plan and its constant tensors.

Everything torch would have to be told at run time is settled here: half-precision and sparse
constants are unpacked, kernels are transposed, paddings and sizes become settings of their step.
Constants stay in the precision the graph stores them in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from engine.weights.plan import Plan, Setting, Step
from engine.weights.sparse import dense_rows

Array = NDArray[Any]
Settings = dict[str, Setting]
Table = Any  # a generated flatbuffers table: its accessors are typed as giving None or 0 as well
Describe = Callable[["_Graph", Table], Settings]

_DTYPES: Mapping[int, type[np.generic]] = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_ACTIVATIONS: Mapping[int, str | None] = {
    tflite.ActivationFunctionType.NONE: None,
    tflite.ActivationFunctionType.RELU: "relu",
    tflite.ActivationFunctionType.RELU6: "relu6",
}
_PADDINGS: Mapping[int, str] = {tflite.Padding.SAME: "same", tflite.Padding.VALID: "valid"}
_UNPACKING = frozenset({"DEQUANTIZE", "DENSIFY"})
_BUILTIN_NAMES: Mapping[int, str] = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}


def convert(data: bytes) -> tuple[Plan, dict[int, Array]]:
    """Read a .tflite file.

    Returns:
        The plan, and its constants by tensor number.

    Raises:
        ValueError: the graph holds something this converter does not know.
    """
    graph = _Graph(data)
    steps = tuple(graph.step(name, operator) for name, operator in graph.computing_operators())
    used = {number for step in steps for number in step.inputs}
    constants = {number: graph.constants[number] for number in used & graph.constants.keys()}
    return graph.plan(steps), constants


class _Graph:
    """A parsed file; `constants` are rewritten to torch's layout as steps claim them."""

    def __init__(self, data: bytes) -> None:
        self._model: Table = tflite.Model.GetRootAsModel(data, 0)
        self._subgraph: Table = self._model.Subgraphs(0)
        self.constants = self._stored_constants()

    def computing_operators(self) -> list[tuple[str, Table]]:
        """List the operators that are not mere unpacking; unpack what those unpack."""
        computing: list[tuple[str, Table]] = []
        for index in range(self._subgraph.OperatorsLength()):
            operator = self._subgraph.Operators(index)
            name = self._name(operator)
            if name in _UNPACKING:
                self.constants[operator.Outputs(0)] = self.constants.pop(operator.Inputs(0))
            else:
                computing.append((name, operator))
        return computing

    def step(self, name: str, operator: Table) -> Step:
        """Turn one operator into a step."""
        try:
            own_name, described_inputs, describe = _OPERATORS[name]
        except KeyError:
            raise ValueError(f"the graph uses {name}, which is not known here") from None
        inputs = [int(number) for number in operator.InputsAsNumpy()]
        return Step(
            operator=own_name,
            inputs=tuple(inputs[:described_inputs]),
            output=operator.Outputs(0),
            settings=describe(self, operator),
        )

    def plan(self, steps: tuple[Step, ...]) -> Plan:
        """Name the graph's input and outputs around the steps."""
        image = self._subgraph.Inputs(0)
        _, height, width, _ = self.shape(image)
        outputs = [int(number) for number in self._subgraph.OutputsAsNumpy()]
        names = [self._subgraph.Tensors(number).Name().decode() for number in outputs]
        return Plan(
            image=image,
            height=height,
            width=width,
            outputs=dict(zip(names, outputs, strict=True)),
            steps=steps,
        )

    def shape(self, number: int) -> list[int]:
        """Shape of a tensor in the graph's own (N, H, W, C) order."""
        tensor = self._subgraph.Tensors(number)
        return [int(extent) for extent in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    def transpose(self, number: int, *axes: int) -> None:
        """Rewrite a constant with its axes in another order."""
        self.constants[number] = np.ascontiguousarray(self.constants[number].transpose(axes))

    def _name(self, operator: Table) -> str:
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        if code.CustomCode():
            return code.CustomCode().decode()
        return _BUILTIN_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]

    def _stored_constants(self) -> dict[int, Array]:
        constants: dict[int, Array] = {}
        for number in range(self._subgraph.TensorsLength()):
            buffer = self._model.Buffers(self._subgraph.Tensors(number).Buffer())
            if buffer.DataLength():
                constants[number] = self._constant(number, buffer.DataAsNumpy().tobytes())
        return constants

    def _constant(self, number: int, data: bytes) -> Array:
        tensor = self._subgraph.Tensors(number)
        values = np.frombuffer(data, _DTYPES[tensor.Type()])
        if tensor.Sparsity():
            values = dense_rows(values, tensor.Sparsity(), self.shape(number))
        return values.reshape(self.shape(number))


def _options(operator: Table, kind: type[Any]) -> Table:
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def _nothing(_graph: _Graph, _operator: Table) -> Settings:
    return {}


def _custom(_graph: _Graph, operator: Table) -> Settings:
    settings: Any = flexbuffers.Loads(operator.CustomOptionsAsNumpy().tobytes())
    return dict(settings)


def _addition(_graph: _Graph, operator: Table) -> Settings:
    options = _options(operator, tflite.AddOptions)
    return {"activation": _ACTIVATIONS[options.FusedActivationFunction()]}


def _window(options: Table) -> Settings:
    return {
        "stride": [options.StrideH(), options.StrideW()],
        "padding": _PADDINGS[options.Padding()],
        "activation": _ACTIVATIONS[options.FusedActivationFunction()],
    }


def _convolution(graph: _Graph, operator: Table) -> Settings:
    graph.transpose(operator.Inputs(1), 0, 3, 1, 2)
    return _window(_options(operator, tflite.Conv2DOptions))


def _depthwise_convolution(graph: _Graph, operator: Table) -> Settings:
    graph.transpose(operator.Inputs(1), 3, 0, 1, 2)
    return _window(_options(operator, tflite.DepthwiseConv2DOptions))


def _transposed_convolution(graph: _Graph, operator: Table) -> Settings:
    kernel = operator.Inputs(1)
    graph.transpose(kernel, 3, 0, 1, 2)
    return {"stride": list(graph.constants[kernel].shape[2:])}


def _pooling(_graph: _Graph, operator: Table) -> Settings:
    options = _options(operator, tflite.Pool2DOptions)
    return {"size": [options.FilterHeight(), options.FilterWidth()], **_window(options)}


def _slopes(graph: _Graph, operator: Table) -> Settings:
    graph.transpose(operator.Inputs(1), 2, 0, 1)
    return {}


def _padding(graph: _Graph, operator: Table) -> Settings:
    _batch, rows, columns, channels = graph.constants[operator.Inputs(1)].tolist()
    return {"margins": [*columns, *rows, *channels]}


def _resizing(graph: _Graph, operator: Table) -> Settings:
    options = _options(operator, tflite.ResizeBilinearOptions)
    if options.AlignCorners() or not options.HalfPixelCenters():
        raise ValueError("only resizing with half-pixel centres is known here")
    return {"size": graph.constants[operator.Inputs(1)].tolist()}


def _reshaping(graph: _Graph, operator: Table) -> Settings:
    return {"shape": graph.shape(operator.Outputs(0))[1:]}


def _joining(graph: _Graph, operator: Table) -> Settings:
    if len(graph.shape(operator.Outputs(0))) == 4:
        raise ValueError("only joining of lists is known here")
    return {"axis": _options(operator, tflite.ConcatenationOptions).Axis()}


def _blocks(_graph: _Graph, operator: Table) -> Settings:
    return {"block": _options(operator, tflite.DepthToSpaceOptions).BlockSize()}


def _whole_slice(graph: _Graph, operator: Table) -> Settings:
    if graph.shape(operator.Inputs(0)) != graph.shape(operator.Outputs(0)):
        raise ValueError("only slices of the whole tensor are known here")
    return {}


_OPERATORS: Mapping[str, tuple[str, int, Describe]] = {
    "ADD": ("add", 2, _addition),
    "AVERAGE_POOL_2D": ("average_pool", 1, _pooling),
    "CONCATENATION": ("join", 2, _joining),
    "CONV_2D": ("convolve", 3, _convolution),
    "Convolution2DTransposeBias": ("convolve_transposed", 3, _transposed_convolution),
    "DEPTHWISE_CONV_2D": ("convolve_depthwise", 3, _depthwise_convolution),
    "DEPTH_TO_SPACE": ("depth_to_space", 1, _blocks),
    "HARD_SWISH": ("hard_swish", 1, _nothing),
    "LOGISTIC": ("sigmoid", 1, _nothing),
    "Landmarks2TransformMatrix": ("region_of_landmarks", 1, _custom),
    "MAX_POOL_2D": ("max_pool", 1, _pooling),
    "MUL": ("multiply", 2, _nothing),
    "PAD": ("pad", 1, _padding),
    "PRELU": ("leaky_relu", 2, _slopes),
    "RELU": ("relu", 1, _nothing),
    "RESHAPE": ("reshape", 1, _reshaping),
    "RESIZE_BILINEAR": ("resize", 1, _resizing),
    "STRIDED_SLICE": ("keep", 1, _whole_slice),
    "TransformLandmarks": ("transform_landmarks", 2, _nothing),
    "TransformTensorBilinear": ("sample_region", 2, _custom),
}
