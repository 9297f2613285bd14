"""A message, as it is shown now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import components
from tests.fakes.discord.components import Button, Option
from tests.fakes.discord.errors import Json
from tests.fakes.discord.files import Attachment
from tests.fakes.discord.people import Person

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.places import Channel

SUPPRESS_EMBEDS, EPHEMERAL, LOADING = 1 << 2, 1 << 6, 1 << 7
SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 12, 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What can be edited of a message."""

    words: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & COMPONENTS_V2)

    @property
    def text(self) -> str:
        """The words, or all the texts of Components V2."""
        return "\n".join([self.words] if self.words else components.texts(list(self.components)))


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    """A message that changes as it is edited.

    Attributes:
        by: who sent it.
        for_: who alone sees it, when it is ephemeral.
        asked: the interaction it is an answer to.
        reference: what it replies to.
        mentions: the names of those who were pinged when it was sent; edits ping nobody.
        shown: every content it had, the present one last.
        is_loading: whether it says that the bot is thinking.
        owners: for whom the app is installed where it was made.
    """

    channel: Channel
    id: int
    at: datetime
    content_now: Content
    by: Person
    for_: Person | None = None
    asked: Interaction | None = None
    reference: Message | None = None
    nonce: str | None = None
    mentions: list[str] = field(default_factory=list[str])
    shown: list[Content] = field(default_factory=list[Content])
    is_loading: bool = False
    edited_at: datetime | None = None
    deleted: bool = False
    owners: dict[str, str] = field(default_factory=dict[str, str])

    def __repr__(self) -> str:
        files = [f"[{name}]" for name in self.files]
        keys = [f"({label})" for label in self.labels]
        state = [word for word, is_so in self._states if is_so]
        parts = [*files, repr(self.text), *keys, *state]
        return f"<{self.by.name}: {' '.join(parts)}>"

    @property
    def content(self) -> str:
        return self.content_now.words

    @property
    def text(self) -> str:
        """The words, or all the texts of Components V2."""
        return self.content_now.text

    @property
    def embeds(self) -> list[Json]:
        return list(self.content_now.embeds)

    @property
    def components(self) -> list[Json]:
        return list(self.content_now.components)

    @property
    def files(self) -> dict[str, bytes]:
        """What can be seen of its files, by name; Components V2 have to show them."""
        content = self.content_now
        shown = {
            it.get("url") for c in components.every(self.components) for it in components.media(c)
        }
        return {
            file.name: file.data
            for file in content.attachments
            if not content.is_v2 or f"attachment://{file.name}" in shown
        }

    @property
    def buttons(self) -> list[Button]:
        return components.buttons(self.components)

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [button.label for button in self.buttons]

    @property
    def options(self) -> list[str]:
        """What stands on the options of its selects."""
        return [option.label for option in components.options(self.components)]

    @property
    def edited(self) -> bool:
        return len(self.shown) > 1

    @property
    def edits(self) -> list[str]:
        """The texts it was edited to, in order."""
        return [content.text for content in self.shown[1:]]

    @property
    def is_ephemeral(self) -> bool:
        return self.for_ is not None

    @property
    def is_silent(self) -> bool:
        return bool(self.content_now.flags & SUPPRESS_NOTIFICATIONS)

    def button(self, label: str) -> Button:
        """Find a button by what stands on it, or by a part of that if only one has it.

        Raises:
            AssertionError: there is none, or several.
        """
        hits = [it for it in self.buttons if it.label == label]
        hits = hits or [it for it in self.buttons if label in it.label]
        assert len(hits) == 1, f"not one button {label!r} among {self.labels} of {self!r}"
        return hits[0]

    def option(self, name: str) -> Option:
        """Find an option by its value or by what stands on it.

        Raises:
            AssertionError: there is none, or several.
        """
        every = components.options(self.components)
        hits = [it for it in every if name == it.value] or [it for it in every if name == it.label]
        assert len(hits) == 1, f"not one option {name!r} among {self.options} of {self!r}"
        return hits[0]

    @property
    def _states(self) -> list[tuple[str, bool]]:
        for_ = f"for {self.for_.name}" if self.for_ else ""
        return [(for_, self.is_ephemeral), ("thinking", self.is_loading), ("gone", self.deleted)]
