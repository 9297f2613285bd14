"""What is fetched of a checkpoint is all that filming with it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.pipelines.bases import Bases
from engine.pipelines.check import a_take
from engine.pipelines.families import NAMES, family
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Mode
from engine.pipelines.tiny import encoders
from engine.weights.hub.bases import BaseFiles
from engine.weights.hub.client import HuggingFaceHub
from engine.weights.hub.reference import Origin
from tests.fakes.hub import FakeHub
from tests.unit.engine.weights.hub.repository import files_in, quiet

KINDS = [(name, kind) for name in NAMES for kind in family(name).checkpoints]
UNWANTED = {"README.md": b"films", "all.safetensors": b"for other programs", "run.py": b"exit()"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in files_in(folder)}


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_checkpoint_of_any_family_is_read_as_it_was_published(
    name: str, kind: str, hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    checkpoint = family(name).checkpoints[kind]
    published = checkpoint.tiny()
    Loaded(family(name), checkpoint, published).write(tmp_path / "published")
    hub.publish("makers/films", files_of(tmp_path / "published") | UNWANTED)

    folder = BaseFiles(tmp_path).fetch("films", Origin(repo="makers/films"), client, quiet)

    assert files_in(folder).isdisjoint(UNWANTED)
    read = Loaded.read(family(name), kind, folder).pipeline
    assert set(read.components) == set(published.components)
    for denoiser in family(name).denoisers:
        was = getattr(published, denoiser).state_dict()
        now = getattr(read, denoiser).state_dict()
        assert was.keys() == now.keys()
        assert all(torch.equal(was[key], now[key]) for key in was)


def plain_unet() -> Any:
    """Make the network as Stable Diffusion is published, which knows of no motion."""
    return diffusers.UNet2DConditionModel(
        block_out_channels=(8, 8),
        layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=encoders.WIDTH,
        norm_num_groups=2,
    )


def test_a_base_from_two_repositories_films(
    hub: FakeHub, client: HuggingFaceHub, tmp_path: Path
) -> None:
    id_ = "animatediff-sd-1-5"
    base, animatediff = Bases.built_in().by_id[id_], family("animatediff")
    tiny = animatediff.checkpoints["text"].tiny()
    whole = tmp_path / "whole"
    tiny.save_pretrained(whole)
    plain_unet().save_pretrained(whole / "unet")
    hub.publish(base.repo, files_of(whole))
    hub.publish(base.parts["motion_adapter"], files_of(whole / "motion_adapter"))

    folder = BaseFiles(tmp_path).fetch(id_, base, client, quiet)

    loaded = Loaded.read(animatediff, "text", folder)
    take = a_take(animatediff, Mode.TEXT, seed=1)
    assert loaded.film(take).frames.shape == (take.frames, take.height, take.width, 3)
    assert loaded.pipeline.scheduler.config.beta_schedule == "linear"
