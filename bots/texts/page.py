"""What the web page says besides the bot's messages: its labels, hints and refusals.

Slots such as `{title}` are left in for the page to fill.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.texts.texts import Texts


def page_strings(texts: Texts) -> Mapping[str, str]:
    """Give every string of the page by the name the page knows it under."""
    return _invitation(texts) | _controls(texts) | _options(texts) | _notices(texts) | _door(texts)


def _invitation(texts: Texts) -> dict[str, str]:
    """Strings of a page on which nothing has happened yet."""
    _ = texts.gettext
    return {
        "hero_title": _("Drop a selfie"),
        "hero_how": _(
            "Or paste one, or press here to pick one. "
            "Choose an effect, and it comes back as a short video."
        ),
        "drop_here": _("Drop it anywhere"),
        "effects": _("Effects"),
        "no_effects_yet": _("Effects appear here by themselves as soon as a worker is running."),
        "no_script": _("This page needs JavaScript. Switch it on, and load the page again."),
    }


def _controls(texts: Texts) -> dict[str, str]:
    """Names of what can be pressed, filled in or listened to."""
    _ = texts.gettext
    return {
        "skip": _("Skip to the message box"),
        "language": _("Language"),
        "conversation": _("Conversation"),
        "composer": _("New clip"),
        "you": _("You"),
        "add_photo": _("Add a photo"),
        "add_another_photo": _("Add another photo"),
        "remove_photo": _("Remove the photo"),
        "your_photo": _("Your photo"),
        "choose_effect": _("Choose an effect"),
        "remove_effect": _("Remove the effect {title}"),
        "prompt": _("Message"),
        "prompt_placeholder": _("Or say it in words"),
        "send": _("Send"),
        "earlier": _("Show earlier messages"),
        "to_newest": _("Go to the newest message"),
        "pause_previews": _("Pause the moving previews"),
        "other_effect": _("Another effect for the same photo"),
        "progress": _("Progress"),
        "clip": _("Clip: {title}"),
        "close": _("Close"),
        "dismiss": _("Dismiss"),
    }


def _options(texts: Texts) -> dict[str, str]:
    """Strings of the sheet of options."""
    _ = texts.gettext
    return {
        "options": _("Options"),
        "shape": _("Shape"),
        "shape_auto": _("Like the photo"),
        "reset": _("Reset"),
        "done": _("Done"),
        "delete_question": _("Delete this clip for good?"),
        "delete": _("Delete"),
        "keep": _("Keep it"),
    }


def _notices(texts: Texts) -> dict[str, str]:
    """What the page says when something happens."""
    _ = texts.gettext
    return {
        "reconnecting": _("Reconnecting…"),
        "connected": _("Connected again."),
        "no_line": _("There is no connection right now. Please try again in a moment."),
        "photo_added": _("Photo added."),
        "effect_chosen": _("{title} chosen."),
        "clip_ready": _("The clip is here: {title}"),
        "deleted": _("Deleted."),
        "need_photo": _("This effect works on a photo. Add one first."),
        "need_photos": _("This effect works on {photos} photos. Add what is missing first."),
        "photo_on_its_way": _("The photo is still on its way. One moment, please."),
        "upload_failed": _("The photo did not get through. Please try again."),
        "clip_gone": _("This clip is no longer kept."),
        "not_understood": _("The page sent something I do not understand. Please reload it."),
        "too_fast": _("That was too much at once. Please wait a moment."),
        "too_many_tabs": _("This page is open in too many tabs. Close one, and reload this one."),
    }


def _door(texts: Texts) -> dict[str, str]:
    """What is said to those who are not in yet."""
    _ = texts.gettext
    return {
        "door_title": _("This page has a password"),
        "password": _("Password"),
        "enter": _("Enter"),
        "wrong_password": _("That is not the password. Please try again."),
        "too_many_tries": _("Too many tries. Please wait a minute."),
        "wrong_host": _(
            "This page may not be reached under this name. "
            "Its owner can allow the name in ZOETROPE_WEB_HOSTS."
        ),
        "wrong_origin": _("This request came from another page, and was refused."),
    }
