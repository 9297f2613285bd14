"""The frames that the page and the server exchange, checked on their way in and out.

Each is one JSON object with a version and a `type`. The page makes up the id of whatever may
start a job, so that sending it again after a lost connection starts nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bots.store.conversation import Entry, Line
from bots.web_chat.effect_view import EffectView
from engine.jobs.job import Aspect

VERSION = 1

MAX_FRAME_BYTES = 128 * 1024
"""Room for a prompt that is far too long, in any script: it still gets a sentence of its own."""

Name = Annotated[str, Field(min_length=1, max_length=120)]
Chosen = bool | int | float | Annotated[str, Field(max_length=200)]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    v: Literal[1] = VERSION


class AskFrame(_Frame):
    """A photo and an effect, or a prompt, or all three."""

    type: Literal["ask"] = "ask"
    id: UUID
    effect: Name | None = None
    prompt: Annotated[str, Field(max_length=20_000)] = ""
    photos: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    params: Annotated[Mapping[Name, Chosen], Field(max_length=64)] = {}
    aspect: Aspect = Aspect.AUTO


class AgainFrame(_Frame):
    """The same once more, with a new seed."""

    type: Literal["again"] = "again"
    id: UUID
    job: Name


class OtherEffectFrame(_Frame):
    """The same photo and words with another effect."""

    type: Literal["other_effect"] = "other_effect"
    id: UUID
    job: Name
    effect: Name


class CancelFrame(_Frame):
    """Stop a job."""

    type: Literal["cancel"] = "cancel"
    job: Name


class DeleteFrame(_Frame):
    """Take a job's clip and messages away for good."""

    type: Literal["delete"] = "delete"
    job: Name


class DetailsFrame(_Frame):
    """Tell what made a clip."""

    type: Literal["details"] = "details"
    job: Name


class EarlierFrame(_Frame):
    """Show what came before an entry."""

    type: Literal["earlier"] = "earlier"
    before: int


ActionFrame = AskFrame | AgainFrame | OtherEffectFrame | CancelFrame | DeleteFrame
"""What a visitor may want done."""

PageFrame = ActionFrame | DetailsFrame | EarlierFrame
"""What a page may send."""

PAGE_FRAME: TypeAdapter[PageFrame] = TypeAdapter(Annotated[PageFrame, Field(discriminator="type")])


class HelloFrame(_Frame):
    """Everything a page needs once it is connected: the gallery and the last entries.

    `photo_bytes` is how large a photo may be; the page need not send one that is larger, and says
    `photo_too_large` itself.
    """

    type: Literal["hello"] = "hello"
    effects: tuple[EffectView, ...]
    lines: tuple[Line, ...]
    more: bool
    photo_bytes: int
    photo_too_large: str


class EffectsFrame(_Frame):
    """The gallery has changed."""

    type: Literal["effects"] = "effects"
    effects: tuple[EffectView, ...]


class EntryFrame(_Frame):
    """An entry is new or has changed; it replaces the one it repeats."""

    type: Literal["entry"] = "entry"
    entry: Entry


class EarlierLinesFrame(_Frame):
    """Entries that came before those the page has."""

    type: Literal["earlier"] = "earlier"
    lines: tuple[Line, ...]
    more: bool


class RemovedFrame(_Frame):
    """A job's entries are gone."""

    type: Literal["removed"] = "removed"
    job: Name


class MadeFrame(_Frame):
    """What made a clip, in a few lines."""

    type: Literal["details"] = "details"
    job: Name
    text: str


class NudgeFrame(_Frame):
    """One line worth a notice."""

    type: Literal["nudge"] = "nudge"
    text: str


class NoteFrame(_Frame):
    """A sentence about something the page sent; `about` is the id or the job it named."""

    type: Literal["note"] = "note"
    text: str
    about: str | None = None


ServerFrame = (
    HelloFrame
    | EffectsFrame
    | EntryFrame
    | EarlierLinesFrame
    | RemovedFrame
    | MadeFrame
    | NudgeFrame
    | NoteFrame
)
"""What the server may send."""
