from __future__ import annotations

from bots.codes import Code, Verb
from bots.desk.keys import Key
from bots.discord_api.drawing import with_long_links

AGAIN = Key(label="Again", code=Code(Verb.AGAIN, "job"))


def test_a_link_that_is_too_long_for_a_button_is_written_out() -> None:
    url = "https://media.example/" + "x" * 600
    text, rows = with_long_links("Here it is.", [[Key(label="Download", url=url), AGAIN]])
    assert text == f"Here it is.\n[Download]({url})"
    assert rows == [[AGAIN]]


def test_a_short_link_stays_a_button() -> None:
    rows = [[Key(label="Download", url="https://media.example/clip"), AGAIN]]
    assert with_long_links("Here it is.", rows) == ("Here it is.", rows)
