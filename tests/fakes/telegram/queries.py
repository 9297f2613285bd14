"""What people asked the bot and it has not answered yet: presses, inline queries, summons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from tests.fakes.telegram.buttons import Button, buttons
from tests.fakes.telegram.errors import Json

if TYPE_CHECKING:
    from tests.fakes.telegram.chats import Chat
    from tests.fakes.telegram.messages import Message
    from tests.fakes.telegram.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a press shows: nothing, a short text, or an alert."""

    text: str = ""
    alert: bool = False
    url: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Press:
    """A press, and its answer once there is one."""

    id: str
    at: datetime
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineResult:
    """One of the results of an inline query."""

    id: str
    json: Json

    @property
    def title(self) -> str:
        return self.json.get("title", "")

    @property
    def labels(self) -> list[str]:
        """What stands on the keys that its message will have."""
        rows: list[list[Button]] = buttons(self.json.get("reply_markup"))
        return [button.label for row in rows for button in row]


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineAnswer:
    """What is shown for an inline query.

    Attributes:
        button: above the results, such as the way into the private chat.
        start: what /start gets when it is pressed.
    """

    query: str
    results: list[InlineResult]
    button: str | None = None
    start: str | None = None
    next_offset: str = ""

    def result(self, title: str) -> InlineResult:
        """Find a result by a part of its title.

        Raises:
            AssertionError: there is not exactly one.
        """
        hits = [result for result in self.results if title in result.title]
        assert len(hits) == 1, f"not one {title!r} in {[r.title for r in self.results]}"
        return hits[0]


@dataclass(slots=True, eq=False, kw_only=True)
class InlineQuery:
    """An inline query, and its answer once there is one."""

    id: str
    at: datetime
    who: Person
    words: str
    offset: str
    answer: InlineAnswer | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Summons:
    """A mention of the bot where it is no member, and the message it answered with."""

    id: str
    at: datetime
    chat: Chat
    to: Message
    answer: Message | None = None


@dataclass(slots=True)
class Queries:
    """Everything asked, by id."""

    presses: dict[str, Press] = field(default_factory=dict[str, Press])
    inline: dict[str, InlineQuery] = field(default_factory=dict[str, InlineQuery])
    summons: dict[str, Summons] = field(default_factory=dict[str, Summons])
    cached: dict[tuple[str, str, int | None], tuple[datetime, InlineAnswer]] = field(
        default_factory=dict[tuple[str, str, int | None], tuple[datetime, InlineAnswer]]
    )
    _numbers: count[int] = field(default_factory=lambda: count(900_001))

    def new_id(self) -> str:
        """Name a query."""
        return str(next(self._numbers))
