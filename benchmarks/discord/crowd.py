"""Who uses the bot, and where: in many servers, and in private."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from tests.fakes.discord import Channel, FakeDiscord, Person

SERVERS, MEMBERS, PRIVATE = 400, 8, 400
"""3,600 people in 800 places."""

Seat = tuple[Person, Channel]
"""Somebody, where they use the bot."""


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Everybody.

    Attributes:
        discord: where they are.
        chance: what decides who does what.
        turns: whose turn it is, and everybody else's before theirs again.
    """

    discord: FakeDiscord
    chance: random.Random
    turns: Iterator[Seat]

    @classmethod
    def of(cls, discord: FakeDiscord, seed: int = 7) -> Crowd:
        """Let everybody join Discord."""
        seats: list[Seat] = []
        for number in range(PRIVATE):
            person = discord.person(f"Person {number}")
            seats.append((person, discord.dm(person)))
        for number in range(SERVERS):
            members = [discord.person(f"Member {number}.{each}") for each in range(MEMBERS)]
            channel = discord.guild(f"Server {number}", *members).channel("general")
            seats += [(member, channel) for member in members]
        chance = random.Random(seed)
        chance.shuffle(seats)
        return cls(discord=discord, chance=chance, turns=cycle(seats))

    def neighbour(self, channel: Channel) -> Person:
        """Pick one of those who are in a channel."""
        return self.chance.choice([person for person in channel.people if not person.is_bot])
