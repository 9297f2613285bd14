"""What a message shows at each point of a request's life, whole; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bots.chat import Action, Button, Message, ShownClip
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import (
    Cancelled,
    Clip,
    Declined,
    Failed,
    Outcome,
    Progress,
    Standing,
    Succeeded,
)
from engine.jobs.refusal import Refusal, RefusalCode

HD_SIZE = 1080
"""Longest side, in pixels, of a clip that is made anew in high definition."""

_CELLS = 10
_ANOTHER_TRY_MAY_HELP = (
    RefusalCode.TRY_LATER,
    RefusalCode.DISK_FULL,
    RefusalCode.UNSAFE_CLIP,
    RefusalCode.NO_WORKER,
    RefusalCode.WAITED_TOO_LONG,
)
_ANOTHER_EFFECT_MAY_HELP = (
    RefusalCode.UNKNOWN_EFFECT,
    RefusalCode.BAD_OPTION,
    RefusalCode.UNSAFE_CLIP,
    RefusalCode.NO_WORKER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a message is about: the effect's title, and others on offer if the prompt chose it.

    `stood_in` tells that it was made in a simpler way than the one that was asked for first,
    `first_look` is a clip that was, and is shown until there is another one.
    """

    title: Mapping[str, str]
    runners_up: Sequence[EffectCard] | None = None
    stood_in: bool = False
    first_look: Clip | None = None


def queued(
    texts: Texts, subject: Subject, standing: Standing | None, *, somebody_works: bool
) -> Message:
    """Show a job that waits."""
    if not somebody_works:
        line = texts.nobody_works()
    elif standing is None:
        line = texts.accepted()
    else:
        line = texts.queued(standing) if standing.doable else texts.nobody_can()
    return _on_its_way(texts, subject, line, progress=None)


def running(texts: Texts, subject: Subject, progress: Progress | None) -> Message:
    """Show a job that a worker has; with no report yet, its beginning."""
    title = texts.title(subject.title)
    if progress is None or progress.stage == "preparing":
        line = texts.preparing(title)
    elif progress.stage == "rendering":
        line = texts.rendering(title, progress.fraction)
    else:
        line = texts.encoding(title)
    fraction = progress.fraction if progress else 0.0
    message = _on_its_way(texts, subject, line, progress=fraction)
    still = progress.preview if progress and message.clip is None else None
    return replace(message, still=still)


def moment(texts: Texts) -> Message:
    """Show that something is about to appear in this message."""
    return Message(text=texts.moment())


def ended(texts: Texts, subject: Subject, outcome: Outcome) -> Message:
    """Show what became of a job."""
    match outcome:
        case Succeeded():
            return _clip(texts, subject, outcome)
        case Declined(refusal=refusal):
            return _without_clip(texts, subject, texts.refused(refusal), *_after(refusal.code))
        case Failed():
            text = texts.failed(texts.title(subject.title))
        case Cancelled():
            text = texts.cancelled()
    return _without_clip(texts, subject, text, Action.AGAIN, Action.OTHER_EFFECT)


def waits(texts: Texts, subject: Subject) -> Message:
    """Show that a job goes on, although this message cannot show how."""
    text = texts.waits(texts.title(subject.title))
    return Message(text=text, buttons=_buttons(texts, Action.GET, Action.CANCEL))


def too_large(texts: Texts, subject: Subject, link: str | None = None) -> Message:
    """Show that there is a clip, but not the clip; a link to it, if there can be one."""
    title, others = texts.title(subject.title), (Action.OTHER_EFFECT, Action.DELETE)
    if link is None:
        return Message(
            text=texts.too_large_here(title), buttons=_buttons(texts, Action.AGAIN, *others)
        )
    label = texts.label(Action.DOWNLOAD)
    download = Button(action=Action.DOWNLOAD, label=label, url=link)
    return Message(text=texts.too_large(title), buttons=(download, *_buttons(texts, *others)))


def refused(texts: Texts, refusal: Refusal, cards: Sequence[EffectCard]) -> Message:
    """Show why an ask was not taken, with the effects that come nearest to it."""
    nearest = str(refusal.data.get("nearest", "")).split(",")
    by_id = {card.id: card for card in cards}
    choices = [by_id[effect] for effect in nearest if effect in by_id]
    return Message(text=texts.refused(refusal), buttons=_choices(texts, choices))


def in_words(message: Message) -> str:
    """Give the text of a message, with its progress as a bar of characters."""
    if message.progress is None:
        return message.text
    full = round(message.progress * _CELLS)
    return f"{message.text}\n{'▰' * full}{'▱' * (_CELLS - full)}"


def _clip(texts: Texts, subject: Subject, outcome: Succeeded) -> Message:
    title, clip = texts.title(subject.title), outcome.clip
    text = title if subject.runners_up is None else texts.chosen(title)
    if subject.stood_in:
        text = f"{text}\n{texts.stood_in(title)}"
    return Message(
        text=text,
        buttons=(
            *_buttons(texts, Action.AGAIN, Action.REMIX, Action.OTHER_EFFECT),
            *_choices(texts, subject.runners_up or ()),
            *_buttons(texts, *_larger(clip), Action.SHARE, Action.DETAILS, Action.REPORT),
            *_buttons(texts, Action.DOWNLOAD, Action.DELETE),
        ),
        clip=_shown(clip),
    )


def _without_clip(texts: Texts, subject: Subject, text: str, *offered: Action) -> Message:
    """Show an end without its clip; a first look stays, as there is no way back to words alone."""
    buttons = _buttons(texts, *offered, Action.DELETE)
    if subject.first_look is None:
        return Message(text=text, buttons=buttons)
    text = f"{text}\n{texts.first_look_stays(texts.title(subject.title))}"
    return Message(text=text, buttons=buttons, clip=_shown(subject.first_look))


def _shown(clip: Clip) -> ShownClip:
    return ShownClip(key=clip.key, poster=clip.poster, width=clip.width, height=clip.height)


def _larger(clip: Clip) -> tuple[Action, ...]:
    return (Action.HD,) if max(clip.width, clip.height) < HD_SIZE else ()


def _on_its_way(texts: Texts, subject: Subject, line: str, progress: float | None) -> Message:
    quick = subject.first_look
    if quick is not None:
        line = f"{texts.first_look()}\n{line}"
    if subject.runners_up is not None:
        line = f"{texts.chosen(texts.title(subject.title))}\n{line}"
    return Message(
        text=line,
        buttons=(*_buttons(texts, Action.CANCEL), *_choices(texts, subject.runners_up or ())),
        progress=progress,
        clip=None if quick is None else _shown(quick),
    )


def _after(code: RefusalCode) -> tuple[Action, ...]:
    """Pick what may help when the engine has refused."""
    again = (Action.AGAIN,) if code in _ANOTHER_TRY_MAY_HELP else ()
    other = (Action.OTHER_EFFECT,) if code in _ANOTHER_EFFECT_MAY_HELP else ()
    return again + other


def _buttons(texts: Texts, *actions: Action) -> tuple[Button, ...]:
    return tuple(Button(action=action, label=texts.label(action)) for action in actions)


def _choices(texts: Texts, cards: Sequence[EffectCard]) -> tuple[Button, ...]:
    return tuple(
        Button(action=Action.CHOOSE, label=texts.title(card.title), effect=card.id)
        for card in cards
    )
