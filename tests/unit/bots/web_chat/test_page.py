"""The page's words: all of them come from the catalogues, and all of those are used."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bots.texts.languages import LANGUAGES
from bots.texts.page import page_strings
from bots.texts.texts import Texts
from bots.web_chat.pages import STATIC

SAID_BY_THE_SERVER = {
    "no_script",
    "not_understood",
    "too_fast",
    "too_many_tabs",
    "too_many_tries",
    "wrong_host",
    "wrong_origin",
    "wrong_password",
}
NAMED = re.compile(r'data-(?:text|label|placeholder)="(\w+)"')
SAID = re.compile(r'\bsay\(\s*"(\w+)"')


class Words(HTMLParser):
    """Collects the text of a page that is not in its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.found.update(data.split())


def test_the_page_itself_says_nothing_but_its_name() -> None:
    words = Words()

    words.feed((STATIC / "index.html").read_text(encoding="utf-8"))

    assert words.found == {"Zoetrope", "$no_script", "+"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_the_page_asks_for_is_there_and_used(language: str) -> None:
    files = [STATIC / "index.html", *(STATIC / "js").glob("*.js")]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    strings = page_strings(Texts.of(language))

    named = set(NAMED.findall(source))
    quoted = {name for name in strings if f'"{name}"' in source}

    assert named | set(SAID.findall(source)) <= strings.keys()
    assert strings.keys() - named - quoted == SAID_BY_THE_SERVER
    assert all(strings.values())
