"""What the bot says about how a clip was made."""

from __future__ import annotations

from dataclasses import dataclass

from bots.texts.texts import Texts
from engine.jobs.job import JobId, Succeeded
from engine.jobs.receipt import ModelUsed, Receipt


@dataclass(frozen=True, slots=True)
class MadeTalk:
    """The sentences in one language, one method for each."""

    texts: Texts

    def details(
        self, title: str, job: JobId, outcome: Succeeded, receipt: Receipt | None, most: int
    ) -> str:
        """Say in at most so many characters what made a clip; what matters least gives way.

        Never the words of whoever asked: anyone may look who sees the clip.
        """
        weights = receipt.model.weights if receipt and receipt.model else None
        loras = (*weights.loras, *weights.taught) if weights else ()
        names = ", ".join(lora.name for lora in loras)
        lines = [self._clip(title, outcome, receipt), self._by(outcome, receipt)]
        if names:
            lines.append(self._with(names))
        lines.append(self._name(outcome.seed, job))
        while _length(lines) > most and len(lines) > 2:
            lines.pop(-2)
        return "\n".join(lines)

    def _clip(self, title: str, outcome: Succeeded, receipt: Receipt | None) -> str:
        _ = self.texts.gettext
        version = receipt.effect_version if receipt else outcome.version
        return _("{title}, {size}, {seconds} s, made in {took} s.").format(
            title=f"{title} {version}".rstrip(),
            size=f"{outcome.clip.width}×{outcome.clip.height}",
            seconds=f"{outcome.clip.seconds:.1f}".removesuffix(".0"),
            took=f"{outcome.took_s:.0f}",
        )

    def _by(self, outcome: Succeeded, receipt: Receipt | None) -> str:
        """Name the model; where nobody noted it exactly, as it is called in the outcome."""
        _ = self.texts.gettext
        if receipt is not None and receipt.model is not None:
            return self._filmed(receipt.model)
        if outcome.by:
            return _("Filmed by {model}.").format(model=outcome.by)
        return _("Drawn by a program.")

    def _filmed(self, model: ModelUsed) -> str:
        said = self.texts.ngettext(
            "Filmed by {model} in {steps} step.", "Filmed by {model} in {steps} steps.", model.steps
        )
        return said.format(model=model.title, steps=model.steps)

    def _with(self, names: str) -> str:
        return self.texts.gettext("With {names}.").format(names=names)

    def _name(self, seed: int, job: JobId) -> str:
        _ = self.texts.gettext
        return _("Seed {seed}. Job {job}").format(seed=seed, job=job)


def _length(lines: list[str]) -> int:
    """Count as the platforms do: an emoji is two."""
    return len("\n".join(lines).encode("utf-16-le")) // 2
