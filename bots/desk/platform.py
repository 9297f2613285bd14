"""What the desk needs of a platform, besides the Chat port that delivery uses."""

from __future__ import annotations

from typing import Protocol

from bots.chat import MessageId, Person, PersonId, ShownClip
from bots.desk.events import Picture, Pressed
from bots.desk.keys import Rows
from bots.desk.where import Where


class Platform(Protocol):
    """The verbs that each adapter implements; they may raise what those of Chat do."""

    @property
    def page(self) -> int:
        """How many effects are offered at once."""
        ...

    @property
    def window(self) -> int:
        """How many characters the answer to a press may have."""
        ...

    async def say(self, where: Where, text: str, rows: Rows = ()) -> MessageId:
        """Send a message."""
        ...

    async def edit(self, where: Where, message: MessageId, text: str, rows: Rows = ()) -> None:
        """Replace a message of ours; the same again changes nothing."""
        ...

    async def remove(self, where: Where, message: MessageId) -> None:
        """Take a message away."""
        ...

    async def answer(self, pressed: Pressed, text: str) -> None:
        """End the waiting on a pressed button, and show a text to who pressed, if there is one."""
        ...

    async def tell(self, person: PersonId, text: str) -> None:
        """Say something to somebody in private."""
        ...

    async def fetch(self, picture: Picture) -> bytes:
        """Get a picture that was sent.

        Raises:
            Refused: it is larger than the platform hands over, or gone.
        """
        ...

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in a message of its own."""
        ...

    def mention(self, person: PersonId) -> str:
        """Name somebody so that it leads to them."""
        ...

    def address(self, where: Where, message: MessageId) -> str:
        """Say where a message is, as somebody else finds it."""
        ...

    async def runs(self, where: Where, who: Person) -> bool:
        """Tell whether somebody makes the rules of a place."""
        ...
