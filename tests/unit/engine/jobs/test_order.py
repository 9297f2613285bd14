from __future__ import annotations

import pytest

from engine.jobs.order import SHARES, SHORT_LANE, USUAL_ORDER, ClaimOrder, parse_shares
from engine.jobs.settings import BadSetting, SharedSettings


def test_shares_are_read_as_people_write_them() -> None:
    assert parse_shares("paid=0.7,challenge = 0.2 , free=0.1") == dict(SHARES)


@pytest.mark.parametrize("text", ["", "=0.5", "paid=0.5,", "Paid=1", "all=0.5", "short=0.5"])
def test_shares_need_the_name_of_a_class(text: str) -> None:
    with pytest.raises(ValueError, match=r"paid=0\.7, free=0\.3"):
        parse_shares(text)


@pytest.mark.parametrize("share", ["0", "-1", "1.5", "much", "nan"])
def test_a_share_is_a_part_of_one(share: str) -> None:
    with pytest.raises(ValueError, match="must give free a share above 0"):
        parse_shares(f"paid=0.5, free={share}")


def test_a_wrong_share_stops_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOETROPE_SHARES", "paid=2")
    with pytest.raises(BadSetting) as bad:
        SharedSettings.read()
    wanted = (
        'ZOETROPE_SHARES: must give paid a share above 0 and up to 1, as paid=0.5, not "paid=2"'
    )
    assert str(bad.value) == wanted


def test_the_settings_as_they_come_give_the_usual_order() -> None:
    assert SharedSettings.read().order == USUAL_ORDER


def test_short_free_jobs_have_a_lane_only_where_the_operator_wants_one() -> None:
    order = ClaimOrder(short_lane_s=15.0)
    assert USUAL_ORDER.lane("free", 5.0) == "free"
    assert order.lane("free", 15.0) == SHORT_LANE
    assert order.lane("free", 15.1) == "free"
    assert order.lane("paid", 5.0) == "paid"
    assert set(order.lanes) == {*SHARES, SHORT_LANE}
    assert set(USUAL_ORDER.lanes) == set(SHARES)
