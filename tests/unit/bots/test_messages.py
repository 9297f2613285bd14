"""What a message shows at each point of a request's life."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots import messages
from bots.chat import Action, Message
from bots.messages import Subject
from bots.texts.texts import Texts
from engine.jobs.job import (
    Cancelled,
    Declined,
    Failed,
    JobId,
    JobState,
    MediaKey,
    Outcome,
    Progress,
    Standing,
)
from engine.jobs.refusal import Refusal, RefusalCode
from tests.effect_cards import HEAD_TURN, ROBOT, SYMBIOTE
from tests.job_samples import a_job, success

TEXTS = Texts.of("en")
SUBJECT = Subject(title=SYMBIOTE.title)
CHOSEN = Subject(title=ROBOT.title, runners_up=(SYMBIOTE, HEAD_TURN))
STANDING = Standing(state=JobState.QUEUED, position=1, low_s=15, high_s=25)


def shown(message: Message) -> list[tuple[Action, str]]:
    return [(button.action, button.effect or button.label) for button in message.buttons]


def progress(stage: str, fraction: float) -> Progress:
    return Progress(job=JobId("1"), stage=stage, fraction=fraction)  # pyright: ignore[reportArgumentType]


def test_a_waiting_job_can_be_cancelled() -> None:
    message = messages.queued(TEXTS, SUBJECT, STANDING, somebody_works=True)
    assert message.text == "Next in line, about 15-25 s"
    assert shown(message) == [(Action.CANCEL, "Cancel")]


def test_a_job_with_no_known_place_is_still_queued() -> None:
    message = messages.queued(TEXTS, SUBJECT, None, somebody_works=True)
    assert message.text == "Queued"


def test_a_job_nobody_will_do_says_so() -> None:
    message = messages.queued(TEXTS, SUBJECT, STANDING, somebody_works=False)
    assert message.text == "Queued. It starts as soon as a worker is running again."


def test_a_job_that_no_worker_can_do_says_so() -> None:
    stranded = replace(STANDING, position=0, doable=False)
    message = messages.queued(TEXTS, SUBJECT, stranded, somebody_works=True)
    assert message.text == (
        "Queued. None of the workers running now can make this effect: "
        "it starts as soon as one can."
    )
    assert shown(message) == [(Action.CANCEL, "Cancel")]


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (None, "Getting your photo ready for Symbiote…"),
        (progress("preparing", 0.1), "Getting your photo ready for Symbiote…"),
        (progress("rendering", 0.429), "Rendering Symbiote… 42 %"),
        (progress("encoding", 0.99), "Finishing Symbiote…"),
    ],
)
def test_a_running_job_says_what_is_being_done(report: Progress | None, text: str) -> None:
    message = messages.running(TEXTS, SUBJECT, report)
    assert message.text == text
    assert message.progress == (report.fraction if report else 0)


def test_a_choice_made_for_the_person_is_said_and_can_be_changed() -> None:
    message = messages.running(TEXTS, CHOSEN, progress("rendering", 0.5))
    assert message.text == "I picked Robot for your words.\nRendering Robot… 50 %"
    assert shown(message) == [
        (Action.CANCEL, "Cancel"),
        (Action.CHOOSE, "symbiote"),
        (Action.CHOOSE, "head_turn"),
    ]


def test_a_clip_comes_with_its_figures() -> None:
    outcome = success(a_job("1"))
    message = messages.ended(TEXTS, SUBJECT, outcome)
    assert message.clip is not None
    assert (message.clip.key, message.clip.width) == (outcome.clip.key, 512)
    assert message.progress is None


@pytest.mark.parametrize(
    ("outcome", "offered"),
    [
        (Failed(error="x"), {Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE}),
        (Cancelled(), {Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE}),
        (Declined(refusal=Refusal(RefusalCode.NO_FACE)), {Action.DELETE}),
        (Declined(refusal=Refusal(RefusalCode.DISK_FULL)), {Action.AGAIN, Action.DELETE}),
        (
            Declined(refusal=Refusal(RefusalCode.UNSAFE_CLIP)),
            {Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE},
        ),
    ],
)
def test_what_may_help_is_offered(outcome: Outcome, offered: set[Action]) -> None:
    message = messages.ended(TEXTS, SUBJECT, outcome)
    assert {action for action, _ in shown(message)} == offered


def test_a_clip_that_will_not_come_by_itself_can_be_got() -> None:
    message = messages.waits(TEXTS, CHOSEN)
    assert message.text == (
        "This takes longer than I can answer here. Your Robot clip will wait for you: "
        "press Get result, or use /jobs."
    )
    assert shown(message) == [(Action.GET, "Get result"), (Action.CANCEL, "Cancel")]


def test_a_clip_too_large_is_linked_to() -> None:
    message = messages.too_large(TEXTS, SUBJECT, "https://media.example/clips/1.mp4")
    assert message.text == (
        "Your Symbiote clip is ready, but its file is too large to be shown here. "
        "Press Download to get it."
    )
    assert [(button.action, button.url) for button in message.buttons] == [
        (Action.DOWNLOAD, "https://media.example/clips/1.mp4"),
        (Action.OTHER_EFFECT, None),
        (Action.DELETE, None),
    ]


def test_a_clip_too_large_that_has_no_link_is_made_again() -> None:
    message = messages.too_large(TEXTS, SUBJECT)
    assert message.text.endswith("Press Again: it is made to fit.")
    assert [action for action, _ in shown(message)] == [
        Action.AGAIN,
        Action.OTHER_EFFECT,
        Action.DELETE,
    ]


def test_a_refused_prompt_offers_the_nearest_effects_there_are() -> None:
    data = {"nearest": "robot,gone,symbiote", "photos": 0}
    refusal = Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, data)
    message = messages.refused(TEXTS, refusal, (SYMBIOTE, ROBOT))
    assert shown(message) == [(Action.CHOOSE, "robot"), (Action.CHOOSE, "symbiote")]


def test_any_other_refusal_offers_nothing() -> None:
    assert messages.refused(TEXTS, Refusal(RefusalCode.PAUSED), (ROBOT,)).buttons == ()


QUICK = success(a_job("job:draft")).clip
WITH_QUICK = replace(CHOSEN, first_look=QUICK)


def test_a_quick_version_is_shown_with_how_far_the_full_one_is() -> None:
    message = messages.running(TEXTS, WITH_QUICK, progress("rendering", 0.4))
    assert message.text.splitlines() == [
        "I picked Robot for your words.",
        "Here is a quick version. The full one is on its way.",
        "Rendering Robot… 40 %",
    ]
    assert message.progress == 0.4
    assert message.clip is not None
    assert message.clip.key == QUICK.key


def test_a_full_one_leaves_nothing_of_the_quick_version() -> None:
    outcome = success(a_job("job"))
    assert messages.ended(TEXTS, WITH_QUICK, outcome) == messages.ended(TEXTS, CHOSEN, outcome)


@pytest.mark.parametrize(
    "outcome",
    [Failed(error="boom"), Cancelled(), Declined(refusal=Refusal(RefusalCode.UNSAFE_CLIP))],
)
def test_an_end_without_a_clip_leaves_the_quick_version_there(outcome: Outcome) -> None:
    without, message = (messages.ended(TEXTS, it, outcome) for it in (CHOSEN, WITH_QUICK))
    assert message.text == f"{without.text}\nWhat you see is the quick version of Robot."
    assert message.buttons == without.buttons
    assert without.clip is None
    assert message.clip is not None
    assert message.clip.key == QUICK.key


STILL = MediaKey("live/job.7-1.jpg")


def test_a_picture_of_what_is_being_filmed_is_shown() -> None:
    report = replace(progress("rendering", 0.4), preview=STILL)
    assert messages.running(TEXTS, CHOSEN, report).still == STILL


def test_a_quick_version_is_shown_rather_than_a_picture() -> None:
    report = replace(progress("rendering", 0.4), preview=STILL)
    assert messages.running(TEXTS, WITH_QUICK, report).still is None
