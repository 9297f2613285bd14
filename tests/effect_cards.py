"""Effects as workers offer them, for tests of the bots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.jobs.catalogue import EffectCard, Offer, ParamCard
from engine.jobs.job import Variant


def a_card(
    effect: str,
    title: str,
    phrases: Sequence[str] = (),
    *,
    photos: int = 1,
    takes_prompt: bool = False,
    params: Sequence[ParamCard] = (),
    chinese: str | None = None,
    version: str = "1.0.0",
) -> EffectCard:
    """Make an effect's card."""
    return EffectCard(
        id=effect,
        version=version,
        title={"en": title} | ({"zh": chinese} if chinese else {}),
        summary={"en": f"{title}."},
        phrases=tuple(phrases),
        tags=(),
        photos=photos,
        takes_prompt=takes_prompt,
        params=tuple(params),
        variants=(Variant(name="look", needs=f"look:{effect}", cost_s=10.0),),
        preview=None,
        poster=None,
    )


SYMBIOTE = a_card(
    "symbiote",
    "Symbiote",
    ["turn me into a black goo monster", "black slime crawls over me"],
    params=[
        ParamCard(name="color", kind="color", default="#05070c", label={"en": "Colour"}),
        ParamCard(name="tongue", kind="bool", default=True, label={"en": "Tongue"}),
        ParamCard(
            name="speed", kind="float", default=1.0, label={"en": "Speed"}, minimum=0.5, maximum=2
        ),
    ],
    chinese="共生体",
)
ROBOT = a_card("robot", "Robot", ["turn me into a robot", "metal cyborg"], chinese="机器人")
HEAD_TURN = a_card("head_turn", "Head turn", ["turn my head", "look around"], chinese="转头")

JOURNEY = replace(
    a_card(
        "journey",
        "Journey",
        ["a journey through my photos"],
        photos=2,
        takes_prompt=True,
        chinese="旅程",
    ),
    most_photos=7,
    variants=ROBOT.variants,
)
"""Leads through two to seven photos; whoever makes the robot makes it, too."""

FILMED = replace(
    ROBOT, variants=(Variant(name="film", needs="model:wan", cost_s=120.0), *ROBOT.variants)
)
"""The robot where there is a model for it, and a look that is much quicker."""

OFFER = Offer(effects=(SYMBIOTE, ROBOT, HEAD_TURN), measured_s={"look:symbiote|cpu|512|0": 14.0})
