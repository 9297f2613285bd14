"""What Discord shows of the bot's commands, options and menus.

Each is called by its English name; an option's is behind its command's, with a dot between. The
names are translated as well: in lower case and without spaces, but for those of the menus.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.texts.menu import command_descriptions
from bots.texts.texts import Texts

PHOTO_MENU = "Apply effect to photo"
AVATAR_MENU = "Apply effect to avatar"


def discord_commands(texts: Texts) -> Mapping[str, str]:
    """Describe each command and option in a few words."""
    _ = texts.gettext
    said = command_descriptions(texts)
    alike = ("effects", "jobs", "cancel", "lang", "privacy", "terms", "forgetme", "help")
    return _making(texts) | {
        **{name: said[name] for name in alike},
        "info": _("what you have used, and what works right now"),
        "settings": _("the settings of this server, for its admins"),
        "lang.language": _("the language I speak to you"),
        "report": _("report a message that should not be here"),
        "report.message": _("a link to the message"),
        "optin": _("let others use effects on your avatar, or stop that"),
    }


def _making(texts: Texts) -> dict[str, str]:
    """Describe what makes clips."""
    _ = texts.gettext
    return {
        "effect": _("make a short video of a photo"),
        "effect.photo": _("the photo to work with"),
        "effect.effect": _("what happens in the video"),
        "effect.prompt": _("what should happen, in words"),
        "effect.second_photo": _("another photo, for effects that work on two"),
        "effect.options": _("options of the effect, such as speed=2"),
        "imagine": _("say what should happen, and I pick an effect"),
        "imagine.prompt": _("what should happen, in words"),
        "imagine.photo": _("the photo to work with"),
    }


def discord_names(texts: Texts) -> Mapping[str, str]:
    """Name each command, option and menu."""
    _ = texts.gettext
    return _making_names(texts) | {
        "effects": _("effects"),
        "jobs": _("jobs"),
        "cancel": _("cancel"),
        "info": _("info"),
        "settings": _("settings"),
        "lang": _("lang"),
        "lang.language": _("language"),
        "privacy": _("privacy"),
        "terms": _("terms"),
        "forgetme": _("forgetme"),
        "report": _("report"),
        "report.message": _("message"),
        "optin": _("optin"),
        "help": _("help"),
    }


def _making_names(texts: Texts) -> dict[str, str]:
    """Name what makes clips."""
    _ = texts.gettext
    return {
        "effect": _("effect"),
        "effect.photo": _("photo"),
        "effect.effect": _("effect"),
        "effect.prompt": _("prompt"),
        "effect.second_photo": _("second_photo"),
        "effect.options": _("options"),
        "imagine": _("imagine"),
        "imagine.prompt": _("prompt"),
        "imagine.photo": _("photo"),
        PHOTO_MENU: _("Apply effect to photo"),
        AVATAR_MENU: _("Apply effect to avatar"),
    }
