"""Helios, which films chunk after chunk, each from what it remembers of those before."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny, as_frames, images, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Footage, Frames, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan

_CHUNK = 33
_GAMMA = 0.3
"""As is usual, 1/3, the noise between two sizes is drawn from a matrix that few CPUs can factor."""
_MODES = (Mode.TEXT, Mode.PHOTO, Mode.EXTEND)


class Helios(Family):
    """Helios Base; each chunk takes all the steps."""

    name = "helios"
    grid = Grid(side=16, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "any": Checkpoint(pipelines=dict.fromkeys(_MODES, "HeliosPipeline"), tiny=lambda: _base())
    }
    tiny = Tiny(frames=37)

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:  # noqa: ARG002
        """Say what a pipeline is called with for a take."""
        more = photo(take) | {"num_frames": _new_frames(take)}
        if take.before is not None:
            more["video"] = images(_a_chunk(take.before))
        return more

    def rounds(self, pipeline: Pipeline, take: Take) -> int:  # noqa: ARG002
        """Say how many chunks there are."""
        return -(-_new_frames(take) // _CHUNK)

    def footage(self, output: Any, take: Take) -> Footage:
        """Put what it goes on from in front, and cut the rest of the last chunk."""
        made = as_frames(output.frames)
        if take.before is not None:
            made = np.concatenate([take.before, made])
        return Footage(frames=made[: take.frames], fps=take.fps)


class HeliosPyramid(Helios):
    """Helios Mid and Distilled, which begin each chunk small, and share the steps by size."""

    name = "helios-pyramid"
    grid = Grid(side=64, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "mid": Checkpoint(
            pipelines=dict.fromkeys(_MODES, "HeliosPyramidPipeline"),
            tiny=lambda: _pyramid(diffusers.HeliosScheduler(gamma=_GAMMA)),
            caches=False,
        ),
        "distilled": Checkpoint(
            pipelines=dict.fromkeys(_MODES, "HeliosPyramidPipeline"),
            tiny=lambda: _pyramid(diffusers.HeliosDMDScheduler(gamma=_GAMMA), is_distilled=True),
            caches=False,
        ),
    }
    tiny = Tiny(width=128)

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out the number of steps, which is told otherwise."""
        usual = super().usual(take)
        del usual["num_inference_steps"]
        return usual

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take.

        Raises:
            CannotFilm: there are fewer steps than sizes.
        """
        stages = pipeline.scheduler.config.stages
        if take.steps < stages:
            raise CannotFilm(self.name, f"it takes at least {stages} steps, one for each size")
        # the first ones get what cannot be shared
        shares = [take.steps // stages + (at < take.steps % stages) for at in range(stages)]
        return super().arguments(pipeline, take) | {"pyramid_num_inference_steps_list": shares}

    def rounds(self, pipeline: Pipeline, take: Take) -> int:
        """Say how many chunks there are, times their sizes."""
        return super().rounds(pipeline, take) * pipeline.scheduler.config.stages


def _new_frames(take: Take) -> int:
    return take.frames - (0 if take.before is None else len(take.before))


def _a_chunk(before: Frames) -> Frames:
    """Hold the first picture until a chunk is full, as the pipeline itself does with a photo."""
    missing = max(0, _CHUNK - len(before))
    return np.concatenate([before[:1].repeat(missing, axis=0), before])


def _base() -> Pipeline:
    return diffusers.HeliosPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=diffusers.HeliosScheduler(
            stages=1, stage_range=[0, 1], use_dynamic_shifting=True
        ),
        transformer=_transformer(),
    )


def _pyramid(scheduler: Any, *, is_distilled: bool = False) -> Pipeline:
    return diffusers.HeliosPyramidPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=scheduler,
        transformer=_transformer(),
        is_cfg_zero_star=not is_distilled,
        is_distilled=is_distilled,
    )


def _transformer() -> Any:
    return diffusers.HeliosTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=16,
        out_channels=16,
        text_dim=encoders.WIDTH,
        ffn_dim=32,
        num_layers=2,
        rope_dim=(4, 4, 4),
        guidance_cross_attn=True,
        zero_history_timestep=True,
        has_multi_term_memory_patch=True,
        is_amplify_history=False,
    )
