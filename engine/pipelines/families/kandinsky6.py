"""Kandinsky 6, from words or from a photo, and always with sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers, read_tokenizer
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Sound, Take
from engine.pipelines.tiny import encoders, kandinsky, qwen, tokenizers

_PIPELINES: Mapping[Mode, str] = dict.fromkeys((Mode.TEXT, Mode.PHOTO), "Kandinsky6TI2VAPipeline")
_GUESSES = 4


class Kandinsky6(Family):
    """Kandinsky 6 Pro; distilled weights guess at several points of a step at once."""

    name = "kandinsky6"
    grid = Grid(side=16, frames=4)
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines=_PIPELINES,
            tiny=lambda: _tiny(
                diffusers.FlowMatchEulerDiscreteScheduler(shift=5.0), kandinsky.transformer_6()
            ),
        ),
        "distilled": Checkpoint(
            pipelines=_PIPELINES,
            tiny=lambda: _tiny(
                diffusers.PiflowScheduler(n_grid=_GUESSES),
                kandinsky.transformer_6(guesses=_GUESSES),
            ),
        ),
    }
    has_sound = True

    def parts(self, folder: Path) -> dict[str, Any]:
        """Read the tokenizer alone: the whole processor there would need torchvision."""
        return {"tokenizer": read_tokenizer(folder / "tokenizer")}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        more: dict[str, Any] = {"frame_rate": take.fps, **photo(take)}
        if isinstance(pipeline.scheduler, diffusers.PiflowScheduler):
            return more | {"guidance_scale": 1.0}  # it was taught what guidance does
        set_shift(pipeline, take.shift)
        return more

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film, whose channels come last."""
        return latents[0, latents.shape[1] // 2].movedim(-1, 0)

    def sound(self, pipeline: Pipeline, output: Any) -> Sound:
        """Take the soundtrack out of what a pipeline gives, which is mono."""
        return Sound(samples=np.asarray(output.audio, np.float32), rate=pipeline.audio_sample_rate)


def _tiny(scheduler: Any, transformer: Any) -> Pipeline:
    return diffusers.Kandinsky6TI2VAPipeline(
        transformer=transformer,
        vae=kandinsky.vae(),
        text_encoder=qwen.qwen2_5_vl(),
        tokenizer=tokenizers.qwen2(),
        text_encoder_2=encoders.clip_text(kandinsky.CLIP_WIDTH),
        tokenizer_2=tokenizers.clip(),
        scheduler=scheduler,
        audio_vae=kandinsky.audio_vae(),
        vocoder=kandinsky.vocoder(),
    )
