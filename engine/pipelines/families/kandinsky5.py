"""Kandinsky 5 Lite and Pro, from words or from a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers, read_tokenizer
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, kandinsky, qwen, tokenizers

_SPARSE_SIDE = 128
"""Sparse attention goes by blocks of this many pixels."""


class Kandinsky5(Family):
    """Kandinsky 5 in both sizes; those for ten seconds or high resolution attend sparsely."""

    name = "kandinsky5"
    grid = Grid(side=16, frames=4)
    checkpoints: ClassVar = {
        "text": Checkpoint(
            pipelines={Mode.TEXT: "Kandinsky5T2VPipeline"},
            tiny=lambda: _made(diffusers.Kandinsky5T2VPipeline),
            caches=False,
        ),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "Kandinsky5I2VPipeline"},
            tiny=lambda: _made(diffusers.Kandinsky5I2VPipeline, visual_cond=True),
            caches=False,
        ),
    }

    def parts(self, folder: Path) -> dict[str, Any]:
        """Read the tokenizer alone: the whole processor there would need torchvision."""
        return {"tokenizer": read_tokenizer(folder / "tokenizer")}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Add the photo.

        Raises:
            CannotFilm: this checkpoint attends sparsely, and the size is not whole blocks.
        """
        is_sparse = pipeline.transformer.config.attention_type == "nabla"
        if is_sparse and (take.width % _SPARSE_SIDE or take.height % _SPARSE_SIDE):
            raise CannotFilm(
                self.name, f"this checkpoint's sides are multiples of {_SPARSE_SIDE} pixels"
            )
        set_shift(pipeline, take.shift)
        return photo(take)

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film, whose channels come last."""
        return latents[0, latents.shape[1] // 2].movedim(-1, 0)


def _made(cls: Any, *, visual_cond: bool = False) -> Pipeline:
    return cls(
        vae=kandinsky.vae(),
        text_encoder=qwen.qwen2_5_vl(),
        tokenizer=tokenizers.qwen2(),
        text_encoder_2=encoders.clip_text(kandinsky.CLIP_WIDTH),
        tokenizer_2=tokenizers.clip(),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=5.0),
        transformer=kandinsky.transformer(visual_cond=visual_cond),
    )
