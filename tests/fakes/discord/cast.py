"""People and places: who is there, and where they meet."""

from __future__ import annotations

from tests.fakes.discord.people import Person
from tests.fakes.discord.places import DM, GROUP_DM, Channel, Guild
from tests.fakes.discord.world import World

_PAIR = 2


class Cast:
    """Brings people together.

    Attributes:
        world: everything there is to know.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def bot(self) -> Person:
        return self.world.bot

    def person(
        self,
        name: str,
        *,
        locale: str = "en-US",
        avatar: bytes | None = None,
        has_app: bool = False,
    ) -> Person:
        """Let someone join Discord, perhaps with the bot installed for themselves."""
        person = self.world.person(name, locale, avatar)
        person.has_app = has_app
        return person

    def guild(
        self, name: str, *members: Person, tier: int = 0, locale: str = "en-US", bot: bool = True
    ) -> Guild:
        """Open a guild; the first member owns it.

        Args:
            name: of the guild.
            members: the people in it.
            tier: of its boosts.
            locale: of its texts.
            bot: whether the bot is in it, not only the app of some who are.
        """
        guild = Guild(
            world=self.world,
            id=self.world.clock.new_guild_id(),
            name=name,
            members=list(members),
            tier=tier,
            locale=locale,
            has_bot=bot,
        )
        self.world.guilds[guild.id] = guild
        if bot:
            self.world.tell_of_guild(guild)
        return guild

    def dm(self, person: Person) -> Channel:
        """Open the direct messages of someone with the bot; twice is the same."""
        return self.world.dm(person)

    def private(self, *people: Person) -> Channel:
        """Open a private channel of people, where the bot is not."""
        kind = DM if len(people) == _PAIR else GROUP_DM
        return self.world.open(kind, " and ".join(it.name for it in people), recipients=people)
