"""Films by a look."""

from __future__ import annotations

from engine.effects.clock import Clock
from engine.effects.framing import frame_size
from engine.effects.look import Shot
from engine.effects.order import Order, Report, about_photo, go_on
from engine.effects.params import settle
from engine.effects.reel import Reel
from engine.effects.variants import LookVariant
from engine.jobs.length import seconds_in
from engine.pipelines.preview import Show
from engine.vision.scene import Scene
from engine.vision.vision import Vision


class LookCamera:
    """Takes photos apart, and has a look film them."""

    def __init__(self, vision: Vision) -> None:
        self._vision = vision

    def shoot(
        self,
        order: Order,
        clock: Clock,
        report: Report,
        show: Show | None = None,  # noqa: ARG002
    ) -> Reel:
        """Prepare the photos, and begin; it does not take long enough to show anything.

        Raises:
            Refused: the photos or the options cannot be accepted.
            Stopped: `report` said so.
        """
        if not isinstance(order.variant, LookVariant):
            raise TypeError(f"{order.variant.name} is no look")
        shot = _shot(order)
        scenes = self._scenes(order, clock, report)
        return Reel(
            width=scenes[0].width,
            height=scenes[0].height,
            fps=shot.fps,
            frames=shot.frames,
            chunks=order.variant.load()(*scenes, shot),
            device=self._vision.device,
        )

    def _scenes(self, order: Order, clock: Clock, report: Report) -> list[Scene]:
        """Prepare as many photos as the effect takes, all at the size of the clip."""
        photos = order.needed
        height, width = photos[0].shape[:2]
        width, height = frame_size(width, height, order.format)
        scenes: list[Scene] = []
        for number, photo in enumerate(photos, 1):
            go_on(report, "preparing", len(scenes) / len(photos))
            with about_photo(number, len(photos)), clock.prepare:
                scenes.append(self._vision.scene(photo, width, height))
        return scenes


def _shot(order: Order) -> Shot:
    """Say what is filmed, as a look understands it."""
    output = order.effect.output
    params = settle(order.effect.params, order.params)
    return Shot(
        frames=order.frames or round(seconds_in(params, output.seconds) * output.fps),
        fps=output.fps,
        seed=order.seed,
        params=params,
    )
