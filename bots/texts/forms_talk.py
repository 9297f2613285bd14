"""What is written on forms, and beside effects that are offered with a picture."""

from __future__ import annotations

from dataclasses import dataclass

from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard


@dataclass(frozen=True, slots=True)
class FormsTalk:
    """The sentences in one language, one method for each."""

    texts: Texts

    def photos_wanted(self, photos: int, most: int) -> str:
        """Label the place for photos."""
        if photos < most:
            several = self.texts.gettext("{photos} to {most} photos")
            return several.format(photos=photos, most=most)
        if photos == 1:
            return self.texts.gettext("A photo")
        return self.texts.gettext("{photos} photos").format(photos=photos)

    def words_wanted(self) -> str:
        """Label the place for words."""
        return self.texts.gettext("What should happen, in words")

    def version(self) -> str:
        """Label the choice between versions of an effect."""
        return self.texts.gettext("Version")

    def add_photo(self) -> str:
        """Label the button that asks for a missing photo."""
        return self.texts.gettext("Add a photo")

    def use(self, title: str) -> str:
        """Label the button that asks for what an effect needs."""
        return self.texts.gettext("Use {title}").format(title=title)

    def needs(self, card: EffectCard) -> str:
        """Say what has to be given for an effect."""
        if not card.photos:
            return self.texts.gettext("your words")
        photos = self._photos(card)
        if not card.takes_prompt:
            return photos
        return self.texts.gettext("{photos}, your words if you like").format(photos=photos)

    def _photos(self, card: EffectCard) -> str:
        if card.photos < card.photos_taken:
            return self.photos_wanted(card.photos, card.photos_taken)
        return self.texts.ngettext("{photos} photo", "{photos} photos", card.photos).format(
            photos=card.photos
        )

    def gallery(self) -> str:
        """Head the gallery."""
        return self.texts.gettext("What I can make")

    def quiet_wanted(self) -> str:
        """Label the place for quiet hours."""
        return self.texts.gettext("Quiet hours, such as 22:00-07:00 +1")
