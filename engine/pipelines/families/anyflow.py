"""AnyFlow, made of Wan 2.1, which films in as many steps as there is time for."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny, as_frames
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Footage, Frames, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan

_CHUNK = 3
"""Latent frames, as its weights were trained; the first frame is alone."""


class AnyFlow(Family):
    """AnyFlow: all frames at once, or chunk after chunk, which can go on from what there is."""

    name = "anyflow"
    grid = Grid(side=32, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "AnyFlowPipeline"}, tiny=lambda: _at_once()),
        "causal": Checkpoint(
            pipelines=dict.fromkeys((Mode.TEXT, Mode.PHOTO, Mode.EXTEND), "AnyFlowFARPipeline"),
            tiny=lambda: _in_chunks(),
        ),
    }
    tiny = Tiny(guidance=1.0)

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        if isinstance(pipeline, diffusers.AnyFlowPipeline):
            return {}
        more: dict[str, Any] = {"chunk_partition": self._chunks(take)}
        known = self._known(take)
        if len(known):
            more["video"] = torch.from_numpy(known).movedim(-1, 1)[None] / 255
        return more

    def rounds(self, pipeline: Pipeline, take: Take) -> int:
        """Say how many chunks are to be made."""
        if isinstance(pipeline, diffusers.AnyFlowPipeline):
            return 1
        return len(self._chunks(take)) - len(self._chunks_known(take))

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film, whose frames come before channels."""
        return latents[0, latents.shape[1] // 2]

    def footage(self, output: Any, take: Take) -> Footage:
        """Put in front what did not fill a latent frame, and cut as much at the end."""
        made = as_frames(output.frames)
        if take.before is not None:
            left_out = len(take.before) - len(self._known(take))
            made = np.concatenate([take.before[:left_out], made])[: take.frames]
        return Footage(frames=made, fps=take.fps)

    def _known(self, take: Take) -> Frames:
        if take.before is None:
            return np.stack([take.pictures[0]]) if take.pictures else np.empty(0, np.uint8)
        whole = self._latent(len(take.before))
        return take.before[-((whole - 1) * self.grid.frames + 1) :]

    def _latent(self, frames: int) -> int:
        return (frames - 1) // self.grid.frames + 1

    def _chunks_known(self, take: Take) -> list[int]:
        return _chunked(self._latent(len(self._known(take))))

    def _chunks(self, take: Take) -> list[int]:
        """Divide a take so that what is known of it ends with a chunk."""
        known = self._chunks_known(take)
        rest = self._latent(take.frames) - sum(known)
        return known + (_thirds(rest) if known else _chunked(rest))


def _chunked(latent: int) -> list[int]:
    return [1, *_thirds(latent - 1)] if latent else []


def _thirds(latent: int) -> list[int]:
    whole, rest = divmod(latent, _CHUNK)
    return [_CHUNK] * whole + ([rest] if rest else [])


def _at_once() -> Pipeline:
    return diffusers.AnyFlowPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=_scheduler(),
        transformer=_transformer(diffusers.AnyFlowTransformer3DModel),
    )


def _in_chunks() -> Pipeline:
    return diffusers.AnyFlowFARPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=_scheduler(),
        transformer=_transformer(diffusers.AnyFlowFARTransformer3DModel),
    )


def _scheduler() -> Any:
    return diffusers.FlowMapEulerDiscreteScheduler(shift=5.0)


def _transformer(cls: Any) -> Any:
    return cls(
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=16,
        out_channels=16,
        text_dim=encoders.WIDTH,
        ffn_dim=32,
        num_layers=2,
        rope_max_seq_len=32,
    )
