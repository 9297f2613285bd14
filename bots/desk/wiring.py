"""The parts of a desk, put together for one platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bots.delivery.budget import CallBudget
from bots.delivery.delivery import Delivery
from bots.desk.asking import Asking
from bots.desk.buttons import Buttons
from bots.desk.commands import Commands, Keeping, Obey
from bots.desk.desk import Desk
from bots.desk.listening import Listening
from bots.desk.photos import PhotoDesk
from bots.desk.platform import Platform
from bots.desk.recalling import Recalling
from bots.desk.remixing import Remixing
from bots.desk.replies import Replies
from bots.desk.rules import Ruling
from bots.languages import Languages
from bots.services import Services
from bots.settings import BotSettings

OnlyHere = Callable[[Asking], Mapping[str, Obey]]
"""Makes the commands that only one platform has."""


def open_desk(
    platform: Platform,
    delivery: Delivery,
    budget: CallBudget,
    services: Services,
    settings: BotSettings,
    only_here: OnlyHere,
) -> Desk:
    """Put a desk together."""
    asking = Asking(
        name=services.bot,
        studio=services.studio,
        delivery=delivery,
        drafts=services.drafts,
        answers=services.answers,
        places=services.places,
        platform=platform,
        replies=Replies.over(platform, budget),
        reporter=services.reporter(),
        now=services.now,
    )
    languages = Languages(services.studio.people)
    photos = PhotoDesk(platform, services.studio)
    remixing, ruling = Remixing(asking=asking), Ruling(asking=asking)
    recalling = Recalling(asking)
    listening = Listening(asking=asking, photos=photos, remixing=remixing)
    commands = Commands(
        asking=asking,
        listening=listening,
        ruling=ruling,
        languages=languages,
        keeping=_keeping(settings),
        owners=settings.owners,
        only_here=only_here(asking),
    )
    return Desk(
        asking=asking,
        commands=commands,
        listening=listening,
        buttons=Buttons(
            asking=asking,
            recalling=recalling,
            remixing=remixing,
            ruling=ruling,
            commands=commands,
            languages=languages,
        ),
        recalling=recalling,
        photos=photos,
        languages=languages,
    )


def _keeping(settings: BotSettings) -> Keeping:
    return Keeping(
        photos_h=settings.keep_photos_hours,
        clips_days=settings.keep_clips_days,
        journal_days=settings.keep_journal_days,
    )
