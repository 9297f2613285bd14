"""Unpack tensors that a .tflite file stores without their zeros."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

_INDEX_VECTORS: Mapping[int, type[Any]] = {
    tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
    tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
    tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
}


def dense_rows(values: NDArray[Any], sparsity: Any, shape: list[int]) -> NDArray[Any]:
    """Unpack a tensor whose last axis alone is compressed (CSR rows).

    Args:
        values: that are not zero, in order.
        sparsity: the tensor's SparsityParameters table.
        shape: of the whole tensor.

    Returns:
        (rows, last extent) with the zeros put back.

    Raises:
        ValueError: the tensor is packed in another way.
    """
    dimensions = [sparsity.DimMetadata(axis) for axis in range(sparsity.DimMetadataLength())]
    formats = [dimension.Format() for dimension in dimensions]
    compressed_last = [tflite.DimensionType.DENSE] * (len(shape) - 1)
    if formats != [*compressed_last, tflite.DimensionType.SPARSE_CSR]:
        raise ValueError("only sparse rows are known here")
    last = dimensions[-1]
    ends = _index_vector(last.ArraySegments(), last.ArraySegmentsType())
    columns = _index_vector(last.ArrayIndices(), last.ArrayIndicesType())
    rows = np.repeat(np.arange(prod(shape[:-1])), np.diff(ends))
    dense = np.zeros((prod(shape[:-1]), shape[-1]), values.dtype)
    dense[rows, columns] = values
    return dense


def _index_vector(table: Any, kind: int) -> NDArray[np.int64]:
    vector = _INDEX_VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    return vector.ValuesAsNumpy().astype(np.int64)
