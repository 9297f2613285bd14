"""What the bot says, one method for each thing, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Self

from bots.chat import Action
from bots.texts.catalogues import translations
from bots.texts.figures import ordinal, span
from bots.texts.languages import SOURCE, closest
from bots.texts.refusals import refusal_sentence
from engine.jobs.job import Standing
from engine.jobs.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences in one language."""

    language: str
    _speech: NullTranslations

    @classmethod
    def of(cls, tag: str, default: str = SOURCE) -> Self:
        """Take the language nearest to a BCP 47 tag."""
        language = closest(tag, default)
        return cls(language, translations(language))

    def gettext(self, message: str) -> str:
        """Translate one sentence of a catalogue."""
        return self._speech.gettext(message)

    def ngettext(self, one: str, several: str, number: int) -> str:
        """Translate one sentence of a catalogue that depends on a number."""
        return self._speech.ngettext(one, several, number)

    def title(self, titles: Mapping[str, str]) -> str:
        """Pick a title in this language; English is always there."""
        return titles.get(self.language) or titles[SOURCE]

    def queued(self, standing: Standing) -> str:
        """Say where a queued job stands, and when its clip is due."""
        _ = self._speech.gettext
        wait = span(self._speech, standing.low_s, standing.high_s)
        if standing.position == 1:
            return _("Next in line, {wait}").format(wait=wait)
        place = ordinal(self.language, standing.position)
        return _("{place} in line, {wait}").format(place=place, wait=wait)

    def wait(self, seconds: float) -> str:
        """Say a length of time in round figures."""
        return span(self._speech, seconds, seconds)

    def accepted(self) -> str:
        """Say that a job is taken, while its place is not known."""
        return self._speech.gettext("Queued")

    def nobody_works(self) -> str:
        """Say that a job is taken but no worker is running."""
        return self._speech.gettext("Queued. It starts as soon as a worker is running again.")

    def nobody_can(self) -> str:
        """Say that a job is taken but no running worker can do it."""
        _ = self._speech.gettext
        return _(
            "Queued. None of the workers running now can make this effect: "
            "it starts as soon as one can."
        )

    def preparing(self, title: str) -> str:
        """Say that the photo is being prepared."""
        _ = self._speech.gettext
        return _("Getting your photo ready for {title}…").format(title=title)

    def rendering(self, title: str, fraction: float) -> str:
        """Say how far the frames are."""
        _ = self._speech.gettext
        percent = int(100 * fraction)
        return _("Rendering {title}… {percent} %").format(title=title, percent=percent)

    def encoding(self, title: str) -> str:
        """Say that the frames are done and become a file."""
        return self._speech.gettext("Finishing {title}…").format(title=title)

    def moment(self) -> str:
        """Say that an answer is about to come."""
        return self._speech.gettext("One moment…")

    def chosen(self, title: str) -> str:
        """Say which effect the person's words were taken to mean."""
        return self._speech.gettext("I picked {title} for your words.").format(title=title)

    def stood_in(self, title: str) -> str:
        """Say that the simpler way of an effect was taken."""
        _ = self._speech.gettext
        return _("This is the quick version of {title}: nobody could make the full one.").format(
            title=title
        )

    def first_look(self) -> str:
        """Say that what is shown is made in the simpler way, and that the other one is coming."""
        _ = self._speech.gettext
        return _("Here is a quick version. The full one is on its way.")

    def first_look_stays(self, title: str) -> str:
        """Say that what is shown is made in the simpler way, and that no other one is coming."""
        _ = self._speech.gettext
        return _("What you see is the quick version of {title}.").format(title=title)

    def failed(self, title: str) -> str:
        """Say that making the clip failed, on our side."""
        _ = self._speech.gettext
        return _(
            "Something went wrong on our side while making {title}. "
            "It does not count against your day. Please press Again."
        ).format(title=title)

    def cancelled(self) -> str:
        """Say that the job was stopped."""
        return self._speech.gettext("Cancelled.")

    def ready(self, title: str) -> str:
        """Say, notifying, that a clip has come."""
        return self._speech.gettext("Your {title} clip is ready.").format(title=title)

    def waits(self, title: str) -> str:
        """Say that a clip will not come by itself, but is kept."""
        _ = self._speech.gettext
        return _(
            "This takes longer than I can answer here. Your {title} clip will wait for you: "
            "press Get result, or use /jobs."
        ).format(title=title)

    def too_large_here(self, title: str) -> str:
        """Say that a clip has come that the platform does not take, and that we cannot link to."""
        _ = self._speech.gettext
        return _(
            "Your {title} clip is ready, but its file is too large for this chat. "
            "Press Again: it is made to fit."
        ).format(title=title)

    def too_large(self, title: str) -> str:
        """Say that a clip has come that the platform does not take, and where it is."""
        _ = self._speech.gettext
        return _(
            "Your {title} clip is ready, but its file is too large to be shown here. "
            "Press Download to get it."
        ).format(title=title)

    def refused(self, refusal: Refusal) -> str:
        """Say what is wrong and what to do about it."""
        return refusal_sentence(self._speech, refusal)

    def label(self, action: Action) -> str:
        """Name a button; CHOOSE is named after its effect."""
        return self._labels()[action]

    def _labels(self) -> Mapping[Action, str]:
        _ = self._speech.gettext
        return {
            Action.AGAIN: _("Again"),
            Action.REMIX: _("Remix"),
            Action.OTHER_EFFECT: _("Other effect"),
            Action.HD: _("In HD"),
            Action.SHARE: _("Share"),
            Action.DETAILS: _("Details"),
            Action.REPORT: _("Report"),
            Action.CANCEL: _("Cancel"),
            Action.DELETE: _("Delete"),
            Action.DOWNLOAD: _("Download"),
            Action.GET: _("Get result"),
        }
