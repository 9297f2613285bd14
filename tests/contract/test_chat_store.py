"""What a chat bot keeps of drafts, answers, platform files, places and languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update

from bots.accounts import Usage
from bots.chat import PersonId, PlaceId
from bots.place_rules import PlaceRules
from bots.store.answers import Answers
from bots.store.database import Database
from bots.store.drafts import Draft, Drafts
from bots.store.files import PlatformFiles
from bots.store.journal import Journal
from bots.store.people import People
from bots.store.places import Places
from bots.store.tables import DraftRow, PlaceRow
from engine.jobs.job import Aspect, ClipFormat, Failed, JobId, MediaKey
from tests.contract.test_store import ME, NOW, PHOTO, a_request, anything

HERE, ELSEWHERE = PlaceId("telegram:-77"), PlaceId("telegram:-78")
SOON = timedelta(seconds=1)
CLIP = MediaKey("clips/job-1.mp4")
RULES = PlaceRules(
    who="admins",
    roles=frozenset({"31"}),
    rooms=frozenset({"21", "22"}),
    effects=frozenset({"robot", "symbiote"}),
    quiet=(22 * 60, 7 * 60),
    utc_offset=120,
    daily=3,
    spoiler=True,
)
OLD_RULES = '{"who":"admins","effects":["robot"],"quiet":[60,120],"utc_offset":0,"daily":null}'
"""As the version before wrote them."""


def a_draft(name: str = "draft-1", **changes: object) -> Draft:
    draft = Draft(
        id=name,
        bot="telegram",
        person=ME,
        place=HERE,
        created=NOW,
        photos=(PHOTO,),
        prompt="🤖 و",
        effect="robot",
        params={"speed": 1.5, "loop": True, "word": "x"},
        format=ClipFormat(aspect=Aspect.TALL),
        needs="word",
        where={"topic": 4, "inline": "abc"},
    )
    return replace(draft, **changes)


async def test_a_draft_comes_back_as_it_was_and_may_be_replaced(database: Database) -> None:
    drafts = Drafts(database)
    await drafts.put(a_draft())
    assert await drafts.get("draft-1") == a_draft()
    await drafts.put(a_draft(effect=None, photos=()))
    assert await drafts.get("draft-1") == a_draft(effect=None, photos=())
    await drafts.forget("draft-1")
    assert await drafts.get("draft-1") is None


async def test_the_latest_draft_is_the_persons_own_in_that_place(database: Database) -> None:
    drafts = Drafts(database)
    assert await drafts.latest(ME, HERE) is None
    await drafts.put(a_draft("1"))
    await drafts.put(a_draft("2", created=NOW + SOON))
    await drafts.put(a_draft("3", created=NOW + 2 * SOON, place=ELSEWHERE))
    await drafts.put(a_draft("4", created=NOW + 2 * SOON, person=PersonId("telegram:other")))
    assert await drafts.latest(ME, HERE) == a_draft("2", created=NOW + SOON)


async def test_drafts_tell_which_photos_they_need(database: Database) -> None:
    drafts, other = Drafts(database), MediaKey("photos/ff.jpg")
    await drafts.put(a_draft())
    assert await drafts.naming(ME, [PHOTO, other]) == {PHOTO}
    assert await drafts.naming(ME, []) == frozenset()
    assert await drafts.naming(PersonId("telegram:other"), [PHOTO]) == frozenset()


async def test_drafts_leave_by_age_and_by_person(database: Database) -> None:
    drafts = Drafts(database)
    theirs = a_draft("theirs", person=PersonId("telegram:other"), created=NOW + SOON)
    for draft in (a_draft("old"), a_draft("new", created=NOW + SOON), theirs):
        await drafts.put(draft)
    await drafts.forget_before(NOW + SOON)
    assert await drafts.get("old") is None
    assert await drafts.get("new") is not None
    await drafts.forget_person(ME)
    assert await drafts.get("new") is None
    assert await drafts.get("theirs") == theirs


async def test_a_draft_of_another_version_is_none(database: Database) -> None:
    drafts = Drafts(database)
    await drafts.put(a_draft())
    async with database.writing() as session:
        await session.execute(update(DraftRow).values(body='{"v": 99}'))
    assert await drafts.get("draft-1") is None


async def test_where_answers_go_is_remembered(database: Database) -> None:
    answers, job = Answers(database), JobId("job-1")
    assert await answers.get(job) == {}
    await answers.put(job, {"topic": 4}, NOW)
    await answers.put(job, {"topic": 5, "inline": "5"}, NOW)
    assert await answers.get(job) == {"topic": 5, "inline": "5"}
    await answers.forget([job])
    assert await answers.get(job) == {}


async def test_where_answers_go_is_kept_as_long_as_the_request(database: Database) -> None:
    answers, journal = Answers(database), Journal(database)
    await journal.accept(a_request("job-1"), anything)
    for name, noted in (("job-1", NOW), ("lost", NOW), ("to be asked", NOW + SOON)):
        await answers.put(JobId(name), {"topic": 4}, noted)
    await answers.forget_unasked(NOW + SOON)
    assert await answers.get(JobId("job-1")) == {"topic": 4}
    assert await answers.get(JobId("lost")) == {}
    assert await answers.get(JobId("to be asked")) == {"topic": 4}
    await journal.conclude(JobId("job-1"), Failed(error="ours"), NOW)
    await journal.drop(NOW + SOON, NOW)
    await answers.forget_unasked(NOW + SOON)
    assert await answers.get(JobId("job-1")) == {}


async def test_each_bots_platform_has_its_own_name_for_a_file(database: Database) -> None:
    files = PlatformFiles(database)
    assert await files.get("telegram", CLIP) is None
    await files.put("telegram", CLIP, "old", NOW)
    await files.put("telegram", CLIP, "AgAD", NOW)
    await files.put("second", CLIP, "BgBD", NOW)
    await files.put("telegram", PHOTO, "CgCD", NOW)
    assert await files.get("telegram", CLIP) == "AgAD"
    assert await files.get("second", CLIP) == "BgBD"
    await files.forget([CLIP])
    assert await files.get("telegram", CLIP) is None
    assert await files.get("second", CLIP) is None
    assert await files.get("telegram", PHOTO) == "CgCD"


async def test_old_platform_files_are_forgotten_but_not_those_of_previews(
    database: Database,
) -> None:
    files, preview = PlatformFiles(database), MediaKey("previews/robot-1.mp4")
    await files.put("telegram", CLIP, "clip", NOW)
    await files.put("telegram", preview, "preview", NOW)
    await files.put("telegram", PHOTO, "photo", NOW + SOON)
    await files.forget_before(NOW + SOON)
    assert await files.get("telegram", CLIP) is None
    assert await files.get("telegram", preview) == "preview"
    assert await files.get("telegram", PHOTO) == "photo"


async def test_a_place_allows_everything_until_it_has_rules(database: Database) -> None:
    places = Places(database)
    assert await places.rules(HERE) == PlaceRules()
    await places.set_rules(HERE, RULES)
    assert await places.rules(HERE) == RULES
    await places.set_rules(HERE, PlaceRules(daily=1))
    assert await places.rules(HERE) == PlaceRules(daily=1)
    assert await places.rules(ELSEWHERE) == PlaceRules()


async def test_rules_that_the_version_before_wrote_are_read(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(insert(PlaceRow).values(id=HERE, rules=OLD_RULES))
    rules = PlaceRules(who="admins", effects=frozenset({"robot"}), quiet=(60, 120))
    assert await Places(database).rules(HERE) == rules


async def test_rules_move_with_their_place_once(database: Database) -> None:
    places = Places(database)
    await places.set_rules(HERE, RULES)
    await places.move(HERE, ELSEWHERE)
    await places.set_rules(ELSEWHERE, PlaceRules(daily=1))
    await places.move(HERE, ELSEWHERE)
    assert await places.rules(ELSEWHERE) == PlaceRules(daily=1)
    assert await places.rules(HERE) == PlaceRules(daily=1)
    assert await places.current(HERE) == ELSEWHERE
    assert await places.current(ELSEWHERE) == ELSEWHERE


async def test_a_place_that_moves_twice_is_found_from_its_first_name(database: Database) -> None:
    places, last = Places(database), PlaceId("telegram:-79")
    await places.move(HERE, ELSEWHERE)
    await places.move(ELSEWHERE, last)
    await places.set_rules(HERE, RULES)
    assert await places.current(HERE) == last
    assert await places.rules(last) == RULES


async def test_a_place_cannot_become_what_it_was(database: Database) -> None:
    places = Places(database)
    await places.move(HERE, ELSEWHERE)
    await places.move(ELSEWHERE, HERE)
    await places.move(ELSEWHERE, ELSEWHERE)
    assert await places.current(HERE) == ELSEWHERE
    assert await places.current(ELSEWHERE) == ELSEWHERE


async def test_the_rules_see_what_was_made_in_the_place_under_all_its_names(
    database: Database,
) -> None:
    journal, places, seen = Journal(database), Places(database), list[Usage]()
    await places.set_rules(HERE, RULES)
    yesterday = NOW - timedelta(hours=25)
    for name, place, created in (
        ("old", HERE, yesterday),
        ("before it moved", HERE, NOW),
        ("elsewhere", PlaceId("telegram:me"), NOW),
    ):
        await journal.accept(a_request(name, place=place, created=created), seen.append)
    await places.move(HERE, ELSEWHERE)
    await journal.accept(a_request("now", place=ELSEWHERE), seen.append)
    assert [use.made_here for use in seen] == [0, 0, 0, 1]
    assert [use.place_rules for use in seen] == [RULES, RULES, PlaceRules(), RULES]


async def test_a_chosen_language_is_remembered_until_it_is_taken_back(database: Database) -> None:
    people = People(database)
    assert await people.language(ME) is None
    for language in ("zh", "en", None):
        await people.set_language(ME, language)
        assert await people.language(ME) == language


async def test_blocking_leaves_the_language_alone(database: Database) -> None:
    people = People(database)
    await people.set_language(ME, "zh")
    await people.block(ME)
    assert await people.language(ME) == "zh"
    assert (await people.usage(ME, NOW)).blocked


async def test_nobody_shares_their_avatar_until_they_say_so(database: Database) -> None:
    people = People(database)
    assert not await people.shares_avatar(ME)
    for shares in (True, True, False):
        await people.set_shares_avatar(ME, shares)
        assert await people.shares_avatar(ME) == shares


async def test_what_a_person_has_chosen_is_forgotten_but_not_that_they_are_blocked(
    database: Database,
) -> None:
    people = People(database)
    await people.set_language(ME, "zh")
    await people.set_shares_avatar(ME, True)
    await people.block(ME)
    await people.forget(ME)
    assert await people.language(ME) is None
    assert not await people.shares_avatar(ME)
    assert (await people.usage(ME, NOW)).blocked


@pytest.fixture
async def old_database(database_url: str) -> Database:
    """A database of the version before, with a row in every table that has changed since."""
    database = Database.at(database_url)
    await database.migrate("0002")
    async with database.writing() as session:
        await session.execute(text("INSERT INTO people (id, blocked) VALUES ('telegram:1', true)"))
        await session.execute(
            text("INSERT INTO photos VALUES ('photos/a.jpg', 'telegram:1', 9, 9, :now)"),
            {"now": NOW if database.dialect == "postgresql" else "2026-11-22 12:00:00.000000"},
        )
    return database


async def test_what_the_version_before_wrote_is_kept(old_database: Database) -> None:
    await old_database.migrate()
    people = People(old_database)
    assert await people.usage(PersonId("telegram:1"), NOW) == Usage(blocked=True)
    await people.set_language(PersonId("telegram:1"), "zh")
    assert await people.language(PersonId("telegram:1")) == "zh"
    assert not await people.shares_avatar(PersonId("telegram:1"))
    await old_database.close()


async def test_a_process_of_the_version_before_may_go_on_writing(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("INSERT INTO people (id, blocked) VALUES ('telegram:1', false)"))
    assert await People(database).language(PersonId("telegram:1")) is None
    assert not await People(database).shares_avatar(PersonId("telegram:1"))
