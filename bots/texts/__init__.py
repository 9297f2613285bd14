"""Every sentence a person can read, by language.

English is written where it is used, in this package; the other languages are gettext catalogues
under `locale/`. `python -m bots.texts` brings the catalogues up to date with the code.
"""
