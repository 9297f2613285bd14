"""The rules of a server, as its admins see and change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.codes import Code
from bots.desk.panel import QUIET, RuleDesk
from bots.desk.turn import Turn, Work
from bots.discord_api.forms import filled_in
from bots.discord_api.handles import Interaction
from bots.discord_api.rules_panel import listed, quiet_form, show_rules
from bots.discord_bot.counter import Counter
from bots.texts.rules_talk import RulesTalk


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Shows and changes the rules."""

    counter: Counter
    rules: RuleDesk

    async def open(self, interaction: Interaction) -> None:
        """Show the rules."""

        async def show(turn: Turn) -> None:
            await show_rules(interaction, turn.texts, await self.rules.panel(turn))

        await self.counter.confide(interaction, show)

    async def press(self, interaction: Interaction, code: Code, values: Sequence[str]) -> None:
        """Change a rule by a button or a list."""
        if code.which == QUIET:
            await self.counter.ask(interaction, quiet_form(await self.counter.texts(interaction)))
        else:
            await self.counter.update(interaction, self._changing(interaction, code.which, values))

    async def submit(self, interaction: Interaction, code: Code) -> None:
        """Change a rule by what was filled in."""
        words = filled_in(interaction)[0].words
        await self.counter.update(interaction, self._changing(interaction, code.which, [words]))

    def _changing(self, interaction: Interaction, which: str, values: Sequence[str]) -> Work:
        async def change(turn: Turn) -> None:
            panel = await self.rules.change(turn, which, values, listed(interaction))
            if panel is None:
                text = RulesTalk(turn.texts).hours_not_understood()
                await self.counter.platform.confide(turn.where, turn.pressed, text)
            else:
                await show_rules(interaction, turn.texts, panel)

        return change
