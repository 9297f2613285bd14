"""How often something may be done."""

from __future__ import annotations

from bots.web_chat.pace import Pace, PaceByPeer


def test_a_burst_is_allowed_and_then_one_every_so_often() -> None:
    pace = Pace(burst=3, every_s=10)

    assert [pace.allow(100) for _ in range(5)] == [True, True, True, False, False]
    assert [pace.allow(111), pace.allow(112)] == [True, False]


def test_a_long_rest_saves_up_no_more_than_a_burst() -> None:
    pace = Pace(burst=2, every_s=1)
    pace.allow(0)

    assert [pace.allow(10_000) for _ in range(3)] == [True, True, False]


def test_one_peer_uses_up_nothing_of_another() -> None:
    pace = PaceByPeer(burst=2, every_s=10)

    assert [pace.allow("one", 0) for _ in range(3)] == [True, True, False]
    assert pace.allow("two", 0)


def test_many_peers_together_are_slowed_down_too() -> None:
    pace = PaceByPeer(burst=2, every_s=10)

    allowed = sum(pace.allow(str(peer), 0) for peer in range(1000))

    assert allowed == 20
