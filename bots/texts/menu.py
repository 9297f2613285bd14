"""What the bot's menu and its page say."""

from __future__ import annotations

from collections.abc import Mapping

from bots.texts.texts import Texts


def command_descriptions(texts: Texts) -> Mapping[str, str]:
    """Describe each command in a few words."""
    _ = texts.gettext
    return {
        "effects": _("what there is"),
        "effect": _("an effect, in answer to a photo"),
        "prompt": _("say what should happen"),
        "jobs": _("your last clips"),
        "cancel": _("stop what is on its way"),
        "again": _("the last clip once more"),
        "lang": _("your language"),
        "help": _("how this works"),
        "privacy": _("what is kept, and for how long"),
        "terms": _("what may be sent"),
        "forgetme": _("delete everything of yours"),
        "report": _("report a message, in answer to it"),
        "rules": _("the rules of this chat"),
    }


def long_description(texts: Texts) -> str:
    """Say, in an empty chat, what the bot is."""
    _ = texts.gettext
    return _(
        "Send a selfie, pick an effect, and get a short video back. "
        "The videos are made by a program, on a machine of whoever runs this bot."
    )


def short_description(texts: Texts) -> str:
    """Say in a line what the bot is."""
    return texts.gettext("Turns a selfie into a short effect video.")
