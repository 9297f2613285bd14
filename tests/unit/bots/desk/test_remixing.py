from __future__ import annotations

import pytest

from bots.desk import remixing
from engine.jobs.errors import Refused
from tests.effect_cards import SYMBIOTE


def test_options_are_named_by_their_number() -> None:
    assert remixing._param(SYMBIOTE, "1").name == "tongue"


@pytest.mark.parametrize("option", ["", "3", "-1", "tongue", "²", "99999999999999999999"])
def test_an_option_that_the_effect_does_not_have_is_refused(option: str) -> None:
    with pytest.raises(Refused):
        remixing._param(SYMBIOTE, option)
