"""One claimed job: its photos come out of the media store, its clip goes in."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.effects.catalogue import Effect
from engine.effects.maker import Made
from engine.effects.order import Order
from engine.effects.params import fitting
from engine.effects.variants import AnyVariant
from engine.effects.versions import version_of
from engine.jobs.errors import MediaMissing, Refused
from engine.jobs.job import Clip, Job, MediaKey, ParamValue, Succeeded, Variant
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.note import write_note
from engine.jobs.receipt import PhotoUsed
from engine.jobs.refusal import Refusal, RefusalCode


async def read_order(
    job: Job, variant: Variant, effects: Mapping[str, Effect], media: MediaStore
) -> Order:
    """Turn a job into an order; for a version that is not here, by the usual one.

    Raises:
        Refused: the effect is not known here, or a photo is gone.
    """
    effect = version_of(effects, job.effect, job.effect_version)
    if effect is None:
        raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": job.effect}))
    photos = [await _read_photo(media, key) for key in job.photos]
    return Order(
        effect=effect,
        variant=_way(effect, variant),
        photos=[photo for photo, _ in photos],
        sources=[source for _, source in photos],
        seed=job.seed,
        prompt=job.prompt,
        params=_known_options(effect, job),
        format=job.format,
    )


def _way(effect: Effect, variant: Variant) -> AnyVariant:
    """Find how a variant is made; where it is not there, what does with what this worker has."""
    alike = [each for each in effect.variants if each.needs == variant.needs]
    same = [each for each in alike if each.name == variant.name]
    return [*same, *alike, *effect.looks, *effect.variants][0]


def _known_options(effect: Effect, job: Job) -> Mapping[str, ParamValue]:
    if effect.version == job.effect_version:
        return job.params
    return fitting(effect.params, job.params)


async def _read_photo(media: MediaStore, key: MediaKey) -> tuple[NDArray[np.uint8], PhotoUsed]:
    try:
        data = await media.get(key)
    except MediaMissing as error:
        raise Refused(Refusal(RefusalCode.PHOTO_GONE)) from error
    return np.array(Image.open(BytesIO(data)).convert("RGB")), PhotoUsed.of(data, key)


async def store_clip(
    job: Job, variant: Variant, made: Made, took_s: float, media: MediaStore
) -> Succeeded:
    """Store a clip under its job's keys; the note goes last and makes it complete.

    Raises:
        MediaFull: the media store has no room.
    """
    keys = clip_keys(job.id)
    outcome = Succeeded(
        clip=Clip(
            key=keys.video,
            poster=keys.poster,
            width=made.width,
            height=made.height,
            seconds=made.seconds,
            bytes=len(made.mp4),
        ),
        variant=variant.name,
        seed=job.seed,
        took_s=round(took_s, 2),
        by=made.by,
        version=made.receipt.effect_version,
    )
    await media.put(keys.video, made.mp4)
    await media.put(keys.poster, made.poster)
    await write_note(job.id, outcome, made.receipt, media)
    return outcome
