"""What the bot says about the rules that a group's admins make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.place_rules import PlaceRules
from bots.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class RulesTalk:
    """The sentences in one language, one method for each."""

    texts: Texts

    def rules(self) -> str:
        """Head the rules of a group."""
        _ = self.texts.gettext
        return _(
            "The rules of this chat. Admins change them by pressing, or by words:\n"
            "/rules quiet 22:00-07:00 +2 (and: quiet off)\n"
            "/rules effects robot symbiote (and: effects all)\n"
            "/rules daily 3 (and: daily off)"
        )

    def who(self, admins_only: bool) -> str:
        """Say who may ask."""
        _ = self.texts.gettext
        return _("Who: admins only") if admins_only else _("Who: everyone")

    def effects(self, names: Sequence[str] | None) -> str:
        """Say which effects are on."""
        _ = self.texts.gettext
        return (
            _("Effects: all")
            if names is None
            else _("Effects: {names}").format(names=", ".join(names))
        )

    def effects_between(self, first: str, last: str) -> str:
        """Label one of several lists of effects."""
        _ = self.texts.gettext
        words = _("Effects from {first} to {last} (none picked in any list: all)")
        return words.format(first=first, last=last)

    def effects_beyond(self, number: int) -> str:
        """Say how many effects no list has room for."""
        return self.texts.ngettext(
            "{number} more effect does not fit in here: it is off once others are picked.",
            "{number} more effects do not fit in here: they are off once others are picked.",
            number,
        ).format(number=number)

    def quiet(self, hours: Mapping[str, str] | None) -> str:
        """Say when nothing is taken."""
        _ = self.texts.gettext
        if hours is None:
            return _("Quiet hours: none")
        return _("Quiet hours: {start}-{end}, UTC{offset}").format_map(hours)

    def daily(self, limit: int | None) -> str:
        """Say how many clips a person may have made a day."""
        _ = self.texts.gettext
        return (
            _("Clips a day for each: as many as the bot allows")
            if limit is None
            else _("Clips a day for each: {limit}").format(limit=limit)
        )

    def admins_change(self) -> str:
        """Say that only admins change rules."""
        return self.texts.gettext("Only admins of this chat change its rules.")

    def only_in_groups(self) -> str:
        """Say that rules are for groups."""
        return self.texts.gettext("Rules are for groups: give this command in one.")

    def hours_not_understood(self) -> str:
        """Say how quiet hours are written."""
        _ = self.texts.gettext
        return _(
            "I did not understand these hours. Write them like 22:00-07:00 +1, or leave them empty "
            "for none."
        )

    def not_understood(self) -> str:
        """Say that a rule was not understood."""
        _ = self.texts.gettext
        return _("I did not understand that rule. Press one below, or write it as shown.")


def hours(rules: PlaceRules) -> Mapping[str, str] | None:
    """Write down when a place is quiet."""
    if rules.quiet is None:
        return None
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in rules.quiet)
    return {"start": start, "end": end, "offset": f"{rules.utc_offset // 60:+d}"}
