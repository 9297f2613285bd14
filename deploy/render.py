"""`zoetrope render`: one clip from photos, in this process, without any server."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deploy.errors import CommandFailed
from engine.effects.catalogue import Effect, load_effects
from engine.effects.variants import AnyVariant
from engine.jobs.intake import Intake
from engine.jobs.job import ClipFormat, ParamValue
from engine.settings import EngineSettings
from engine.threads import limit_threads

if TYPE_CHECKING:
    from engine.effects.maker import ClipMaker
    from engine.effects.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to render, and where to; with no seed, any."""

    effect: str
    photos: Sequence[Path]
    out: Path
    poster: Path | None = None
    seed: int | None
    params: Mapping[str, ParamValue]
    format: ClipFormat
    prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was rendered, and the seconds each stage took; load is imports and weights."""

    effect: str
    version: str
    variant: str
    seed: int
    photos: tuple[str, ...]
    out: str
    width: int
    height: int
    seconds: float
    bytes: int
    load_s: float
    prepare_s: float
    render_s: float
    encode_s: float
    safety_s: float


def render(request: Request, settings: EngineSettings) -> Report:
    """Render a clip into the request's file.

    Raises:
        CommandFailed: a file cannot be read or written, or there is no such effect.
        Refused: the photo, an option or the clip cannot be accepted.
        WeightsMissing: the weights are not fetched.
    """
    effect = find_effect(request.effect)
    for file in filter(None, (request.out, request.poster)):
        if not file.parent.is_dir():
            raise CommandFailed(f"there is no folder {file.parent} to write {file.name} into")
    photos = _photos(request, effect)
    started = time.perf_counter()
    maker, variant = _outfitted(settings, effect)
    load_s = round(time.perf_counter() - started, 3)
    order = _order(request, effect, variant, photos)
    made = maker.make(order, _show_progress) if sys.stderr.isatty() else maker.make(order)
    _write(request.out, made.mp4)
    if request.poster:
        _write(request.poster, made.poster)
    return Report(
        effect=effect.id,
        version=effect.about.version,
        variant=order.variant.name,
        seed=order.seed,
        photos=tuple(map(str, request.photos)),
        out=str(request.out),
        width=made.width,
        height=made.height,
        seconds=made.seconds,
        bytes=len(made.mp4),
        load_s=load_s,
        **asdict(made.timings),
    )


def _outfitted(settings: EngineSettings, effect: Effect) -> tuple[ClipMaker, AnyVariant]:
    """Load what an effect is made with, and choose how it is made here."""
    limit_threads(settings.threads)
    # Imports torch, which has to know its threads by then.
    from engine.effects.outfit import outfit

    outfitted = outfit(settings, {effect.id: effect})
    variant = outfitted.best(effect)
    if variant is None:
        raise CommandFailed(
            f"{effect.id} needs a model that is not here, or not whole: run `zoetrope models fetch"
            f" --effect {effect.id}`"
        )
    return outfitted.maker, variant


def _photos(request: Request, effect: Effect) -> list[NDArray[np.uint8]]:
    given, needed = len(request.photos), effect.about.photos
    if given != needed:
        raise CommandFailed(f"{effect.id} takes {needed} of --photo, not {given}")
    return [read_photo(path) for path in request.photos]


def _order(
    request: Request, effect: Effect, variant: AnyVariant, photos: Sequence[NDArray[np.uint8]]
) -> Order:
    from engine.effects.order import Order

    return Order(
        effect=effect,
        variant=variant,
        photos=photos,
        prompt=request.prompt,
        seed=random.randrange(2**31) if request.seed is None else request.seed,
        params=request.params,
        format=request.format,
    )


def find_effect(name: str) -> Effect:
    """Look an effect up.

    Raises:
        CommandFailed: there is none of that name; says which there are.
    """
    effects = load_effects()
    if name not in effects:
        raise CommandFailed(f"there is no effect {name!r}: choose one of {', '.join(effects)}")
    return effects[name]


def read_photo(path: Path) -> NDArray[np.uint8]:
    """Read any photo the bots would take, as (H, W, 3) RGB.

    Raises:
        CommandFailed: the file cannot be read.
        Refused: the bots would not take it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandFailed(f"the photo {path} cannot be read: {error.strerror}") from error
    photo = asyncio.run(Intake().clean(data))
    return np.array(Image.open(BytesIO(photo.jpeg)).convert("RGB"))


def parse_params(pairs: Sequence[str]) -> dict[str, ParamValue]:
    """Read NAME=VALUE options.

    Raises:
        CommandFailed: one is not of that form.
    """
    params: dict[str, ParamValue] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise CommandFailed(f"--param takes NAME=VALUE, not {pair!r}")
        params[name] = value
    return params


def show(report: Report, *, as_json: bool) -> str:
    """Tell what was rendered, for people or for programs."""
    if as_json:
        return json.dumps(asdict(report))
    return (
        f"{report.out}: {report.effect} {report.version} ({report.variant}), "
        f"seed {report.seed}, {report.width}x{report.height}, {report.seconds:g} s, "
        f"{report.bytes / 1000:.0f} kB\n"
        f"load {report.load_s:.1f} s, prepare {report.prepare_s:.1f} s, "
        f"render {report.render_s:.1f} s, encode {report.encode_s:.1f} s, "
        f"safety {report.safety_s:.1f} s"
    )


def _show_progress(stage: str, fraction: float) -> bool:
    sys.stderr.write(f"\r{stage} {fraction:4.0%} ")
    if stage == "rendering" and fraction >= 1:
        sys.stderr.write("\r\033[K")
    sys.stderr.flush()
    return True


def _write(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise CommandFailed(f"{path} cannot be written: {error.strerror}") from error
