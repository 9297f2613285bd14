"""The parts a bot is made of, put together; adapters get them ready to use."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis

from bots.admission import Admission
from bots.chat import Chat
from bots.clock import Clock, utc_now
from bots.delivery.budget import Budget, CallBudget
from bots.delivery.delivery import Delivery
from bots.delivery.lanes import Lanes
from bots.delivery.pace import USUAL_PACE, Pace
from bots.delivery.showing import Showing
from bots.delivery.watch import Watch
from bots.gallery import Gallery
from bots.metrics import BotMetrics
from bots.outcomes import Outcomes
from bots.replay import Replay
from bots.reporter import Reporter
from bots.retention import Keep, Retention
from bots.routing import Router
from bots.settings import BotSettings
from bots.store.answers import Answers
from bots.store.conversation import Conversation
from bots.store.database import Database
from bots.store.drafts import Drafts
from bots.store.files import PlatformFiles
from bots.store.inbox import Inbox
from bots.store.journal import Journal
from bots.store.ledger import Ledger
from bots.store.people import People
from bots.store.photos import Photos
from bots.store.places import Places
from bots.store.rollouts import RolloutShares
from bots.studio import Rules, Studio
from bots.sweeper import Sweeper
from engine.jobs.connection import connect
from engine.jobs.intake import Intake, IntakeLimits
from engine.jobs.media.store import MediaStore
from engine.jobs.outbox import Outbox
from engine.jobs.planning.planner import Planner
from engine.jobs.planning.strays import Patience
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
    ledger: Ledger
    inbox: Inbox
    drafts: Drafts
    answers: Answers
    files: PlatformFiles
    places: Places
    media: MediaStore
    queue: JobQueue
    gallery: Gallery
    retention: Retention
    studio: Studio
    sweeper: Sweeper
    planner: Planner
    metrics: BotMetrics

    now: Clock

    def reporter(self, *, stills: bool = False) -> Reporter:
        """Make what has words for this bot's requests."""
        keep_clips = self.retention.keep.clips
        return Reporter(self.queue, self.gallery, self.media, keep_clips, stills=stills)

    def outcomes(self) -> Outcomes:
        """Make what journals this bot's outcomes."""
        return Outcomes(
            outbox=Outbox(self.redis, self.bot),
            journal=self.journal,
            queue=self.queue,
            retention=self.retention,
            now=self.now,
        )

    def delivery(
        self,
        chat: Chat,
        pace: Pace = USUAL_PACE,
        budget: CallBudget | None = None,
        *,
        stills: bool = False,
    ) -> Delivery:
        """Make what shows this bot's requests in a chat, within what the platform allows.

        Stills of what is being filmed are for chats that can show them.
        """
        showing = Showing(
            lanes=Lanes(chat, budget or Budget(), self.metrics),
            journal=self.journal,
            reporter=self.reporter(stills=stills),
            metrics=self.metrics,
            pace=pace,
            now=self.now,
        )
        return Delivery(
            bot=self.bot,
            showing=showing,
            journal=self.journal,
            outcomes=self.outcomes(),
            feed=ProgressFeed(self.redis),
            watch=Watch(self.redis, self.bot),
            pace=pace,
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
    queue = JobQueue(redis, order=settings.order)
    gallery, metrics = Gallery(Presence(redis), RolloutShares(database).all), BotMetrics(bot)
    retention = _retention(settings, database, journal, photos, media)
    studio = Studio(
        rules=Rules(policy=settings.policy, caps=settings.caps, media_quota=settings.media_quota),
        admission=Admission(bot, gallery, router, settings.policy),
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
        ledger=Ledger(database),
        inbox=retention.inbox,
        drafts=retention.drafts,
        answers=retention.answers,
        files=retention.files,
        places=Places(database),
        media=media,
        queue=queue,
        gallery=gallery,
        retention=retention,
        studio=studio,
        sweeper=_sweeper(settings, redis, studio),
        planner=_planner(settings, redis, metrics),
        metrics=metrics,
        now=now,
    )


def _sweeper(settings: BotSettings, redis: Redis, studio: Studio) -> Sweeper:
    replay = Replay(
        journal=studio.journal,
        queue=studio.queue,
        outbox=partial(Outbox, redis),
        media=studio.media,
        caps=settings.caps,
        now=studio.now,
    )
    return Sweeper(queue=studio.queue, replay=replay, retention=studio.retention, now=studio.now)


def _planner(settings: BotSettings, redis: Redis, metrics: BotMetrics) -> Planner:
    return Planner(
        redis,
        order=settings.order,
        patience=Patience(waiting=settings.give_up),
        missed=metrics.eta_missed,
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
        drafts=Drafts(database),
        answers=Answers(database),
        files=PlatformFiles(database),
        inbox=Inbox(database),
        conversation=Conversation(database),
        media=media,
        keep=keep,
    )
