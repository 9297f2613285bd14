"""LTX-2: text, pictures or film anywhere, by the same weights, and always with sound."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from torch import Tensor

from engine.pipelines.families.ltx import is_distilled, latent_shape
from engine.pipelines.family import Checkpoint, Family, Pipeline, as_sound, image, images
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import WITHOUT_MOTION, Sound, Take
from engine.pipelines.tiny import ltx, ltx2, tokenizers

PIPELINE = "LTX2ConditionPipeline"
_ONCE_A_STEP = {
    "stg_scale": 0.0,
    "modality_scale": 1.0,
    "guidance_rescale": 0.0,
    "audio_guidance_scale": 1.0,
    "audio_stg_scale": 0.0,
    "audio_modality_scale": 1.0,
    "audio_guidance_rescale": 0.0,
}
_PERTURBED, _PERTURBED_IN_2_0 = 28, 29


class Ltx2(Family):
    """LTX-2 and 2.3."""

    name = "ltx2"
    grid = Grid(side=32, frames=8)
    checkpoints: ClassVar = {
        "2.0": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, PIPELINE),
            tiny=lambda: tiny(ltx2.transformer(), ltx2.connectors()),
        ),
        "2.3": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, PIPELINE),
            tiny=lambda: tiny(ltx2.transformer_2_3(), ltx2.connectors_2_3()),
        ),
    }
    has_sound = True

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        more: dict[str, Any] = {
            "frame_rate": take.fps,
            "conditions": self._conditions(take) or None,
            **_guidance(pipeline.transformer.config, take),
        }
        taught = import_module("diffusers.pipelines.ltx2.utils").DISTILLED_SIGMA_VALUES
        if is_distilled(take, len(taught)):
            more["sigmas"] = taught
            _as_taught(pipeline)
        return more

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:
        """Find the latent picture in the middle of a film, before those it is given."""
        frames, height, width = latent_shape(pipeline, take)
        film = latents[0, : frames * height * width]
        return film.unflatten(0, (frames, height, width))[frames // 2].movedim(-1, 0)

    def sound(self, pipeline: Pipeline, output: Any) -> Sound:
        """Take the soundtrack out of what a pipeline gives."""
        return as_sound(output.audio, pipeline.vocoder.config.output_sampling_rate)

    def _conditions(self, take: Take) -> list[Any]:
        condition = import_module(
            "diffusers.pipelines.ltx2.pipeline_ltx2_condition"
        ).LTX2VideoCondition
        if take.before is not None:
            return [condition(frames=images(take.before))]
        # after the first frame each latent one holds several, and a picture goes to one of them
        return [
            condition(frames=image(picture), index=-(-at // self.grid.frames))
            for at, picture in take.pictures.items()
        ]


def _as_taught(pipeline: Pipeline) -> None:
    """Leave the steps where they are, whatever the size of the film."""
    pipeline.scheduler = type(pipeline.scheduler).from_config(
        pipeline.scheduler.config, use_dynamic_shifting=False, shift=1.0, shift_terminal=None
    )


def _guidance(config: Any, take: Take) -> dict[str, Any]:
    """Run once a step at guidance 1; else also without the words, a layer, and the other half."""
    if take.guidance <= 1:
        return _ONCE_A_STEP
    if config.cross_attn_mod:
        return {"spatio_temporal_guidance_blocks": [min(_PERTURBED, config.num_layers - 1)]}
    return {
        "spatio_temporal_guidance_blocks": [min(_PERTURBED_IN_2_0, config.num_layers - 1)],
        "use_cross_timestep": False,
    }


def tiny(transformer: Any, connectors: Any) -> Pipeline:
    """Make a checkpoint with random weights."""
    return diffusers.LTX2Pipeline(
        scheduler=ltx.scheduler(by_size=True),
        vae=ltx2.vae(),
        audio_vae=ltx2.audio_vae(),
        text_encoder=ltx2.gemma(),
        tokenizer=tokenizers.gemma(),
        connectors=connectors,
        transformer=transformer,
        vocoder=ltx2.vocoder(),
    )
