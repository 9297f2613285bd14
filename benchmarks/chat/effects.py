"""What the worker offers: more effects than one page holds."""

from __future__ import annotations

from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.job import Variant

TITLES = (
    "Robot", "Symbiote", "Head turn", "Werewolf", "Zombie", "Marble", "Neon", "Comic",
    "Astronaut", "Viking", "Clown", "Vampire", "Wizard", "Mermaid", "Pirate", "Ghost",
)  # fmt: skip


def _card(title: str) -> EffectCard:
    effect = title.lower().replace(" ", "_")
    return EffectCard(
        id=effect,
        version="1",
        title={"en": title},
        summary={"en": f"{title}."},
        phrases=(f"turn me into a {title.lower()}",),
        tags=(),
        photos=1,
        takes_prompt=False,
        params=(),
        variants=(Variant(name="look", needs=f"look:{effect}", cost_s=10.0),),
        preview=None,
        poster=None,
    )


OFFER = Offer(effects=tuple(map(_card, TITLES)))
