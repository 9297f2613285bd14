"""Unpack tensors that a .tflite file stores without their zeros."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

_INDEX_DTYPES: Mapping[int, type[np.generic]] = {
    tflite.SparseIndexVector.Int32Vector: np.int32,
    tflite.SparseIndexVector.Uint16Vector: np.uint16,
    tflite.SparseIndexVector.Uint8Vector: np.uint8,
}


def dense_rows(
    values: NDArray[Any], sparsity: tflite.SparsityParameters, shape: list[int]
) -> NDArray[Any]:
    """Unpack a tensor whose last axis alone is compressed (CSR rows).

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
    name = {number: name for name, number in vars(tflite.SparseIndexVector).items()}[kind]
    vector = getattr(tflite, name)()
    vector.Init(table.Bytes, table.Pos)
    return vector.ValuesAsNumpy().astype(np.int64)
