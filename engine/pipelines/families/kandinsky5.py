"""Kandinsky 5 Lite and Pro, from words or from a photo."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, qwen, tokenizers

_LATENT = 16
_CLIP_WIDTH = 16
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
        ),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "Kandinsky5I2VPipeline"},
            tiny=lambda: _made(diffusers.Kandinsky5I2VPipeline, visual_cond=True),
        ),
    }

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
        vae=_vae(),
        text_encoder=qwen.qwen2_5_vl(),
        # a whole processor would need torchvision, and only its tokenizer is used
        tokenizer=tokenizers.qwen2(),
        text_encoder_2=encoders.clip_text(_CLIP_WIDTH),
        tokenizer_2=tokenizers.clip(),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=5.0),
        transformer=_transformer(visual_cond=visual_cond),
    )


def _transformer(*, visual_cond: bool) -> Any:
    made = diffusers.Kandinsky5Transformer3DModel(
        in_visual_dim=_LATENT,
        in_text_dim=encoders.WIDTH,
        in_text_dim2=_CLIP_WIDTH,
        time_dim=16,
        out_visual_dim=_LATENT,
        patch_size=(1, 2, 2),
        model_dim=16,
        ff_dim=32,
        num_text_blocks=1,
        num_visual_blocks=2,
        axes_dims=(1, 1, 2),
        visual_cond=visual_cond,
        attention_type="regular",
    )
    for weights in made.parameters():
        if not weights.any():  # its layers begin switched off, deaf to all words
            nn.init.normal_(weights, std=0.1)
    return made


def _vae() -> Any:
    return diffusers.AutoencoderKLHunyuanVideo(
        block_out_channels=[8] * 4,
        down_block_types=["HunyuanVideoDownBlock3D"] * 4,
        up_block_types=["HunyuanVideoUpBlock3D"] * 4,
        latent_channels=_LATENT,
        layers_per_block=1,
        mid_block_add_attention=False,
        norm_num_groups=4,
    )
