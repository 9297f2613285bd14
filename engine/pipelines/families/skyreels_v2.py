"""SkyReels V2: text, photo, and diffusion forcing, which goes on from the frames before."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, as_frames, ends, images
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Footage, Frames, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan

_SHIFT = 8.0
_FORCING = "SkyReelsV2DiffusionForcing{}Pipeline"


class SkyReelsV2(Family):
    """SkyReels V2 in all its sizes."""

    name = "skyreels-v2"
    grid = Grid(side=16, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "SkyReelsV2Pipeline"}, tiny=lambda: _text()),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "SkyReelsV2ImageToVideoPipeline"}, tiny=lambda: _photo()
        ),
        "forcing": Checkpoint(
            pipelines={
                Mode.TEXT: _FORCING.format(""),
                Mode.PHOTO: _FORCING.format("ImageToVideo"),
                Mode.ENDS: _FORCING.format("ImageToVideo"),
                Mode.EXTEND: _FORCING.format("VideoToVideo"),
            },
            tiny=lambda: _text(diffusers.SkyReelsV2DiffusionForcingPipeline),
        ),
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        more: dict[str, Any] = {**ends(take)}
        if type(pipeline).__name__ in self.checkpoints["forcing"].pipelines.values():
            # more frames than the base are filmed piece by piece, each in all the steps
            more |= {"base_num_frames": take.frames, "fps": take.fps}
        if take.before is not None:
            known = self._known(take.before)
            more |= {"video": images(known), "overlap_history": len(known)}
        return more

    def footage(self, output: Any, take: Take) -> Footage:
        """Take the frames out of what a pipeline gives; it puts those it was given in front."""
        return Footage(frames=as_frames(output.frames)[-take.frames :], fps=take.fps)

    def _known(self, before: Frames) -> Frames:
        """Leave out the end that does not fill a step of the autoencoder."""
        return before[: (len(before) - 1) // self.grid.frames * self.grid.frames + 1]


def _text(cls: Any = diffusers.SkyReelsV2Pipeline) -> Pipeline:
    return cls(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(_SHIFT),
        transformer=wan.transformer(diffusers.SkyReelsV2Transformer3DModel),
    )


def _photo() -> Pipeline:
    return diffusers.SkyReelsV2ImageToVideoPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(_SHIFT),
        transformer=wan.transformer(
            diffusers.SkyReelsV2Transformer3DModel, in_channels=36, image_dim=4
        ),
        image_encoder=encoders.clip_image(),
        image_processor=encoders.clip_image_processor(),
    )
