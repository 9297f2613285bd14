"""The studio in places with rules, and what is left of a person who wants to be forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bots.accounts import Allowance, LedgerKind
from bots.chat import Ask, Message, Person, PersonId, Place, PlaceId
from bots.place_rules import PlaceRules
from bots.store.conversation import Answered, Asked, Conversation
from bots.store.drafts import Draft
from deploy.polling import wait_until
from engine.jobs.errors import Refused
from engine.jobs.job import JobState, MediaKey
from engine.jobs.media.store import clip_keys
from engine.jobs.refusal import RefusalCode
from tests.house import House, at_work
from tests.job_samples import success

SOMEBODY = Person(id=PersonId("web:somebody"))


def a_draft(house: House, *photos: MediaKey) -> Draft:
    return Draft(
        id="draft",
        bot="web",
        person=house.me.id,
        place=house.here.id,
        created=house.time(),
        photos=photos,
        prompt="private",
    )


async def refusal_of(house: House, **changes: object) -> RefusalCode:
    ask = await house.ask(**changes)
    with pytest.raises(Refused) as refused:
        await house.services.studio.submit(ask)
    assert await house.services.journal.get(ask.id) is None
    return refused.value.refusal.code


async def a_finished_clip(house: House, **changes: object) -> Ask:
    """Have a clip made and stored, with everything there is about it."""
    ask = await house.submitted(prompt="private", **changes)
    claim = await house.work(lambda claim: success(claim.job))
    keys = clip_keys(ask.id)
    for key in (keys.video, keys.poster):
        await house.services.media.put(key, b"x")
        await house.services.files.put("web", key, "file id", house.time())
    await house.services.journal.conclude(ask.id, success(claim.job), house.time())
    await house.services.answers.put(ask.id, {"topic": 4}, house.time())
    return ask


async def test_the_rules_of_a_place_hold_for_what_is_asked_there(house: House) -> None:
    await house.services.places.set_rules(house.here.id, PlaceRules(effects=frozenset({"robot"})))
    assert await refusal_of(house) is RefusalCode.PLACE_EFFECT_OFF
    words = {"effect": None, "prompt": "a black symbiote covers my face"}
    assert await refusal_of(house, **words) is RefusalCode.PLACE_EFFECT_OFF
    await house.submitted(effect="robot")
    await house.submitted(where=Place(id=PlaceId("web:elsewhere"), local=True))


async def test_admins_may_where_others_may_not(house: House) -> None:
    await house.services.places.set_rules(house.here.id, PlaceRules(who="admins"))
    assert await refusal_of(house) is RefusalCode.PLACE_ADMINS_ONLY
    await house.submitted(where=Place(id=house.here.id, local=True, admin=True))


async def test_where_effects_are_used_only_in_some_rooms_they_are_refused_in_others(
    house: House,
) -> None:
    rules = PlaceRules(rooms=frozenset({"21"}), roles=frozenset({"31"}))
    await house.services.places.set_rules(house.here.id, rules)
    with_role = replace(house.here, roles=frozenset({"31"}))
    assert await refusal_of(house, where=replace(house.here, room="21")) is (
        RefusalCode.PLACE_ROLE_ONLY
    )
    assert await refusal_of(house, where=replace(with_role, room="22")) is (
        RefusalCode.PLACE_ROOM_OFF
    )
    await house.submitted(where=replace(with_role, room="9", parent="21"))


async def test_a_moderator_deletes_what_was_made_in_their_place(house: House) -> None:
    ask = await a_finished_clip(house)
    here = replace(house.here, moderator=True)
    await house.services.studio.delete(SOMEBODY, ask.id, here)
    assert (await house.request(ask.id)).erased
    assert await house.services.media.list() == []


async def test_a_moderator_may_not_delete_what_was_made_elsewhere(house: House) -> None:
    ask, studio = await a_finished_clip(house), house.services.studio
    elsewhere = Place(id=PlaceId("web:elsewhere"), admin=True, moderator=True)
    for where in (elsewhere, replace(house.here, admin=True), None):
        with pytest.raises(Refused) as refused:
            await studio.delete(SOMEBODY, ask.id, where)
        assert refused.value.refusal.code is RefusalCode.NOT_YOURS
    assert not (await house.request(ask.id)).erased
    await studio.delete(house.me, ask.id, elsewhere)
    assert (await house.request(ask.id)).erased


async def test_somebody_learns_what_they_have_used(house: House) -> None:
    await house.submitted()
    policy = house.services.studio.rules.policy
    assert await house.services.studio.standing_of(house.me) == Allowance(
        made=1,
        daily_limit=policy.daily_limit,
        renews_in_s=None,
        waiting=1,
        max_waiting=policy.max_waiting,
        job_class="free",
    )


async def test_an_avatar_is_shared_until_that_is_taken_back(house: House) -> None:
    studio = house.services.studio
    assert not await studio.shares_avatar(house.me.id)
    for shares in (True, False):
        await studio.share_avatar(house.me, shares)
        assert await studio.shares_avatar(house.me.id) == shares
    assert not await studio.shares_avatar(SOMEBODY.id)


async def test_again_is_held_to_the_rules_as_well(house: House) -> None:
    ask = await house.submitted()
    await house.services.places.set_rules(house.here.id, PlaceRules(daily=1))
    again = await house.ask()
    with pytest.raises(Refused) as refused:
        await house.services.studio.again(house.me, house.here, ask.id, again.id)
    assert refused.value.refusal.code is RefusalCode.PLACE_DAILY


async def test_a_places_daily_limit_holds_against_asks_at_the_same_moment(house: House) -> None:
    await house.services.places.set_rules(house.here.id, PlaceRules(daily=2))
    asks = [await house.ask() for _ in range(5)]
    answers = await asyncio.gather(
        *(house.services.studio.submit(ask) for ask in asks), return_exceptions=True
    )
    assert sum(not isinstance(answer, Refused) for answer in answers) == 2


async def test_a_person_is_forgotten_whole_and_what_was_spent_is_not(house: House) -> None:
    services, studio = house.services, house.services.studio
    ended = await a_finished_clip(house)
    waiting = await house.submitted(prompt="private")
    unused = await house.photo()
    await services.files.put("web", unused, "file id", house.time())
    await services.drafts.put(a_draft(house, unused))
    conversation = Conversation(services.database)
    await conversation.add(
        house.here.id, Asked(job=ended.id, page_id="1", prompt="private"), house.time()
    )
    answer = Answered(job=ended.id, message=Message(text="private"))
    await conversation.add(house.here.id, answer, house.time())
    await studio.set_language(house.me.id, "zh")
    await studio.share_avatar(house.me, True)

    for _ in range(2):
        await studio.forget(house.me)

        assert await services.media.list() == []
        assert await studio.jobs(house.me) == []
        assert (await house.request(waiting.id)).state is JobState.CANCELLED
        assert await services.queue.state(waiting.id) in (None, JobState.CANCELLED)
        assert await studio.language(house.me.id) is None
        assert not await studio.shares_avatar(house.me.id)
        assert await services.drafts.latest(house.me.id, house.here.id) is None
        assert await services.answers.get(ended.id) == {}
        assert await conversation.latest(house.here.id, limit=9) == ()
        assert LedgerKind.HOLD in await house.credits(ended.id)
        assert await words_left(house) == []


async def words_left(house: House) -> list[str]:
    """List the tables in which the person's words, photos or file ids can still be read."""
    found: list[str] = []
    async with house.services.database.reading() as session:
        names = await session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for name in list(names):
            rows = await session.execute(text(f"SELECT * FROM {name}"))
            written = repr([tuple(row) for row in rows])
            if any(word in written for word in ("private", "photos/", "file id")):
                found.append(name)
    return found


async def test_others_keep_what_is_theirs_when_someone_is_forgotten(house: House) -> None:
    await house.photo()
    photo = await house.photo(SOMEBODY)
    theirs = await house.submitted(who=SOMEBODY, photos=(photo,))
    await house.services.studio.forget(house.me)
    assert await house.services.studio.owns(SOMEBODY.id, photo)
    assert [request.id for request in await house.services.studio.jobs(SOMEBODY)] == [theirs.id]


async def test_a_blocked_person_stays_blocked_when_forgotten(house: House) -> None:
    await house.services.studio.block(house.me.id)
    await house.services.studio.forget(house.me)
    assert await refusal_of(house) is RefusalCode.BLOCKED


async def test_a_clip_that_comes_after_its_person_was_forgotten_is_not_kept(house: House) -> None:
    ask = await house.submitted()
    claim = await house.claim()
    await house.services.studio.forget(house.me)
    await house.services.media.put(clip_keys(ask.id).video, b"x")
    await house.services.queue.finish(claim, success(claim.job))

    async def is_gone() -> bool:
        return await house.services.media.list() == []

    async with at_work(house.delivery().run()):
        assert await wait_until(is_gone, within_s=20)


async def test_a_photo_that_a_draft_needs_outlives_the_clip_it_was_in(house: House) -> None:
    ask = await a_finished_clip(house)
    await house.services.drafts.put(a_draft(house, *ask.photos))
    await house.services.studio.delete(house.me, ask.id)
    assert await house.services.studio.owns(house.me.id, ask.photos[0])
    assert await house.services.files.get("web", clip_keys(ask.id).video) is None


async def test_what_a_chat_bot_keeps_leaves_in_its_time(house: House) -> None:
    services = house.services
    ask = await a_finished_clip(house)
    await services.drafts.put(a_draft(house, *ask.photos))
    house.time.ahead = timedelta(hours=25)
    await services.sweeper.tidy()
    assert await services.drafts.get("draft") is None
    assert await services.files.get("web", clip_keys(ask.id).video) == "file id"
    house.time.ahead = timedelta(days=8)
    await services.sweeper.tidy()
    assert await services.files.get("web", clip_keys(ask.id).video) is None
    assert await services.answers.get(ask.id) == {"topic": 4}
    house.time.ahead = timedelta(days=91)
    await services.sweeper.tidy()
    assert await services.answers.get(ask.id) == {}
