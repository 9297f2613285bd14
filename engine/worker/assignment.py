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
from engine.jobs.errors import MediaMissing, Refused
from engine.jobs.job import Clip, Job, MediaKey, Succeeded, Variant
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.receipt import write_receipt
from engine.jobs.refusal import Refusal, RefusalCode


async def read_order(
    job: Job, variant: Variant, effects: Mapping[str, Effect], media: MediaStore
) -> Order:
    """Turn a job into an order.

    Raises:
        Refused: the effect is not known here, or a photo is gone.
    """
    effect = effects.get(job.effect)
    if effect is None:
        raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": job.effect}))
    return Order(
        effect=effect,
        variant=effect.variant(variant.name),
        photos=[await _read_photo(media, key) for key in job.photos],
        seed=job.seed,
        prompt=job.prompt,
        params=job.params,
        format=job.format,
    )


async def _read_photo(media: MediaStore, key: MediaKey) -> NDArray[np.uint8]:
    try:
        data = await media.get(key)
    except MediaMissing as error:
        raise Refused(Refusal(RefusalCode.PHOTO_GONE)) from error
    return np.array(Image.open(BytesIO(data)).convert("RGB"))


async def store_clip(
    job: Job, variant: Variant, made: Made, took_s: float, media: MediaStore
) -> Succeeded:
    """Store a clip under its job's keys; the receipt goes last and makes it complete.

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
    )
    await media.put(keys.video, made.mp4)
    await media.put(keys.poster, made.poster)
    await write_receipt(job.id, outcome, media)
    return outcome
