"""Job ids: the same update is the same job, on every platform."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bots.chat import job_id

names = st.lists(st.text(max_size=8), max_size=4)


@given(names)
def test_an_id_is_the_same_each_time_and_fits_a_key(parts: list[str]) -> None:
    assert job_id("web", *parts) == job_id("web", *parts)
    assert re.fullmatch(r"[0-9a-f]{32}", job_id("web", *parts))


@given(names, names)
def test_different_updates_are_different_jobs(one: list[str], other: list[str]) -> None:
    assert (job_id("web", *one) == job_id("web", *other)) == (one == other)


def test_platforms_do_not_share_ids() -> None:
    assert job_id("web", "1") != job_id("telegram", "1")
