"""The rules of a server, as its admins see and change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.codes import Code
from bots.desk.panel import QUIET, Panel, RuleDesk
from bots.desk.turn import Turn, Work
from bots.discord_api.forms import filled_in
from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import translated
from bots.discord_api.rules_panel import quiet_form, rules_panel
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
            await _show(interaction, turn, await self.rules.panel(turn))

        await self.counter.confide(interaction, show)

    async def press(self, interaction: Interaction, code: Code, values: Sequence[str]) -> None:
        """Change a rule by a button or a list."""
        if code.which == QUIET:
            texts = await self.counter.texts(interaction)
            await self.counter.ask(interaction, quiet_form(texts))
            return
        await self.counter.update(interaction, self._changing(interaction, code.which, values))

    async def submit(self, interaction: Interaction, code: Code) -> None:
        """Change a rule by what was filled in."""
        words = filled_in(interaction)[0].words
        await self.counter.update(interaction, self._changing(interaction, code.which, [words]))

    def _changing(self, interaction: Interaction, which: str, values: Sequence[str]) -> Work:
        async def change(turn: Turn) -> None:
            panel = await self.rules.change(turn, which, values)
            if panel is not None:
                await _show(interaction, turn, panel)
                return
            text = RulesTalk(turn.texts).hours_not_understood()
            await self.counter.platform.confide(turn.where, turn.pressed, text)

        return change


async def _show(interaction: Interaction, turn: Turn, panel: Panel) -> None:
    with translated():
        await interaction.edit_original_response(
            content=panel.text, view=rules_panel(turn.texts, panel)
        )
