"""HunyuanVideo: text, and photo in both ways that its weights were taught."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, image
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, hunyuan, tokenizers

_IN_FRONT = "latent_concat"
_IN_PLACE = "token_replace"


class Hunyuan(Family):
    """HunyuanVideo; its weights are told how closely to follow the words, in one run a step."""

    name = "hunyuan"
    grid = Grid(side=16, frames=4)
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "HunyuanVideoPipeline"}, tiny=lambda: _text()),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "HunyuanVideoImageToVideoPipeline"},
            tiny=lambda: _photo(image_condition_type=_IN_PLACE),
            caches=False,
        ),
        "photo-33ch": Checkpoint(
            pipelines={Mode.PHOTO: "HunyuanVideoImageToVideoPipeline"},
            tiny=lambda: _photo(image_condition_type=_IN_FRONT, in_channels=9),
            caches=False,
        ),
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        if not take.pictures:
            return {}
        more: dict[str, Any] = {"image": image(take.pictures[0])}
        if pipeline.transformer.config.image_condition_type == _IN_FRONT:
            # what is filmed before the photo is left out afterwards
            more["num_frames"] = take.frames + self.grid.frames
        return more


def _text() -> Pipeline:
    return diffusers.HunyuanVideoPipeline(
        text_encoder=hunyuan.llama(),
        tokenizer=hunyuan.tokenizer(),
        transformer=hunyuan.transformer(),
        vae=hunyuan.vae(),
        scheduler=hunyuan.scheduler(),
        text_encoder_2=encoders.clip_text(),
        tokenizer_2=tokenizers.clip(),
    )


def _photo(**different: Any) -> Pipeline:
    tokenizer = hunyuan.tokenizer()
    return diffusers.HunyuanVideoImageToVideoPipeline(
        text_encoder=hunyuan.llava(hunyuan.image_token(tokenizer)),
        tokenizer=tokenizer,
        transformer=hunyuan.transformer(**different),
        vae=hunyuan.vae(),
        scheduler=hunyuan.scheduler(),
        text_encoder_2=encoders.clip_text(),
        tokenizer_2=tokenizers.clip(),
        image_processor=hunyuan.image_processor(),
    )
