"""The gettext catalogues: read straight from their .po files, so nothing has to be compiled."""

from __future__ import annotations

import functools
import gettext
import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bots.texts.languages import LANGUAGES, SOURCE

_FOLDER = Path(__file__).parent
TEMPLATE = _FOLDER / "messages.pot"
_HEADER = b"""msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

"""


@functools.cache
def translations(language: str) -> gettext.NullTranslations:
    """Read a language's catalogue; English, the source, needs none."""
    if language == SOURCE:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_language(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def po_file(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return _FOLDER / "locale" / f"{language}.po"


def read_language(language: str) -> Catalog:
    """Read a language's catalogue for checking or changing it."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def extract() -> Catalog:
    """Collect the sentences the code uses."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(_FOLDER, [("**.py", "python")], comment_tags=["Translators:"])
    for name, line, message, comments, context in sorted(found, key=lambda entry: entry[:2]):
        catalogue.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalogue


def update() -> None:
    """Rewrite the template and every language's catalogue after the code's sentences changed."""
    template = extract()
    _write(TEMPLATE, template)
    for language in LANGUAGES:
        if language != SOURCE:
            catalogue = read_language(language)
            catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
            _write(po_file(language), catalogue)


def _write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without line numbers and dates, which would change at every turn."""
    text = io.BytesIO(_HEADER)
    text.seek(0, io.SEEK_END)
    write_po(
        text, catalogue, width=96, omit_header=True, include_lineno=False, ignore_obsolete=True
    )
    path.write_bytes(text.getvalue())
