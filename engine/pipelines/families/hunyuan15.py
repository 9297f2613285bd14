"""HunyuanVideo 1.5: text and photo."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, image
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, hunyuan15, tokenizers

_ELSEWHERE = ("width", "height", "guidance_scale")


class Hunyuan15(Family):
    """HunyuanVideo 1.5."""

    name = "hunyuan1.5"
    grid = Grid(side=16, frames=4)
    checkpoints: ClassVar = {
        "text": Checkpoint(
            pipelines={Mode.TEXT: "HunyuanVideo15Pipeline"},
            tiny=lambda: _tiny(diffusers.HunyuanVideo15Pipeline),
        ),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "HunyuanVideo15ImageToVideoPipeline"},
            tiny=lambda: _tiny(
                diffusers.HunyuanVideo15ImageToVideoPipeline,
                task_type="i2v",
                image_encoder=hunyuan15.siglip(),
                feature_extractor=hunyuan15.siglip_processor(),
            ),
        ),
    }

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out what these pipelines are told in other ways."""
        usual = super().usual(take)
        return {name: value for name, value in usual.items() if name not in _ELSEWHERE}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        pipeline.guider = pipeline.guider.new(guidance_scale=take.guidance)
        if not take.pictures:
            return {"width": take.width, "height": take.height}
        # it would choose a size near the weights' own, and the photo has the one that is wanted
        pipeline.video_processor.calculate_default_height_width = _as_it_is
        return {"image": image(take.pictures[0])}


def _as_it_is(height: int, width: int, target_size: int) -> tuple[int, int]:
    del target_size
    return height, width


def _tiny(cls: Any, *, task_type: str = "t2v", **more: Any) -> Pipeline:
    return cls(
        text_encoder=hunyuan15.qwen(),
        tokenizer=tokenizers.qwen2(),
        transformer=hunyuan15.transformer(task_type=task_type),
        vae=hunyuan15.vae(),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder_2=encoders.t5(),
        tokenizer_2=hunyuan15.letters(),
        guider=diffusers.ClassifierFreeGuidance(guidance_scale=6.0),
        **more,
    )
