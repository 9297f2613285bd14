"""MiniMax-H3, whose words, pictures, sound and film are one sequence."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint, Pipeline, Tiny, as_sound, ends
from engine.pipelines.grid import Grid
from engine.pipelines.modular import OfBlocks, put_together
from engine.pipelines.take import Mode, Sound, Take
from engine.pipelines.tiny import minimax_h3

_PIPELINE = "MiniMaxH3ModularPipeline"
_MODES = (Mode.TEXT, Mode.PHOTO, Mode.ENDS)
_SETTLED = ("negative_prompt", "num_inference_steps")


class MiniMaxH3(OfBlocks):
    """MiniMax-H3 without the weights for references; it films 5 to 15 seconds, 24 frames each."""

    name = "minimax-h3"
    grid = Grid(side=32, frames=17, extra=5)
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines=dict.fromkeys(_MODES, _PIPELINE), tiny=lambda: _tiny(), caches=False
        )
    }
    tiny = Tiny(frames=124, fps=24.0, guidance=1.0)
    has_sound = True
    gives = ("videos", "audio")

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out what its weights were taught to do without."""
        usual = super().usual(take)
        return {name: value for name, value in usual.items() if name not in _SETTLED}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take.

        Raises:
            CannotFilm: it is too short or too long, or has another number of frames a second.
        """
        if take.fps != pipeline.fps:
            raise CannotFilm(self.name, f"it films {pipeline.fps} frames a second and no others")
        if not pipeline.min_duration <= take.frames / take.fps <= pipeline.max_duration:
            raise CannotFilm(
                self.name,
                f"it films {pipeline.min_duration:g} to {pipeline.max_duration:g} seconds",
            )
        if take.shift is not None:
            pipeline.scheduler.set_shift(take.shift)
        # it counts the end, where there is nothing left to do
        return {"num_inference_steps": take.steps + 1, **ends(take)}

    def sound(self, pipeline: Pipeline, output: Any) -> Sound:
        """Take the soundtrack out of what a pipeline gives."""
        return as_sound(output["audio"], pipeline.audio_sampling_rate)


def _tiny() -> Pipeline:
    return put_together(
        _PIPELINE,
        text_encoder=minimax_h3.qwen(),
        tokenizer=minimax_h3.tokenizer(),
        processor=minimax_h3.pictures(),
        vae=minimax_h3.vae(),
        audio_vae=minimax_h3.audio_vae(),
        scheduler=minimax_h3.scheduler(12.0),
        audio_scheduler=minimax_h3.scheduler(3.0),
        transformer=minimax_h3.transformer(),
    )
