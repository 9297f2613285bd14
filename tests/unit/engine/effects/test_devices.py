from __future__ import annotations

import pytest
import torch

from engine.effects.devices import devices_of
from engine.errors import NoSuchDevice

GPUS = torch.cuda.device_count()


@pytest.mark.parametrize("missing", [f"cuda:{GPUS}", f"cuda:{GPUS + 1}"])
def test_a_gpu_that_is_not_there_is_named(missing: str) -> None:
    with pytest.raises(NoSuchDevice) as refused:
        devices_of(["cpu", missing])

    assert str(refused.value) == (
        f"ZOETROPE_DEVICE names {missing}, and torch finds {GPUS} GPUs here: name one of those, or"
        " set it to auto"
    )


def test_devices_are_there_in_the_order_of_the_settings() -> None:
    assert devices_of(["cpu", "cpu"]) == (torch.device("cpu"),) * 2
    assert devices_of(["auto"])[0].type == ("cuda" if GPUS else "cpu")
