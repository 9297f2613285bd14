"""A message, as it is shown now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.telegram import files
from tests.fakes.telegram.buttons import Button, buttons
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.files import Media
from tests.fakes.telegram.people import Person

if TYPE_CHECKING:
    from tests.fakes.telegram.chats import Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What can be edited of a message."""

    words: str = ""
    entities: tuple[Json, ...] = ()
    media: Media | None = None
    markup: Json | None = None

    def same_as(self, other: Content) -> bool:
        """Say whether people would see no difference."""
        file, others = (c.media.file if c.media else None for c in (self, other))
        return file is others and (self.words, self.entities, self.markup) == (
            other.words,
            other.entities,
            other.markup,
        )


@dataclass(slots=True, eq=False, kw_only=True)
class Topic:
    """A topic of a forum; its id is that of the message that says it was created."""

    id: int
    name: str
    is_closed: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    """A message that changes as it is edited.

    Attributes:
        by: who sent it.
        author: whom it says it is from; None in a channel.
        as_chat: who speaks instead of the author: a channel, or a group's anonymous admin.
        thread: what Telegram calls message_thread_id.
        service: what happened, when the message says that something did.
        also: more fields of its JSON.
        shown: every content it had, the present one last.
        inline_id: by which a bot that is not in the chat edits it.
    """

    chat: Chat
    id: int
    date: datetime
    content: Content
    by: Person
    author: Person | None = None
    as_chat: Chat | None = None
    via_bot: Person | None = None
    reply_to: Message | None = None
    topic: Topic | None = None
    thread: int | None = None
    album: str | None = None
    inline_id: str | None = None
    is_silent: bool = False
    edited_at: datetime | None = None
    deleted: bool = False
    service: Json = field(default_factory=dict[str, object])
    also: Json = field(default_factory=dict[str, object])
    shown: list[Content] = field(default_factory=list[Content])

    def __repr__(self) -> str:
        media = [f"[{self.content.media.kind}]"] if self.content.media else []
        words = repr(self.content.words or " ".join(self.service))
        keys = [f"[{label}]" for label in self.labels]
        gone = ["deleted"] if self.deleted else []
        return f"<{self.by.name}: {' '.join([*media, words, *keys, *gone])}>"

    @property
    def text(self) -> str | None:
        """The text, None where there is media."""
        return (self.content.words or None) if self.content.media is None else None

    @property
    def caption(self) -> str | None:
        """The text under media."""
        return (self.content.words or None) if self.content.media else None

    @property
    def words(self) -> str:
        """The text or the caption, whichever there is."""
        return self.content.words

    @property
    def media(self) -> Media | None:
        return self.content.media

    @property
    def photo(self) -> bytes | None:
        return self._bytes(files.PHOTO)

    @property
    def video(self) -> bytes | None:
        return self._bytes(files.VIDEO)

    @property
    def animation(self) -> bytes | None:
        return self._bytes(files.ANIMATION)

    @property
    def document(self) -> bytes | None:
        return self._bytes(files.DOCUMENT)

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline keys, by rows."""
        return buttons(self.content.markup)

    @property
    def labels(self) -> list[str]:
        """What stands on the inline keys."""
        return [button.label for row in self.buttons for button in row]

    @property
    def asks_for_reply(self) -> bool:
        return bool((self.content.markup or {}).get("force_reply"))

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return len(self.shown) - 1

    def button(self, label: str) -> Button:
        """Find a key by what stands on it, or by a part of that if only one has it.

        Raises:
            AssertionError: there is none, or several.
        """
        every = [button for row in self.buttons for button in row]
        hits = [b for b in every if b.label == label] or [b for b in every if label in b.label]
        assert len(hits) == 1, f"not one button {label!r} among {self.labels} of {self!r}"
        return hits[0]

    def _bytes(self, kind: str) -> bytes | None:
        media = self.content.media
        return media.file.data if media and media.kind == kind else None
