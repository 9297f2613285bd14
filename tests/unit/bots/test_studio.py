"""The studio: what is taken, what is refused and why, and who may do what to whose clip."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from skimage import data as pictures

from bots.accounts import LedgerKind
from bots.chat import Person, PersonId, Place, PlaceId
from engine.jobs.errors import Refused
from engine.jobs.job import Declined, JobState, MediaKey
from engine.jobs.refusal import Refusal, RefusalCode
from tests.house import ME, House, a_house
from tests.job_samples import success
from tests.valkey import ValkeyProcess

SOMEBODY = Person(id=PersonId("web:somebody"))
ELSEWHERE = Place(id=PlaceId("telegram:77"))


async def refusal_of(house: House, **changes: object) -> Refusal:
    """Submit what will be refused; nothing of it is left behind."""
    ask = await house.ask(**changes)
    with pytest.raises(Refused) as refused:
        await house.services.studio.submit(ask)
    assert await house.services.journal.get(ask.id) is None
    assert await house.services.queue.state(ask.id) is None
    return refused.value.refusal


def png(picture: object) -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")  # pyright: ignore[reportArgumentType]
    return file.getvalue()


async def test_a_photo_is_cleaned_stored_and_the_senders_own(house: House) -> None:
    studio = house.services.studio
    photo = await studio.take_photo(house.me, house.here, png(pictures.astronaut()))
    assert (photo.width, photo.height) == (512, 512)
    assert (await house.services.media.get(photo.key)).startswith(b"\xff\xd8")
    assert await studio.owns(house.me.id, photo.key)
    assert not await studio.owns(SOMEBODY.id, photo.key)


async def test_what_is_no_photo_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.services.studio.take_photo(house.me, house.here, b"<html>")
    assert refused.value.refusal.code is RefusalCode.PHOTO_NOT_AN_IMAGE
    assert await house.services.media.list() == []


async def test_a_strangers_photo_is_not_even_looked_at(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.services.studio.take_photo(SOMEBODY, ELSEWHERE, b"<html>")
    assert refused.value.refusal == Refusal(RefusalCode.NOT_ALLOWED, {"person": "web:somebody"})


async def test_an_ask_is_journalled_and_queued(house: House) -> None:
    ask = await house.ask(params={"speed": "1.5"}, seed=5)
    ticket = await house.services.studio.submit(ask)
    assert ticket.new
    assert ticket.effect == "symbiote"
    request = await house.request(ask.id)
    assert (await house.claim()).job == request.job
    assert request.job is not None
    assert request.job.params == {"speed": 1.5}
    assert request.job.seed == 5
    assert [variant.cost_s for variant in request.job.variants] == [14.0]


async def test_the_same_ask_again_is_the_same_job(house: House) -> None:
    ask = await house.ask()
    studio = house.services.studio
    assert (await studio.submit(ask)).new
    assert not (await studio.submit(ask)).new
    await house.claim()
    with pytest.raises(AssertionError, match="nothing is queued"):
        await house.claim()


async def test_the_same_ask_at_the_same_moment_is_one_job(house: House) -> None:
    ask = await house.ask()
    tickets = await asyncio.gather(*(house.services.studio.submit(ask) for _ in range(4)))
    assert sorted(ticket.new for ticket in tickets) == [False, False, False, True]


async def test_someone_elses_ask_cannot_be_repeated(house: House) -> None:
    ask = await house.submitted()
    with pytest.raises(Refused) as refused:
        await house.services.studio.submit(await house.ask(id=ask.id, who=SOMEBODY))
    assert refused.value.refusal.code is RefusalCode.NOT_YOURS


async def test_an_empty_ask_is_refused(house: House) -> None:
    assert (await refusal_of(house, effect=None, prompt=" \n ")).code is RefusalCode.EMPTY_ASK


async def test_a_prompt_of_ten_thousand_characters_is_refused(house: House) -> None:
    refusal = await refusal_of(house, prompt="a" * 10_000)
    assert refusal == Refusal(RefusalCode.PROMPT_TOO_LONG, {"limit": 2000})


@pytest.mark.parametrize("prompt", ["👾🤖🔥" * 600, "حولني إلى وحش أسود " * 100, "\u202eabc"])
async def test_emoji_and_right_to_left_words_are_taken(house: House, prompt: str) -> None:
    ask = await house.submitted(prompt=prompt)
    assert (await house.claim()).job.prompt == prompt
    assert (await house.request(ask.id)).state is JobState.QUEUED


async def test_an_effect_that_is_not_offered_is_refused(house: House) -> None:
    refusal = await refusal_of(house, effect="levitate")
    assert refusal == Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": "levitate"})


async def test_an_effect_without_its_photo_is_refused(house: House) -> None:
    assert (await refusal_of(house, photos=())).code is RefusalCode.PHOTO_NEEDED


async def test_a_photo_that_is_gone_is_refused(house: House) -> None:
    photo = await house.photo()
    await house.services.media.delete(photo)
    assert (await refusal_of(house, photos=(photo,))).code is RefusalCode.PHOTO_GONE


async def test_someone_elses_photo_is_refused(house: House) -> None:
    photo = await house.photo(SOMEBODY)
    assert (await refusal_of(house, photos=(photo,))).code is RefusalCode.PHOTO_GONE


@pytest.mark.parametrize("key", ["../../etc/passwd", "photos/../clips/x.jpg", "", "\x00"])
async def test_a_made_up_photo_is_refused(house: House, key: str) -> None:
    assert (await refusal_of(house, photos=(MediaKey(key),))).code is RefusalCode.PHOTO_GONE


async def test_an_option_out_of_its_range_is_refused(house: House) -> None:
    refusal = await refusal_of(house, params={"speed": 9})
    assert refusal == Refusal(RefusalCode.BAD_OPTION, {"option": "speed", "value": "9"})


async def test_words_choose_the_effect_for_a_photo(house: House) -> None:
    ask = await house.ask(effect=None, prompt="verwandle mich in einen Roboter")
    ticket = await house.services.studio.submit(ask)
    assert ticket.effect == "robot"
    assert ticket.chosen_from_prompt
    assert {near.effect for near in ticket.runners_up} == {"symbiote", "head_turn"}
    assert (await house.request(ask.id)).runners_up == tuple(
        near.effect for near in ticket.runners_up
    )


async def test_words_that_fit_no_effect_are_answered_with_the_nearest(house: House) -> None:
    refusal = await refusal_of(house, effect=None, prompt="make me a pizza")
    assert refusal.code is RefusalCode.NO_MODEL_FOR_PROMPT
    assert refusal.data["photos"] == 1


async def test_words_alone_are_answered_honestly_with_the_nearest(house: House) -> None:
    refusal = await refusal_of(house, effect=None, prompt="turn me into a robot", photos=())
    assert refusal.code is RefusalCode.NO_MODEL_FOR_PROMPT
    assert str(refusal.data["nearest"]).split(",")[0] == "robot"
    assert refusal.data["photos"] == 0


async def test_a_house_no_worker_has_ever_worked_in_asks_for_patience(house: House) -> None:
    await house.services.redis.flushall()
    assert (await refusal_of(house)).code is RefusalCode.TRY_LATER


async def test_a_full_media_store_takes_no_more(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    async with a_house(tmp_path, valkey.url, media_gb=1e-9) as house:
        await house.photo()
        assert (await refusal_of(house)).code is RefusalCode.DISK_FULL


async def test_only_so_many_may_be_on_their_way(house: House) -> None:
    for _ in range(5):
        await house.submitted()
    assert await refusal_of(house) == Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": 5})
    await house.work(lambda claim: success(claim.job))


async def test_a_chat_takes_only_so_many_and_what_it_refuses_stays_refused(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    full = Refusal(RefusalCode.PLACE_FULL, {"limit": 1})
    async with a_house(tmp_path, valkey.url, max_place_waiting=1) as house:
        await house.submitted()
        ask = await house.ask(who=SOMEBODY, photos=(await house.photo(SOMEBODY),))
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await house.services.studio.submit(ask)
            assert refused.value.refusal == full
        assert await house.services.queue.state(ask.id) is None
        request = await house.request(ask.id)
        assert request.outcome == Declined(refusal=full)
        assert request.delivered is not None
        assert await house.credits(ask.id) == [LedgerKind.HOLD, LedgerKind.RELEASE]


async def test_the_days_clips_run_out_and_come_back(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    async with a_house(tmp_path, valkey.url, daily_limit=2) as house:
        for _ in range(2):
            ask = await house.submitted()
            await house.services.journal.conclude(
                ask.id, success((await house.claim()).job), house.time()
            )
        refusal = await refusal_of(house)
        assert refusal.code is RefusalCode.DAILY_LIMIT
        assert refusal.data["renews_in_s"] == pytest.approx(24 * 3600, abs=30)
        house.time.ahead = timedelta(hours=24, minutes=1)
        await house.submitted()


async def test_a_daily_limit_holds_against_asks_at_the_same_moment(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    async with a_house(tmp_path, valkey.url, daily_limit=3, max_waiting=50) as house:
        asks = [await house.ask() for _ in range(8)]
        answers = await asyncio.gather(
            *(house.services.studio.submit(ask) for ask in asks), return_exceptions=True
        )
    assert sum(not isinstance(answer, Refused) for answer in answers) == 3


async def test_the_clips_of_paid_people_are_in_the_paid_class(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    async with a_house(tmp_path, valkey.url, paid_people=(ME.id,)) as house:
        await house.submitted()
        assert (await house.claim()).job.job_class == "paid"


async def test_an_owner_has_no_daily_limit(
    tmp_path: Path, valkey: ValkeyProcess, redis: object
) -> None:
    async with a_house(tmp_path, valkey.url, daily_limit=0, owners=(ME.id,)) as house:
        await house.submitted(where=ELSEWHERE)


async def test_a_blocked_person_is_refused_until_let_in_again(house: House) -> None:
    await house.services.studio.block(house.me.id)
    assert (await refusal_of(house)).code is RefusalCode.BLOCKED
    await house.services.studio.unblock(house.me.id)
    await house.submitted()


async def test_a_paused_house_takes_nothing_until_it_goes_on(house: House) -> None:
    await house.services.studio.pause()
    assert (await refusal_of(house)).code is RefusalCode.PAUSED
    await house.services.studio.resume()
    await house.submitted()


async def test_people_pick_from_what_is_not_hidden(house: House) -> None:
    cards = await house.services.studio.effects()
    assert [card.id for card in cards] == ["head_turn", "robot", "symbiote"]


async def test_an_ask_is_taken_while_the_queue_is_away(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path / "valkey")
    server.start()
    async with a_house(tmp_path, server.url) as house:
        await house.services.studio.effects()
        ask = await house.ask()
        server.kill()
        ticket = await house.services.studio.submit(ask)
        assert ticket.new
        assert (await house.request(ask.id)).state is JobState.QUEUED
