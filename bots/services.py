"""The parts a bot is made of, put together; adapters get them ready to use."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from bots.admission import Admission
from bots.chat import Chat
from bots.clock import Clock, utc_now
from bots.delivery import USUAL_PACE, Delivery, Pace
from bots.gallery import Gallery
from bots.outcomes import Outcomes
from bots.reporter import Reporter
from bots.retention import Keep, Retention
from bots.routing import Router
from bots.settings import BotSettings
from bots.store.conversation import Conversation
from bots.store.database import Database
from bots.store.journal import Journal
from bots.store.people import People
from bots.store.photos import Photos
from bots.studio import Rules, Studio
from bots.sweeper import Sweeper
from engine.jobs.connection import connect
from engine.jobs.intake import Intake, IntakeLimits
from engine.jobs.media import MediaStore
from engine.jobs.outbox import Outbox
from engine.jobs.presence import Presence
from engine.jobs.progress import ProgressFeed
from engine.jobs.queue import JobQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What an adapter works with."""

    bot: str
    redis: Redis
    database: Database
    journal: Journal
    media: MediaStore
    queue: JobQueue
    gallery: Gallery
    retention: Retention
    studio: Studio
    sweeper: Sweeper

    now: Clock

    def delivery(self, chat: Chat, pace: Pace = USUAL_PACE) -> Delivery:
        """Make what shows this bot's requests in a chat."""
        return Delivery(
            bot=self.bot,
            chat=chat,
            journal=self.journal,
            outcomes=Outcomes(
                outbox=Outbox(self.redis, self.bot),
                journal=self.journal,
                queue=self.queue,
                retention=self.retention,
                now=self.now,
            ),
            feed=ProgressFeed(self.redis),
            reporter=Reporter(self.queue, self.gallery),
            pace=pace,
            now=self.now,
        )


@asynccontextmanager
async def opened(bot: str, settings: BotSettings, now: Clock = utc_now) -> AsyncGenerator[Services]:
    """Connect and migrate what a bot needs; close it at the end.

    Raises:
        StoreUnavailable: the database cannot be used.
        QueueIncompatible: Redis holds the queue of another version.
    """
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database, redis = Database.at(settings.database), connect(settings.redis_url)
    try:
        await database.migrate()
        with Router() as router:
            yield _services(bot, settings, database, redis, router, now)
    finally:
        await redis.aclose()
        await database.close()


def _services(
    bot: str,
    settings: BotSettings,
    database: Database,
    redis: Redis,
    router: Router,
    now: Clock,
) -> Services:
    journal, photos = Journal(database), Photos(database)
    media = MediaStore.at(settings.media)
    queue, gallery = JobQueue(redis), Gallery(Presence(redis))
    retention = _retention(settings, database, journal, photos, media)
    studio = Studio(
        rules=Rules(policy=settings.policy, media_quota=settings.media_quota),
        admission=Admission(bot, gallery, router),
        gallery=gallery,
        journal=journal,
        people=People(database),
        photos=photos,
        media=media,
        intake=Intake(IntakeLimits(max_bytes=settings.photo_bytes)),
        queue=queue,
        retention=retention,
        now=now,
    )
    return Services(
        bot=bot,
        redis=redis,
        database=database,
        journal=journal,
        media=media,
        queue=queue,
        gallery=gallery,
        retention=retention,
        studio=studio,
        sweeper=Sweeper(
            journal=journal,
            queue=queue,
            media=media,
            retention=retention,
            max_waiting=settings.max_waiting,
            now=now,
        ),
        now=now,
    )


def _retention(
    settings: BotSettings,
    database: Database,
    journal: Journal,
    photos: Photos,
    media: MediaStore,
) -> Retention:
    keep = Keep(
        photos=settings.keep_photos, clips=settings.keep_clips, journal=settings.keep_journal
    )
    return Retention(
        journal=journal,
        photos=photos,
        conversation=Conversation(database),
        media=media,
        keep=keep,
    )
