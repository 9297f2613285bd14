"""The words the chat side speaks, and the port every platform implements.

No platform type passes this module: adapters turn updates into an Ask and a Message into whatever
their platform shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, Protocol

from engine.jobs.job import ClipFormat, JobId, MediaKey, ParamValue

PersonId = NewType("PersonId", str)
"""Platform and its own id, as in `telegram:4211`; unique over all platforms."""
PlaceId = NewType("PlaceId", str)
"""Platform and its own id of the chat, as in `web:5f3a`."""
MessageId = NewType("MessageId", str)
"""A message; what follows a `#` is a way to change it, of which one message may have several."""


def is_same_message(one: MessageId, other: MessageId) -> bool:
    """Tell whether two names mean one message, whichever way it is changed."""
    return one.partition("#")[0] == other.partition("#")[0]


def job_id(bot: str, *platform_ids: str) -> JobId:
    """Derive a job's id from the platform's own ids, so the same update gives the same job.

    Returns:
        32 characters of [0-9a-f].
    """
    named = json.dumps([bot, *platform_ids]).encode()
    return JobId(hashlib.blake2s(named, digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks, and the language they read (a BCP 47 tag)."""

    id: PersonId
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where they ask. `local` is the operator's own page: over loopback, or past its password.

    `room` is the channel or thread inside it, `parent` the channel that a thread belongs to. Of
    who asks, `admin` tells whether they set the rules of the place, `moderator` whether they may
    remove what others posted there, and `roles` which roles they have.
    """

    id: PlaceId
    local: bool = False
    admin: bool = False
    moderator: bool = False
    room: str = ""
    parent: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What someone wants, platform-neutral.

    `id` is derived from the platform's own ids (`job_id`), so the same update can never become
    two jobs. With no `effect`, the prompt chooses one.
    """

    id: JobId
    who: Person
    where: Place
    effect: str | None = None
    prompt: str = ""
    photos: tuple[MediaKey, ...] = ()
    params: Mapping[str, ParamValue] = field(default_factory=dict[str, ParamValue])
    format: ClipFormat = field(default_factory=ClipFormat)
    seed: int | None = None


class Action(StrEnum):
    """What a button under a message does."""

    AGAIN = "again"
    REMIX = "remix"
    OTHER_EFFECT = "other_effect"
    HD = "hd"
    SHARE = "share"
    DETAILS = "details"
    REPORT = "report"
    CANCEL = "cancel"
    DELETE = "delete"
    DOWNLOAD = "download"
    GET = "get"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A labelled action.

    `effect` is set for CHOOSE. `url` leads to the file, for DOWNLOAD where the clip is not shown.
    """

    action: Action
    label: str
    effect: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClip:
    """A clip as a message shows it."""

    key: MediaKey
    poster: MediaKey
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the bot shows for one ask, whole: an edit replaces everything.

    `progress` is 0..1 while a bar makes sense; with a `clip`, that is a first look at what comes.
    `text` is plain, already in the person's language. `still` is a picture of what is being made.
    `buttons` are all that make sense; a platform leaves out those whose action it has not.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    progress: float | None = None
    clip: ShownClip | None = None
    still: MediaKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """The message the bot posted at once and later turns into the clip."""

    place: PlaceId
    message: MessageId

    def is_same(self, other: Placeholder) -> bool:
        """Tell whether both are one message, whichever way it is changed."""
        return self.place == other.place and is_same_message(self.message, other.message)


class Chat(Protocol):
    """A platform, as delivery needs it.

    Every verb may raise ChatBusy or ChatForbidden, and then has done nothing, or ChatUnavailable:
    whether it was done is unknown then, and it is asked for again.
    """

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None = None
    ) -> Placeholder:
        """Show a new message for a job, in place of another one if `replaces` names it.

        That one is gone, or is removed once the new one is noted, unless both are the same.
        Where a platform can tell a repeated message by a nonce, the job and what is replaced make
        one: the same call again then gives the message that is already there. Elsewhere it may
        show a second one; that is why a clip is never posted, but edited into what was posted.
        """
        ...

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message; doing it twice changes nothing.

        Raises:
            MessageGone: the message no longer exists, or cannot be changed any more.
            ClipTooLarge: the platform cannot show this clip; the message is as it was.
        """
        ...

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        """Take a message away; one already gone is fine."""
        ...

    def is_fading(self, placeholder: Placeholder) -> bool:
        """Tell whether a message can soon be changed no more, so that another takes its place."""
        ...

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Say one line that notifies who asked, because an edit does not; may be dropped."""
        ...
