from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.pipelines.check import a_take
from engine.pipelines.families.hunyuan15 import Hunyuan15
from engine.pipelines.families.ltx import Ltx
from engine.pipelines.families.ltx2 import Ltx2
from engine.pipelines.families.mochi import Mochi
from engine.pipelines.families.skyreels_v2 import SkyReelsV2
from engine.pipelines.families.wan22 import Wan22, Wan22Small
from engine.pipelines.family import Family
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Mode, Take


def loaded(family: Family, kind: str) -> Loaded:
    """A tiny checkpoint that was never written."""
    checkpoint = family.checkpoints[kind]
    return Loaded(family, checkpoint, checkpoint.tiny())


def distilled(family: Family) -> Take:
    """A take as distilled weights are asked for one."""
    return replace(a_take(family, Mode.TEXT, seed=1), guidance=1.0, steps=8)


@pytest.mark.parametrize(("guidance", "late"), [(4.0, 3.0), (1.2, 1.0), (1.0, 1.0)])
def test_the_second_expert_of_wan_is_led_less_but_not_set_free(
    guidance: float, late: float
) -> None:
    wan = loaded(Wan22(), "text")
    take = replace(a_take(wan.family, Mode.TEXT, seed=1), guidance=guidance)

    assert wan.family.arguments(wan.pipeline, take)["guidance_scale_2"] == late


def test_the_small_wan_films_in_coarser_steps_than_the_large_one() -> None:
    assert Wan22().grid.fits(1280, 720, 81)
    assert Wan22Small().grid.nearest(1280, 720, 121) == (1280, 704, 121)


def test_distilled_ltx_takes_the_steps_it_was_taught() -> None:
    ltx = loaded(Ltx(), "conditions")

    ltx.film(distilled(ltx.family))

    assert ltx.pipeline.scheduler.timesteps.tolist()[:-1] == [1000, 993, 987, 981, 975, 909, 725]


@pytest.mark.parametrize("change", [{"guidance": 3.0}, {"steps": 20}])
def test_other_ltx_takes_steps_of_its_own(change: dict[str, float]) -> None:
    ltx = loaded(Ltx(), "conditions")
    take = replace(distilled(ltx.family), **change)

    assert "timesteps" not in ltx.family.arguments(ltx.pipeline, take)


def test_distilled_ltx2_keeps_to_its_steps_and_leaves_the_next_take_as_it_was() -> None:
    checkpoint = Ltx2().checkpoints["2.3"]
    pipeline = diffusers.LTX2ConditionPipeline.from_pipe(checkpoint.tiny())
    ltx2 = Loaded(Ltx2(), checkpoint, pipeline)
    usual = replace(distilled(ltx2.family), steps=4)
    steps: list[list[float]] = []
    for take in (usual, distilled(ltx2.family), usual):
        ltx2.film(take)
        steps.append(pipeline.scheduler.timesteps.tolist())

    assert steps[1] == pytest.approx([1000, 993.75, 987.5, 981.25, 975, 909.375, 725, 421.875])
    assert steps[0] == steps[2]


@pytest.mark.parametrize(("at", "index"), [(0, 0), (1, 1), (8, 1), (9, 2), (16, 2)])
def test_a_picture_goes_to_the_latent_frame_of_ltx2_that_holds_it(at: int, index: int) -> None:
    ltx2 = loaded(Ltx2(), "2.0")
    picture = np.zeros((64, 64, 3), np.uint8)
    take = replace(a_take(ltx2.family, Mode.TEXT, seed=1), pictures={at: picture})

    (condition,) = ltx2.family.arguments(ltx2.pipeline, take)["conditions"]

    assert condition.index == index


def test_hunyuan_films_a_photo_in_the_size_that_was_asked_for() -> None:
    hunyuan = loaded(Hunyuan15(), "photo")
    photo = np.zeros((32, 80, 3), np.uint8)
    take = replace(
        a_take(hunyuan.family, Mode.TEXT, seed=1), width=80, height=32, pictures={0: photo}
    )

    assert hunyuan.film(take).frames.shape == (take.frames, 32, 80, 3)


@pytest.mark.parametrize(("before", "known"), [(1, 1), (4, 1), (5, 5), (12, 9)])
def test_skyreels_goes_on_from_frames_that_fill_its_steps(before: int, known: int) -> None:
    skyreels = loaded(SkyReelsV2(), "forcing")
    take = a_take(skyreels.family, Mode.TEXT, seed=1)
    film = np.random.default_rng(1).integers(0, 255, (before, 64, 64, 3), np.uint8)
    take = replace(take, before=film)

    arguments = skyreels.family.arguments(skyreels.pipeline, take)

    assert arguments["overlap_history"] == known
    assert np.array_equal(np.stack(arguments["video"]), film[:known])
    assert skyreels.film(take).frames.shape == (take.frames, 64, 64, 3)


@pytest.mark.filterwarnings("ignore:In CPU autocast:UserWarning")
def test_a_model_whose_time_begins_at_0_is_as_far_as_its_steps() -> None:
    mochi = loaded(Mochi(), "text")
    seen: list[float] = []

    def watch(fraction: float) -> bool:
        seen.append(fraction)
        return True

    mochi.film(a_take(mochi.family, Mode.TEXT, seed=1), watch)

    assert seen == pytest.approx([0, 1 / 3, 2 / 3])
