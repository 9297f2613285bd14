"""How a base is fitted into the memory there is: rules alone, no device is asked.

Exact means come first: weights that wait in pinned main memory until their turn cost next to no
time in a film of many frames, and change nothing. Only then are weights kept in 8 bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.pipelines.bases import Base

PROFILES = (8, 12, 16, 24, 48, 80, 141)
"""Memory of the devices that people have, in GB."""

_NEARLY = 0.93
"""Of what is on the box, a device has this much at least when nothing runs."""
_SPARE_GB = 0.6
_WAITING = 0.85
"""Of main memory may be taken by weights, and for nothing else."""
_8_BITS = 0.55
"""Of 16: norms, embeddings and the first and last layers stay as they are."""
_BLOCKS_AT_ONCE = 0.1
_LAYERS_AT_ONCE = 0.03
# working memory for a million pixels, all frames counted: of the decoder, and for each GB of the
# denoiser; such that the published peaks of Wan are met (14B twice: 80.5 GB, 1.3B: 18 GB)
_DECODED, _DECODED_IN_TILES = 0.08, 0.02
_DENOISED = 0.005


class Place(StrEnum):
    """Where weights are."""

    DEVICE = "device"
    BLOCKS = "blocks"
    """In main memory; on the device block by block, when their turn comes."""
    LAYERS = "layers"
    """The same, layer by layer."""
    ABSENT = "absent"
    """On disk, until somebody asks for them."""


class Precision(StrEnum):
    """How many bits weights are kept in; they are always reckoned with in 16 or 32."""

    FULL = "16 bits"
    FLOAT8 = "8 bits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a base is held.

    Attributes:
        notch: how frugal it is, counted from 0.
        tiled: whether pictures are decoded in tiles, of which seams can be told by a program.
        pinned: whether what waits in main memory is pinned, and so comes faster.
        device_gb: what it takes on the device at most, with what it reckons in.
        ram_gb: what of it waits in main memory.
    """

    notch: int
    denoiser: Place
    precision: Precision
    encoder: Place
    tiled: bool
    pinned: bool = True
    device_gb: float
    ram_gb: float


@dataclass(frozen=True, slots=True)
class Unfit:
    """A base cannot be used, and why."""

    reason: str


class TooLarge(Unfit):
    """It cannot be held."""


@dataclass(frozen=True, slots=True)
class _Notch:
    denoiser: Place
    precision: Precision
    encoder: Place
    tiled: bool


_F, _E = Precision.FULL, Precision.FLOAT8
_D, _B, _L, _A = Place.DEVICE, Place.BLOCKS, Place.LAYERS, Place.ABSENT
_LADDER = (
    _Notch(_D, _F, _D, tiled=False),
    _Notch(_D, _F, _L, tiled=False),
    _Notch(_D, _F, _L, tiled=True),
    _Notch(_D, _F, _A, tiled=True),
    _Notch(_B, _F, _L, tiled=True),
    _Notch(_B, _F, _A, tiled=True),
    _Notch(_D, _E, _L, tiled=True),
    _Notch(_D, _E, _A, tiled=True),
    _Notch(_B, _E, _L, tiled=True),
    _Notch(_B, _E, _A, tiled=True),
    _Notch(_L, _E, _A, tiled=True),
)


def waiting_gb(ram_gb: float) -> float:
    """Say how much of main memory weights may take."""
    return ram_gb * _WAITING


def profile(memory_gb: float) -> int | None:
    """Name the profile of a device, None if it is smaller than all of them."""
    return max((size for size in PROFILES if size * _NEARLY <= memory_gb), default=None)


def plan(
    base: Base, memory_gb: float, ram_gb: float, *, below: Plan | None = None
) -> Plan | TooLarge:
    """Find the best way to hold a base on a device, or the next one `below` another.

    Without a device, at `memory_gb` 0, everything is in main memory.
    """
    if memory_gb <= 0:
        return _without_device(base, ram_gb, below)
    for made in _plans(base):
        is_smaller = below is None or (
            made.notch > below.notch and made.device_gb < below.device_gb
        )
        if is_smaller and made.device_gb <= memory_gb and made.ram_gb <= waiting_gb(ram_gb):
            return made
    if below is not None:
        return TooLarge("its memory did not suffice, however frugally it was held")
    return _why(base, memory_gb, ram_gb)


def _plans(base: Base) -> Iterator[Plan]:
    for number, notch in enumerate(_LADDER):
        yield Plan(
            notch=number,
            denoiser=notch.denoiser,
            precision=notch.precision,
            encoder=notch.encoder,
            tiled=notch.tiled,
            device_gb=round(_on_device(base, notch), 2),
            ram_gb=round(_in_ram(base, notch), 2),
        )


def _on_device(base: Base, notch: _Notch) -> float:
    share = {_D: 1.0, _B: _BLOCKS_AT_ONCE, _L: _LAYERS_AT_ONCE, _A: 0.0}
    denoiser = _denoiser(base, notch) * share[notch.denoiser]
    # an encoder that is read again goes over the device layer by layer too
    encoder = base.gb.encoder * (share[_L] if notch.encoder is _A else share[notch.encoder])
    return denoiser + encoder + base.gb.decoder + working_gb(base, tiled=notch.tiled) + _SPARE_GB


def _in_ram(base: Base, notch: _Notch) -> float:
    denoiser = 0.0 if notch.denoiser is _D else _denoiser(base, notch)
    return denoiser + (base.gb.encoder if notch.encoder in (_B, _L) else 0.0)


def _denoiser(base: Base, notch: _Notch) -> float:
    return base.gb.denoiser * (_8_BITS if notch.precision is _E else 1.0)


def working_gb(base: Base, *, tiled: bool) -> float:
    """Guess what a base reckons in, at the shape of its authors, until it is measured."""
    million = base.width * base.height * base.frames / 1e6
    return million * ((_DECODED_IN_TILES if tiled else _DECODED) + _DENOISED * base.gb.denoiser)


def _without_device(base: Base, ram_gb: float, below: Plan | None) -> Plan | TooLarge:
    wide = 2 * base.gb.whole
    if below is not None:
        return TooLarge("main memory did not suffice")
    if wide > waiting_gb(ram_gb):
        return TooLarge(f"it needs {wide / _WAITING:.0f} GB of main memory without a GPU")
    return Plan(
        notch=0,
        denoiser=_D,
        precision=_F,
        encoder=_D,
        tiled=False,
        pinned=False,
        device_gb=0.0,
        ram_gb=wide,
    )


def _why(base: Base, memory_gb: float, ram_gb: float) -> TooLarge:
    """Say what is missing of the way that misses least."""
    plans = list(_plans(base))
    least = min(made.device_gb for made in plans)
    if least > memory_gb:
        return TooLarge(
            f"it needs a GPU with {least:.0f} GB of memory, and this has {memory_gb:.0f}"
        )
    waiting = min(made.ram_gb for made in plans if made.device_gb <= memory_gb)
    return TooLarge(
        f"it needs {waiting / _WAITING:.0f} GB of main memory beside this GPU, "
        f"and there are {ram_gb:.0f}"
    )
