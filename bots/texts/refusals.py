"""One sentence, or two, for each reason to refuse: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations

from bots.texts.figures import span
from engine.jobs.refusal import Refusal, RefusalCode

_ROOMS_NAMED = 5
"""How many of the channels with effects are named, lest the sentence be one long list."""


def refusal_sentence(speech: NullTranslations, refusal: Refusal) -> str:
    """Say a refusal."""
    about_the_ask = _counted(speech, refusal) | _photo(speech) | _ask(speech)
    sentences = about_the_ask | _place(speech) | _server(speech, refusal) | _house(speech)
    sentence = sentences[refusal.code].format_map(_slots(speech, refusal.data))
    if "photo" not in refusal.data:
        return sentence
    # Translators: of several photos, the one that the sentence is about.
    numbered = speech.gettext("Photo {photo}: {sentence}")
    return numbered.format(photo=refusal.data["photo"], sentence=sentence)


def _slots(
    speech: NullTranslations, data: Mapping[str, str | int | float]
) -> Mapping[str, str | int | float]:
    """Turn a refusal's figures into words where bare figures would not read well."""
    millions = round(float(data.get("limit", 0)) / 1e6)
    renews_in_s = float(data.get("renews_in_s", 0))
    rooms = str(data.get("rooms", "")).split(",")[:_ROOMS_NAMED]
    permission = str(data.get("permission", ""))
    doing, right = _rights(speech).get(permission, (permission, permission))
    return {
        "megabytes": millions,
        "megapixels": millions,
        "renews": span(speech, renews_in_s, renews_in_s),
        "channels": ", ".join(f"<#{room}>" for room in rooms),
        "doing": doing,
        "right": right,
        **data,
    }


def _counted(speech: NullTranslations, refusal: Refusal) -> dict[RefusalCode, str]:
    """Sentences that depend on a number or on what was sent."""
    limit = int(refusal.data.get("limit", 0))
    return {
        RefusalCode.DAILY_LIMIT: speech.ngettext(
            "You have had your {limit} clip for today. The next one is due in {renews}.",
            "You have had your {limit} clips for today. The next one is due in {renews}.",
            limit,
        ),
        RefusalCode.TOO_MANY_WAITING: speech.ngettext(
            "You already have {limit} clip on its way. Wait for it, or cancel it.",
            "You already have {limit} clips on their way. Wait for one, or cancel one.",
            limit,
        ),
        RefusalCode.PLACE_FULL: speech.ngettext(
            "This chat already has {limit} clip on its way. Wait for it, or ask in another chat.",
            "This chat already has {limit} clips on their way. "
            "Wait for one, or ask in another chat.",
            limit,
        ),
        RefusalCode.PLACE_DAILY: speech.ngettext(
            "Here everyone may have {limit} clip a day, and you have had yours. "
            "Try again tomorrow, or ask in another chat.",
            "Here everyone may have {limit} clips a day, and you have had yours. "
            "Try again tomorrow, or ask in another chat.",
            limit,
        ),
        RefusalCode.PHOTO_NEEDED: speech.ngettext(
            "This effect needs a photo. Send one, and ask again.",
            "This effect needs {photos} photos. Send all of them together, and ask again.",
            int(refusal.data.get("photos", 1)),
        ),
        RefusalCode.NO_MODEL_FOR_PROMPT: _no_match(speech, bool(refusal.data.get("photos"))),
    }


def _no_match(speech: NullTranslations, has_photo: bool) -> str:
    _ = speech.gettext
    if has_photo:
        return _("I am not sure which effect you mean. Pick one below, or say it in other words.")
    return _(
        "I cannot make a video from words alone: that takes a video model and a GPU with at least "
        "8 GB, and none is installed here. "
        "Send a photo with your words, or pick one of these effects for it."
    )


def _photo(speech: NullTranslations) -> dict[RefusalCode, str]:
    """Sentences about the photo."""
    _ = speech.gettext
    return {
        RefusalCode.PHOTO_NOT_AN_IMAGE: _(
            "This file is not a picture I can read. Send a JPEG, PNG, WebP or HEIC photo."
        ),
        RefusalCode.PHOTO_TRUNCATED: _(
            "Part of this photo is missing: it seems to have been cut off on its way. "
            "Please send it again."
        ),
        RefusalCode.PHOTO_TOO_MANY_BYTES: _(
            "This photo is too large a file: at most {megabytes} MB will do. "
            "Send a smaller one, or a screenshot of it."
        ),
        RefusalCode.PHOTO_TOO_MANY_PIXELS: _(
            "This photo has too many pixels: at most {megapixels} million will do. "
            "Make it smaller, and send it again."
        ),
        RefusalCode.PHOTO_TOO_SMALL: _(
            "This photo is too small: each side needs at least {limit} pixels. Send a larger one."
        ),
        RefusalCode.PHOTO_UNREADABLE: _(
            "This photo cannot be read. Save it as a JPEG, and send it again."
        ),
        RefusalCode.PHOTO_GONE: _("Your photo is no longer kept here. Please send it again."),
        RefusalCode.NO_FACE: _(
            "I cannot find a face in this photo. Send one where a face can be seen well, "
            "looking roughly towards the camera."
        ),
        RefusalCode.FACE_TOO_SMALL: _(
            "The face in this photo is too small. Come closer, or crop the photo around the face."
        ),
        RefusalCode.UNSAFE_PHOTO: _(
            "This photo looks too revealing for me to work with. Please send another one."
        ),
        RefusalCode.UNSAFE_CLIP: _(
            "The clip came out too revealing to show. Try another photo or another effect."
        ),
    }


def _ask(speech: NullTranslations) -> dict[RefusalCode, str]:
    """Sentences about what was asked for."""
    _ = speech.gettext
    return {
        RefusalCode.EMPTY_ASK: _(
            "Send me a photo and pick an effect, or say in words what should happen."
        ),
        RefusalCode.PROMPT_TOO_LONG: _(
            "That is too much text for me. Say it in at most {limit} characters."
        ),
        RefusalCode.ASK_TOO_LARGE: _(
            "There is too much in this for me. Say it in fewer words, and with fewer options."
        ),
        RefusalCode.UNKNOWN_EFFECT: _(
            "I do not have the effect “{effect}”. Pick another one from the list."
        ),
        RefusalCode.BAD_OPTION: _(
            "The option “{option}” cannot be “{value}”. Change it, or leave it out."
        ),
        RefusalCode.NO_PHOTO_HERE: _(
            "There is no photo in this message. Pick a message that has one."
        ),
        RefusalCode.AVATAR_OF_BOT: _(
            "I only use avatars of people, not those of bots. Pick a person."
        ),
        RefusalCode.AVATAR_NOT_SHARED: _("{name} has not allowed that. They can, with /optin."),
        RefusalCode.UNKNOWN_JOB: _("I do not know this clip any more. Please ask for a new one."),
        RefusalCode.JOB_UNDER_WAY: _(
            "This clip is not there yet: it is still on its way. Please try again in a while."
        ),
    }


def _place(speech: NullTranslations) -> dict[RefusalCode, str]:
    """Sentences about what the admins of a chat allow in it."""
    _ = speech.gettext
    return {
        RefusalCode.PLACE_ADMINS_ONLY: _(
            "Only admins may ask me for clips here. Ask one of them, or ask in another chat."
        ),
        RefusalCode.PLACE_EFFECT_OFF: _(
            "The admins here have switched this effect off. Pick another one."
        ),
        RefusalCode.PLACE_QUIET: _("I make no clips here before {until}. Ask again then."),
    }


def _server(speech: NullTranslations, refusal: Refusal) -> dict[RefusalCode, str]:
    """Sentences about a place with channels, roles and permissions."""
    _ = speech.gettext
    return {
        RefusalCode.PLACE_ROOM_OFF: (
            _("Effects are not used in this channel. Try {channels}.")
            if refusal.data.get("rooms")
            else _("Effects are not used in any channel here. An admin can change that.")
        ),
        RefusalCode.PLACE_ROLE_ONLY: _(
            "Only members with a certain role may make clips here. "
            "An admin can change that with /settings."
        ),
        RefusalCode.PLACE_PERMISSION: _(
            "I may not {doing} here: I need the permission “{right}”. "
            "Ask an admin of this server to give it to me."
        ),
        RefusalCode.NOT_AN_ADMIN: _("Only admins of this server change that. Ask one of them."),
    }


def _rights(speech: NullTranslations) -> dict[str, tuple[str, str]]:
    """Say what each permission is for, and what Discord calls it."""
    _ = speech.gettext
    # Translators: the first of each pair follows "I may not"; the second is Discord's own name.
    return {
        "view_channel": (_("see anything"), _("View Channel")),
        "send_messages": (_("write"), _("Send Messages")),
        "send_messages_in_threads": (_("write in threads"), _("Send Messages in Threads")),
        "attach_files": (_("attach files"), _("Attach Files")),
        "read_message_history": (_("read earlier messages"), _("Read Message History")),
    }


def _house(speech: NullTranslations) -> dict[RefusalCode, str]:
    """Sentences about the person and the house."""
    _ = speech.gettext
    return {
        RefusalCode.NOT_ALLOWED: _(
            "This bot is private. Ask its owner to let you in; your id is {person}."
        ),
        RefusalCode.BLOCKED: _("The owner of this bot has blocked you. Please talk to them."),
        RefusalCode.PAUSED: _("The bot is taking a break. Please come back later."),
        RefusalCode.NO_WORKER: _(
            "None of the machines here can make this effect right now. "
            "Pick another one, or try again later."
        ),
        RefusalCode.WAITED_TOO_LONG: _(
            "No machine was free for this clip in all that time, so I gave it up. "
            "It does not count against your day. Please press Again."
        ),
        RefusalCode.DISK_FULL: _(
            "There is no room for new clips right now. Delete some of yours, or try again later."
        ),
        RefusalCode.NOT_YOURS: _("This one belongs to someone else. Ask for one of your own."),
        RefusalCode.TRY_LATER: _("This does not work right now. Please try again in a minute."),
    }
