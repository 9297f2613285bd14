"""A worker's versions of effects: what it says of them, and what becomes of those that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
import torch
from redis.asyncio import Redis

from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.outfit import Outfit
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.effects.versions import Versions
from engine.jobs.errors import MediaUnavailable, Refused
from engine.jobs.job import Job, MediaKey, Succeeded, Variant
from engine.jobs.media.store import MediaStore
from engine.jobs.presence import Presence
from engine.jobs.refusal import RefusalCode
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.memory.device_memory import TorchMemory
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.assignment import read_order
from engine.worker.bench import Bench
from engine.worker.presence import Showcase, keep_announcing
from tests.house import at_work
from tests.job_samples import WORKER
from tests.own_effects import ROBOT, write_version
from tests.unit.engine.effects.tiny_bases import a_base
from tests.unit.engine.worker.working import EFFECTS, job, outcome, until, working

OLD = ROBOT.version
TURN = EFFECTS["head_turn"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The operator's folder, which nobody has made yet."""
    return tmp_path / "effects"


@pytest.fixture
def live(bench: Bench, own: Path) -> Bench:
    """A bench that has its effects as the folders say."""
    effects = Versions(own)
    return replace(bench, effects=effects, look_again=effects.look_again)


def offered(showcase: Showcase) -> tuple[list[str], list[str]]:
    """The robot's versions, usual and beside."""
    offer = showcase.offer
    usual = [card.version for card in offer.effects if card.id == "robot"]
    return usual, [card.version for card in offer.beside if card.id == "robot"]


async def test_what_is_dropped_into_the_folder_is_offered_until_it_is_gone(
    live: Bench, own: Path
) -> None:
    showcase = Showcase(live)
    await showcase.begin()
    assert offered(showcase) == ([OLD], [])
    file = write_version(own, "2.0.0")
    await showcase.refresh()
    assert offered(showcase) == ([OLD], ["2.0.0"])
    card = next(it for it in showcase.offer.beside if it.version == "2.0.0")
    assert card.preview is not None
    assert await live.media.exists(card.preview)
    file.unlink()
    await showcase.refresh()
    assert offered(showcase) == ([OLD], [])


async def test_bots_hear_of_it_from_the_next_announcement_on(
    live: Bench, own: Path, redis: Redis
) -> None:
    presence, showcase = Presence(redis), Showcase(live)
    await showcase.begin()

    async def is_heard(version: str) -> bool:
        return version in [card.version for card in (await presence.offers()).beside]

    async with at_work(keep_announcing(presence, WORKER, showcase)):
        write_version(own, "2.0.0")
        await until(partial(is_heard, "2.0.0"))


async def test_what_can_be_made_of_a_version_alone_is_offered_beside(bench: Bench) -> None:
    recipe = RecipeVariant(name="film", base="none", prompt="It turns.", cost_s=1.0)
    usual = TURN.model_copy(update={"variants": (recipe,)})
    showcase = Showcase(replace(bench, effects={"head_turn": usual, "head_turn@2.0.0": TURN}))
    await showcase.begin()
    assert showcase.offer.effects == ()
    assert [card.id for card in showcase.offer.beside] == ["head_turn"]


@dataclass
class Elsewhere:
    """A media store that is away for a while."""

    store: MediaStore
    away: bool = True

    async def put(self, key: MediaKey, data: bytes) -> None:
        if self.away:
            raise MediaUnavailable("away")
        await self.store.put(key, data)


async def test_while_the_store_is_away_what_was_offered_stays(live: Bench, own: Path) -> None:
    store = Elsewhere(live.media, away=False)
    showcase = Showcase(replace(live, media=store))
    await showcase.begin()
    store.away = True
    write_version(own, "2.0.0")
    await showcase.refresh()
    assert offered(showcase) == ([OLD], [])
    store.away = False
    await showcase.refresh()
    assert offered(showcase) == ([OLD], ["2.0.0"])


def newer(**different: object) -> Effect:
    about = TURN.about.model_copy(update={"version": "2.0.0"})
    return TURN.model_copy(update={"about": about} | different)


async def test_a_job_is_made_by_its_version_and_the_outcome_names_it(
    bench: Bench, redis: Redis
) -> None:
    bench = replace(bench, effects={"head_turn": TURN, "head_turn@2.0.0": newer()})
    await bench.queue.enqueue(replace(job(), effect_version="2.0.0"))
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert done.version == "2.0.0"


async def test_a_job_whose_version_is_gone_is_made_by_the_usual_one(
    bench: Bench, redis: Redis
) -> None:
    gone = replace(job(), effect_version="2.0.0", params={"colour": "red", "height": "tall"})
    variants = (replace(gone.variants[0], name="as_it_was"),)
    await bench.queue.enqueue(replace(gone, variants=variants))
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert (done.version, done.variant) == (TURN.version, "head_turn")


def a_film(name: str, base: str = "large") -> RecipeVariant:
    return RecipeVariant(name=name, base=base, prompt="It turns.", cost_s=1.0)


@pytest.mark.parametrize(
    ("effects", "claimed", "made"),
    [
        ({"head_turn": newer(variants=(a_film("film"), a_film("fine")))}, "fine", "fine"),
        ({"head_turn": newer(variants=(a_film("other"), *TURN.variants))}, "film", "other"),
        ({"head_turn": newer(variants=(a_film("film", "small"), *TURN.variants))}, "film", "look"),
        ({"head_turn": newer(variants=(a_film("film", "small"),))}, "film", "film"),
    ],
)
async def test_what_a_version_cannot_do_is_done_with_what_there_is(
    media: MediaStore, effects: Mapping[str, Effect], claimed: str, made: str
) -> None:
    variant = Variant(name=claimed, needs="model:large", cost_s=1.0)
    wanted = replace(job(), effect_version="3.0.0", photos=(), variants=(variant,))
    order = await read_order(wanted, variant, effects, media)
    assert order.variant.name == ("head_turn" if made == "look" else made)


BASES = Bases({"tiny": a_base("wan2.1", "photo", steps=2)})
FILMED = """
schema = "effect/1"
effect = { id = "robot", version = "2.0.0", title = { en = "Robot" }, summary = { en = "." }, \
photos = 1, license = "Apache-2.0" }
output = { seconds = 1.0, fps = 16 }
variant = [{ name = "film", base = "tiny", prompt = "A robot.", cost_s = 1.0 }]
"""


@pytest.fixture
def filming(live: Bench, vision: Vision, tmp_path: Path) -> Bench:
    """A bench with a model, which no version needs yet."""
    torch.manual_seed(0)
    folder, effects = tmp_path / "models", live.effects
    assert isinstance(effects, Versions)
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(folder / "bases" / "tiny")
    models = RecipeModels(folder, BASES, effects.recipes, TorchMemory(torch.device("cpu")))
    camera = RecipeCamera(models, vision, BASES, Finishing())
    outfit = Outfit(maker=ClipMaker(LookCamera(vision), OpenGate(), camera), models=models)
    look_again = partial(outfit.look_again, effects)
    return replace(live, maker=outfit.maker, models=models, look_again=look_again)


async def test_a_version_on_another_model_is_learned_while_the_worker_works(
    filming: Bench, own: Path, redis: Redis
) -> None:
    showcase = Showcase(filming)
    await showcase.begin()
    async with working(filming):
        write_version(own, "2.0.0").write_text(FILMED, encoding="utf-8")
        await showcase.refresh()
        (card,) = showcase.offer.beside
        assert [variant.needs for variant in card.variants] == ["model:tiny"]
        wanted = replace(job(), effect="robot", effect_version="2.0.0", variants=card.variants)
        await filming.queue.enqueue(wanted)
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert (done.version, done.variant, done.clip.seconds) == ("2.0.0", "film", 9 / 16)


async def test_an_effect_that_is_gone_altogether_is_refused(media: MediaStore) -> None:
    lost: Job = replace(job(), effect="android")
    with pytest.raises(Refused) as refused:
        await read_order(lost, lost.variants[0], EFFECTS, media)
    assert refused.value.refusal.code is RefusalCode.UNKNOWN_EFFECT
