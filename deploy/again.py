"""`zoetrope render --receipt`: the clip that a receipt tells of, made once more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from deploy.errors import CommandFailed
from deploy.photos import Photo, find_kept, read_same
from deploy.render import Files, Report, equipped, find_effect, make, report_of
from engine.effects.catalogue import Effect
from engine.effects.variants import AnyVariant, LookVariant, RecipeVariant
from engine.effects.versions import named
from engine.jobs.errors import MediaMissing
from engine.jobs.job import JobId
from engine.jobs.media.store import MediaStore
from engine.jobs.note import read_receipt
from engine.jobs.receipt import RECEIPT_JSON, Receipt
from engine.pipelines.bases import Bases
from engine.settings import EngineSettings

if TYPE_CHECKING:
    from engine.effects.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Which clip to make again, and where to.

    Attributes:
        of: a file with its receipt, or the id of a job whose clip is kept.
        photos: those it was made of; none: as they are kept.
    """

    of: str
    photos: Sequence[Path]
    files: Files


def render_again(request: Repeat, settings: EngineSettings) -> Report:
    """Render the same clip again into the request's files.

    Raises:
        CommandFailed: it cannot be the same, and why.
        Refused: a photo or an option cannot be accepted.
        MediaUnavailable: the media store cannot be used.
        WeightsMissing: the weights are not fetched.
    """
    media = _media(settings)
    receipt = _receipt(request.of, media)
    request.files.check()
    effect = _effect(receipt, settings)
    photos = _photos(request, receipt, media)
    maker, variant, load_s = equipped(settings, effect, receipt.params)
    # they import torch, which has to know its threads by then
    from deploy.sameness import differences, obstacles

    if isinstance(variant, RecipeVariant):
        _refuse(obstacles(receipt, variant, Bases.built_in(), settings.models))
    order = order_of(receipt, effect, variant, photos)
    made = make(maker, order)
    request.files.write(made)
    differs = differences(receipt, made.receipt)
    return report_of(order, made, request.files, request.photos, load_s, differs)


def order_of(
    receipt: Receipt, effect: Effect, variant: AnyVariant, photos: Sequence[Photo]
) -> Order:
    """Order what a receipt tells of."""
    from engine.effects.order import Order

    return Order(
        effect=effect,
        variant=variant,
        photos=[photo.pixels for photo in photos],
        sources=[photo.used for photo in photos],
        prompt=receipt.prompt,
        seed=receipt.seed,
        params=receipt.params,
        format=receipt.format,
    )


def _refuse(obstacles: Sequence[str]) -> None:
    if obstacles:
        raise CommandFailed(f"the same clip cannot be made here: {'; '.join(obstacles)}")


def _media(settings: EngineSettings) -> MediaStore | None:
    """Open the media store, unless it is a folder that is not there."""
    place = settings.media
    is_there = not isinstance(place, Path) or place.is_dir()
    return MediaStore.at(place) if is_there else None


def _receipt(of: str, media: MediaStore | None) -> Receipt:
    path = Path(of)
    return _read(path) if path.is_file() else asyncio.run(_kept(of, media))


async def _kept(of: str, media: MediaStore | None) -> Receipt:
    try:
        if media is None:
            raise MediaMissing(of)
        receipt = await read_receipt(JobId(of), media)
    except MediaMissing as error:
        raise CommandFailed(
            f"there is no file {of}, and no clip is kept of a job of that name"
        ) from error
    if receipt is None:
        raise CommandFailed(
            f"how the clip of {of} was made was not noted: another version of Zoetrope made it"
        )
    return receipt


def _read(path: Path) -> Receipt:
    try:
        return RECEIPT_JSON.validate_json(path.read_bytes())
    except OSError as error:
        raise CommandFailed(f"the receipt {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise CommandFailed(
            f"{path} is no receipt of a clip: `zoetrope render --save-receipt` writes them"
        ) from error


def _effect(receipt: Receipt, settings: EngineSettings) -> Effect:
    """Find the version of the effect that the clip was made by, with that variant alone."""
    effect = find_effect(named(receipt.effect, receipt.effect_version), settings)
    found = [each for each in effect.variants if each.name == receipt.variant]
    looks = [each.look for each in found if isinstance(each, LookVariant)]
    if not found or looks != ([receipt.look] if receipt.look else []):
        raise CommandFailed(
            f"{effect.id} {effect.version} is not made here by {receipt.variant}, as the clip was"
        )
    return effect.model_copy(update={"variants": tuple(found)})


def _photos(request: Repeat, receipt: Receipt, media: MediaStore | None) -> list[Photo]:
    if request.photos:
        return read_same(request.photos, receipt.photos)
    return asyncio.run(find_kept(receipt.photos, media))
