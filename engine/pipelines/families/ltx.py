"""LTX-Video: text and photo, and since 0.9.5 pictures or film anywhere by the same weights."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from torch import Tensor

from engine.pipelines.family import Checkpoint, Family, Pipeline, image, images
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import WITHOUT_MOTION, Mode, Take
from engine.pipelines.tiny import encoders, ltx, tokenizers

_DISTILLED = [1000, 993, 987, 981, 975, 909, 725, 0.03]
_DECODED_AT = {"decode_timestep": 0.05, "decode_noise_scale": 0.025}


class Ltx(Family):
    """LTX-Video in all its sizes."""

    name = "ltx"
    grid = Grid(side=32, frames=8)
    checkpoints: ClassVar = {
        "first": Checkpoint(
            pipelines={Mode.TEXT: "LTXPipeline", Mode.PHOTO: "LTXImageToVideoPipeline"},
            tiny=lambda: _tiny(diffusers.LTXPipeline),
        ),
        "conditions": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, "LTXConditionPipeline"),
            tiny=lambda: _tiny(
                diffusers.LTXConditionPipeline,
                timestep_conditioning=True,
                decoder_inject_noise=(True, False, False, False, False),
            ),
        ),
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        more: dict[str, Any] = {"frame_rate": take.fps, **_DECODED_AT}
        if not isinstance(pipeline, diffusers.LTXConditionPipeline):
            return more | ({"image": image(take.pictures[0])} if take.pictures else {})
        if is_distilled(take, len(_DISTILLED)):
            more["timesteps"] = _DISTILLED
        return more | {"conditions": _conditions(take) or None}

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:
        """Find the latent picture in the middle of a film, after those it is given."""
        frames, height, width = latent_shape(pipeline, take)
        film = latents[0, -frames * height * width :]
        return film.unflatten(0, (frames, height, width))[frames // 2].movedim(-1, 0)


def latent_shape(pipeline: Pipeline, take: Take) -> tuple[int, int, int]:
    """Tell how many latent frames there are, and of which height and width."""
    side = pipeline.vae_spatial_compression_ratio
    frames = (take.frames - 1) // pipeline.vae_temporal_compression_ratio + 1
    return frames, take.height // side, take.width // side


def is_distilled(take: Take, steps: int) -> bool:
    """Tell whether a take wants the steps that distilled weights were taught, and no others.

    Those read the words once a step, so that nobody else asks for guidance 1 in so few steps.
    """
    return take.guidance <= 1 and take.steps == steps


def _conditions(take: Take) -> list[Any]:
    module = import_module("diffusers.pipelines.ltx.pipeline_ltx_condition")
    if take.before is not None:
        return [module.LTXVideoCondition(video=images(take.before), frame_index=0)]
    return [
        module.LTXVideoCondition(image=image(picture), frame_index=at)
        for at, picture in take.pictures.items()
    ]


def _tiny(cls: Any, **vae: Any) -> Pipeline:
    return cls(
        scheduler=ltx.scheduler(by_size=cls is diffusers.LTXPipeline),
        vae=ltx.vae(**vae),
        text_encoder=encoders.t5(),
        tokenizer=tokenizers.t5(),
        transformer=ltx.transformer(),
    )
