"""`zoetrope versions`: which versions of effects there are, and how many people get each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from bots.rollout import Rollouts, Shares
from bots.settings import BotSettings
from bots.store.rollouts import RolloutShares
from deploy import database, valkey
from deploy.errors import CommandFailed
from deploy.tables import table
from engine.effects.versions import Versions
from engine.jobs.catalogue import Offer, newness
from engine.jobs.connection import connect_to_look
from engine.jobs.errors import QueueUnavailable
from engine.jobs.presence import Presence, merge
from engine.settings import EngineSettings

ALL = 1.0
_ROUNDED = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of an effect.

    Attributes:
        usual: whether people get it who fall into no share.
        share: 0..1 of the people get it without asking for it.
        workers: how many that are alive offer it; None while the queue does not answer.
    """

    effect: str
    version: str
    usual: bool
    share: float
    workers: int | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What versions there are: here, with live workers, and by what was set."""

    here: Versions
    offers: Sequence[Offer] | None
    rollouts: Rollouts

    def effects(self) -> list[str]:
        offered = {card.id for offer in self.offers or () for card in offer.cards}
        return sorted({effect.id for effect in self.here.values()} | offered | set(self.rollouts))

    def versions(self, effect: str) -> list[str]:
        """List an effect's versions, the newest first."""
        found = {each.version for each in self.here.values() if each.id == effect}
        found |= {card.version for offer in self.offers or () for card in offer.versions(effect)}
        found |= set(self.rollouts.get(effect, {}))
        return sorted(found, key=newness, reverse=True)

    def usual(self, effect: str) -> str:
        offered = merge(self.offers or ()).versions(effect)
        if offered:
            return offered[0].version
        return self.here[effect].version if effect in self.here else ""

    def workers(self, effect: str, version: str) -> int | None:
        if self.offers is None:
            return None
        has = [any(card.version == version for card in it.versions(effect)) for it in self.offers]
        return sum(has)


def rows(bot: BotSettings, engine: EngineSettings) -> list[VersionRow]:
    """List every version of every effect, newest first."""
    known = asyncio.run(_known(bot, engine))
    return [row for effect in known.effects() for row in _rows_of(known, effect)]


def as_table(found: Sequence[VersionRow]) -> str:
    """One line per version, for people."""
    return table(
        ("effect", "version", "usual", "people", "workers"),
        [
            (
                row.effect,
                row.version,
                "usual" if row.usual else "",
                f"{row.share:.0%}" if row.share else "who ask for it",
                "?" if row.workers is None else row.workers,
            )
            for row in found
        ],
    )


def as_json(found: Sequence[VersionRow]) -> str:
    """The same for programs."""
    return json.dumps([asdict(row) for row in found], indent=2)


def set_share(
    bot: BotSettings,
    engine: EngineSettings,
    effect: str,
    version: str,
    share: float,
    say: Callable[[str], None],
) -> None:
    """Give a version a share of the people, 0..1; at 1 it is everybody's, and no other has any.

    Raises:
        CommandFailed: there is no such version, or that is no share, or too large beside others.
    """
    if not 0 <= share <= ALL:
        raise CommandFailed(f"a share is from 0 to 1, as 0.2 for 20 % of the people, not {share:g}")
    known = asyncio.run(_known(bot, engine))
    _check_known(known, effect, version)
    others = {
        name: kept
        for name, kept in known.rollouts.get(effect, {}).items()
        if share < ALL and name != version
    }
    _check_room(effect, others, share)
    asyncio.run(_set(bot, effect, {**others, **({version: share} if share else {})}))
    say(f"{effect} {version} is for {share:.0%} of the people")
    if share and known.workers(effect, version) == 0:
        say("no worker that is alive offers it: until one does, nobody gets it")


def reset(bot: BotSettings, effect: str, say: Callable[[str], None]) -> None:
    """Give everybody the usual version of an effect again.

    Raises:
        CommandFailed: everybody gets that already.
    """
    if effect not in asyncio.run(_rollouts(bot)):
        raise CommandFailed(f"nothing was set for {effect!r}: see `zoetrope versions`")
    asyncio.run(_set(bot, effect, {}))
    say(f"everybody gets the usual version of {effect} again")


def _rows_of(known: _Known, effect: str) -> list[VersionRow]:
    shares, usual = known.rollouts.get(effect, {}), known.usual(effect)
    rest = max(0.0, ALL - sum(shares.values()))
    return [
        VersionRow(
            effect=effect,
            version=version,
            usual=version == usual,
            share=round(shares.get(version, 0.0) + rest * (version == usual), 6),
            workers=known.workers(effect, version),
        )
        for version in known.versions(effect)
    ]


def _check_known(known: _Known, effect: str, version: str) -> None:
    if effect not in known.effects():
        effects = ", ".join(known.effects())
        raise CommandFailed(f"there is no effect {effect!r}: choose one of {effects}")
    if version not in known.versions(effect):
        there = ", ".join(known.versions(effect))
        raise CommandFailed(f"there is no version {version!r} of {effect}: choose one of {there}")


def _check_room(effect: str, others: Shares, share: float) -> None:
    if sum(others.values()) + share > ALL + _ROUNDED:
        have = " and ".join(f"{version} has {kept:.0%}" for version, kept in others.items())
        raise CommandFailed(
            f"{share:.0%} is too much, as {have} of the people: make that less, or run"
            f" `zoetrope versions reset {effect}` first"
        )


async def _known(bot: BotSettings, engine: EngineSettings) -> _Known:
    return _Known(Versions(engine.effects), await _offers(engine), await _rollouts(bot))


async def _offers(engine: EngineSettings) -> Sequence[Offer] | None:
    async with connect_to_look(valkey.url_for(engine)) as redis:
        try:
            return await Presence(redis).each()
        except QueueUnavailable:
            return None


async def _rollouts(bot: BotSettings) -> Rollouts:
    async with database.opened(bot) as store:
        return await RolloutShares(store).all()


async def _set(bot: BotSettings, effect: str, shares: Mapping[str, float]) -> None:
    async with database.opened(bot) as store:
        await RolloutShares(store).set(effect, shares)


def _cards(offer: Offer):
    return (*offer.effects, *offer.beside)
