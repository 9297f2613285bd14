"""`zoetrope render`: one clip from photos, in this process, without any server."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.errors import CommandFailed
from deploy.model_list import this_machine
from deploy.photos import Photo, read_photo
from engine.effects.catalogue import Effect
from engine.effects.variants import AnyVariant
from engine.effects.versions import Versions, version_of
from engine.jobs.job import ClipFormat, ParamValue
from engine.jobs.receipt import RECEIPT_JSON
from engine.pipelines.bases import Bases
from engine.pipelines.memory.fitting import usable
from engine.pipelines.memory.profiles import Unfit
from engine.settings import EngineSettings
from engine.threads import limit_threads

if TYPE_CHECKING:
    from engine.effects.maker import ClipMaker, Made
    from engine.effects.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where to write a clip, and with it perhaps its poster and its receipt."""

    clip: Path
    poster: Path | None = None
    receipt: Path | None = None

    def check(self) -> None:
        """Check that they can be written, as far as that is known before.

        Raises:
            CommandFailed: there is no folder for one.
        """
        for file in filter(None, (self.clip, self.poster, self.receipt)):
            if not file.parent.is_dir():
                raise CommandFailed(f"there is no folder {file.parent} to write {file.name} into")

    def write(self, made: Made) -> None:
        """Write them, each whole or not at all.

        Raises:
            CommandFailed: one cannot be written.
        """
        _write(self.clip, made.mp4)
        if self.poster:
            _write(self.poster, made.poster)
        if self.receipt:
            _write(self.receipt, RECEIPT_JSON.dump_json(made.receipt, indent=2) + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to render, and where to; with no seed, any."""

    effect: str
    photos: Sequence[Path]
    files: Files
    seed: int | None
    params: Mapping[str, ParamValue]
    format: ClipFormat
    prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was rendered, and the seconds each stage took; load is imports and weights.

    Attributes:
        differs: in sentences, why it may look a bit different from the clip that was to be made
            again.
    """

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
    differs: tuple[str, ...] = ()


def render(request: Request, settings: EngineSettings) -> Report:
    """Render a clip into the request's files.

    Raises:
        CommandFailed: a file cannot be read or written, or there is no such effect.
        Refused: the photo, an option or the clip cannot be accepted.
        WeightsMissing: the weights are not fetched.
    """
    effect = find_effect(request.effect, settings)
    request.files.check()
    photos = _photos(request, effect)
    maker, variant, load_s = equipped(settings, effect, request.params)
    order = _order(request, effect, variant, photos)
    made = make(maker, order)
    request.files.write(made)
    return report_of(order, made, request.files, request.photos, load_s)


def equipped(
    settings: EngineSettings, effect: Effect, params: Mapping[str, ParamValue]
) -> tuple[ClipMaker, AnyVariant, float]:
    """Load what an effect is made with, and choose how it is made here; and the seconds it took.

    Raises:
        CommandFailed: it cannot be made here.
        Refused: an option cannot be accepted.
        WeightsMissing: the weights are not fetched.
    """
    started = time.perf_counter()
    limit_threads(settings.threads, among=len(settings.devices))
    # Imports torch, which has to know its threads by then.
    from engine.effects.outfit import outfit

    outfitted = outfit(settings, {effect.id: effect})
    variant = outfitted.best(effect, params)
    if variant is None:
        raise CommandFailed(_nothing_makes(effect, settings))
    return outfitted.maker, variant, round(time.perf_counter() - started, 3)


def _nothing_makes(effect: Effect, settings: EngineSettings) -> str:
    """Say whether a model is lacking, or a machine for it."""
    bases, machine = Bases.built_in().by_id, this_machine(settings)
    names = dict.fromkeys(recipe.base for recipe in effect.recipes if recipe.base in bases)
    found = {name: usable(name, bases[name], machine) for name in names}
    unfit = [f"{base}: {it.reason}" for base, it in found.items() if isinstance(it, Unfit)]
    if unfit and len(unfit) == len(found):
        return f"{effect.id} cannot be made on this machine, as it needs {unfit[0]}"
    return (
        f"{effect.id} needs a model that is not here, or not whole: run `zoetrope models fetch"
        f" --effect {effect.id}`"
    )


def make(maker: ClipMaker, order: Order) -> Made:
    """Make a clip, and show whoever sits before it how far that is.

    Raises:
        Refused: the photo, an option or the clip cannot be accepted.
    """
    return maker.make(order, _show_progress) if sys.stderr.isatty() else maker.make(order)


def report_of(
    order: Order,
    made: Made,
    files: Files,
    photos: Sequence[Path],
    load_s: float,
    differs: Sequence[str] = (),
) -> Report:
    """Say what was rendered."""
    return Report(
        effect=order.effect.id,
        version=order.effect.about.version,
        variant=order.variant.name,
        seed=order.seed,
        photos=tuple(map(str, photos)),
        out=str(files.clip),
        width=made.width,
        height=made.height,
        seconds=made.seconds,
        bytes=len(made.mp4),
        load_s=load_s,
        **asdict(made.timings),
        differs=tuple(differs),
    )


def _photos(request: Request, effect: Effect) -> list[Photo]:
    given, fewest, most = len(request.photos), effect.about.photos, effect.photos_taken
    if not fewest <= given <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise CommandFailed(f"{effect.id} takes {wanted} of --photo, not {given}")
    return [read_photo(path) for path in request.photos]


def _order(request: Request, effect: Effect, variant: AnyVariant, photos: Sequence[Photo]) -> Order:
    from engine.effects.order import Order

    return Order(
        effect=effect,
        variant=variant,
        photos=[photo.pixels for photo in photos],
        sources=[photo.used for photo in photos],
        prompt=request.prompt,
        seed=random.randrange(2**31) if request.seed is None else request.seed,
        params=request.params,
        format=request.format,
    )


def find_effect(name: str, settings: EngineSettings) -> Effect:
    """Look an effect up, in its usual version unless the name says which, as `robot@1.1.0`.

    Raises:
        CommandFailed: there is none of that name; says which there are.
    """
    effects = Versions(settings.effects)
    id_, _, version = name.partition("@")
    if id_ not in effects:
        usual = [each for each, effect in effects.items() if each == effect.id]
        raise CommandFailed(f"there is no effect {id_!r}: choose one of {', '.join(usual)}")
    found = version_of(effects, id_, version) or effects[id_]
    if version not in ("", found.version):
        there = ", ".join(each.version for each in effects.values() if each.id == id_)
        raise CommandFailed(f"there is no version {version!r} of {id_}: choose one of {there}")
    return found


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
    said = (
        f"{report.out}: {report.effect} {report.version} ({report.variant}), "
        f"seed {report.seed}, {report.width}x{report.height}, {report.seconds:g} s, "
        f"{report.bytes / 1000:.0f} kB\n"
        f"load {report.load_s:.1f} s, prepare {report.prepare_s:.1f} s, "
        f"render {report.render_s:.1f} s, encode {report.encode_s:.1f} s, "
        f"safety {report.safety_s:.1f} s"
    )
    return "\n".join((said, *report.differs))


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
