"""Bring the catalogues up to date with the code: `python -m bots.texts`."""

from bots.texts.catalogues import update

update()
