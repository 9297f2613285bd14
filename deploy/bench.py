"""`zoetrope bench`: how long each look takes, each in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from deploy.errors import CommandFailed
from deploy.tables import table
from engine.effects.catalogue import load_effects
from engine.jobs.job import Aspect, ClipFormat
from engine.settings import EngineSettings
from engine.threads import limit_threads

OUT = Path("build/bench.json")
FORMATS = (
    ClipFormat(size=512, aspect=Aspect.SQUARE),
    ClipFormat(size=848, aspect=Aspect.TALL),
)
WARM_UP_FRAMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One look at one size: seconds by stage, and its process's peak memory."""

    effect: str
    size: str
    clip_s: float
    prepare_s: float
    render_s: float
    encode_s: float
    peak_mb: int

    @property
    def ratio(self) -> float:
        """Working seconds for each second of the clip."""
        return (self.prepare_s + self.render_s + self.encode_s) / self.clip_s


def _with_looks() -> list[str]:
    return [name for name, effect in load_effects().items() if effect.looks]


def bench(
    settings: EngineSettings, effects: Sequence[str] | None, say: Callable[[str], None]
) -> None:
    """Time the looks, print a table and write it as JSON."""
    limit_threads(settings.threads)
    runs = [(name, form) for name in effects or _with_looks() for form in FORMATS]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        rows = list(pool.map(_measure, *zip(*runs, strict=True), [settings] * len(runs)))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    head = ("effect", "size", "clip s", "prepare", "render", "encode", "s per clip s", "peak MB")
    say(table(head, [_cells(row) for row in rows]))
    say(f"(written to {OUT})")


def _cells(row: Row) -> Sequence[object]:
    return (
        row.effect,
        row.size,
        f"{row.clip_s:g}",
        f"{row.prepare_s:.2f}",
        f"{row.render_s:.2f}",
        f"{row.encode_s:.2f}",
        f"{row.ratio:.2f}",
        row.peak_mb,
    )


def _measure(name: str, form: ClipFormat, settings: EngineSettings) -> Row:
    """Make one clip after a short one that loads and warms everything."""
    from dataclasses import replace

    from deploy.render import find_effect
    from engine.effects.order import Order
    from engine.effects.outfit import outfit

    effect = find_effect(name, settings)
    maker = outfit(settings, {}).maker
    photo = _astronaut()
    photos = [photo, photo[:, ::-1]][: effect.about.photos]
    order = Order(effect=effect, variant=effect.looks[0], photos=photos, seed=1, format=form)
    maker.make(replace(order, frames=WARM_UP_FRAMES))
    made = maker.make(order)
    return Row(
        effect=name,
        size=f"{made.width}x{made.height}",
        clip_s=made.seconds,
        prepare_s=made.timings.prepare_s,
        render_s=made.timings.render_s,
        encode_s=made.timings.encode_s,
        peak_mb=_peak_mb(),
    )


def _astronaut():
    try:
        from skimage.data import astronaut
    except ImportError as error:
        raise CommandFailed(
            "the benchmark's photo comes with scikit-image: run `scripts/setup dev`"
        ) from error
    return astronaut()


def _peak_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))
