"""The networks of RIFE that find motion, out of a checkpoint that torch wrote.

Such a file is a pickle. Only tensors are read from it, and only once its hash is known.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from numpy.typing import NDArray

_PREFIX = "module."
_BLOCKS = ("block0.", "block1.", "block2.", "block3.")
"""The rest refines what they find, or taught them."""


def blocks(data: bytes) -> dict[str, NDArray[Any]]:
    """Read the weights of the four blocks.

    Raises:
        ValueError: the file is not a checkpoint of RIFE.
    """
    import torch  # takes a second, and most who read weights do without

    stored = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    named = {name.removeprefix(_PREFIX): weights for name, weights in stored.items()}
    found = {name: weights.numpy() for name, weights in named.items() if name.startswith(_BLOCKS)}
    if not found:
        raise ValueError("the checkpoint does not hold the blocks of RIFE")
    return found
