"""Why an ask is refused: a code with data, from which the texts make a sentence.

The one list both sides share; every code has a sentence in every language (a test holds this).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RefusalCode(StrEnum):
    """What is wrong, from the asker's point of view."""

    # the photo, seen at intake
    PHOTO_NOT_AN_IMAGE = "photo_not_an_image"
    PHOTO_TRUNCATED = "photo_truncated"
    PHOTO_TOO_MANY_BYTES = "photo_too_many_bytes"
    PHOTO_TOO_MANY_PIXELS = "photo_too_many_pixels"
    PHOTO_TOO_SMALL = "photo_too_small"
    PHOTO_UNREADABLE = "photo_unreadable"
    PHOTO_GONE = "photo_gone"
    # the photo, seen by the engine
    NO_FACE = "no_face"
    FACE_TOO_SMALL = "face_too_small"
    UNSAFE_PHOTO = "unsafe_photo"
    UNSAFE_CLIP = "unsafe_clip"
    # the ask
    EMPTY_ASK = "empty_ask"
    PROMPT_TOO_LONG = "prompt_too_long"
    PHOTO_NEEDED = "photo_needed"
    NO_MODEL_FOR_PROMPT = "no_model_for_prompt"
    UNKNOWN_EFFECT = "unknown_effect"
    BAD_OPTION = "bad_option"
    NO_PHOTO_HERE = "no_photo_here"
    AVATAR_NOT_SHARED = "avatar_not_shared"
    AVATAR_OF_BOT = "avatar_of_bot"
    # the place
    PLACE_ADMINS_ONLY = "place_admins_only"
    PLACE_ROLE_ONLY = "place_role_only"
    PLACE_ROOM_OFF = "place_room_off"
    PLACE_EFFECT_OFF = "place_effect_off"
    PLACE_QUIET = "place_quiet"
    PLACE_DAILY = "place_daily"
    PLACE_PERMISSION = "place_permission"
    NOT_AN_ADMIN = "not_an_admin"
    # the person, and the house
    NOT_ALLOWED = "not_allowed"
    BLOCKED = "blocked"
    PAUSED = "paused"
    DAILY_LIMIT = "daily_limit"
    TOO_MANY_WAITING = "too_many_waiting"
    PLACE_FULL = "place_full"
    ASK_TOO_LARGE = "ask_too_large"
    NO_WORKER = "no_worker"
    WAITED_TOO_LONG = "waited_too_long"
    DISK_FULL = "disk_full"
    NOT_YOURS = "not_yours"
    UNKNOWN_JOB = "unknown_job"
    JOB_UNDER_WAY = "job_under_way"
    TRY_LATER = "try_later"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal code with the figures its sentence needs."""

    code: RefusalCode
    data: Mapping[str, str | int | float] = field(default_factory=dict[str, str | int | float])
