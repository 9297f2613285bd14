from __future__ import annotations

import time

import pytest

from engine.jobs.job import JobId
from engine.worker.pace import Measured, Pace


def test_progress_never_goes_back_through_the_stages() -> None:
    pace = Pace(JobId("j1"))
    shown: list[float] = []

    for stage, fraction in [
        ("preparing", 0.0),
        ("preparing", 1.0),
        ("rendering", 0.1),
        ("rendering", 0.9),
        ("rendering", 1.0),
    ]:
        pace.reached(stage, fraction)
        shown.append(pace.progress.fraction)

    assert shown == sorted(shown)
    assert shown[0] >= 0
    assert shown[-1] <= 1


def test_what_is_left_shrinks_as_more_is_done() -> None:
    pace = Pace(JobId("j1"))

    pace.reached("rendering", 0.01)
    early = pace.progress.left_s
    pace.reached("rendering", 0.99)
    late = pace.progress.left_s

    assert early is not None
    assert late is not None
    assert late <= early


def test_waiting_for_another_clip_is_neither_work_nor_standing_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter((100.0, 107.0, 127.0, 128.0, 128.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    pace = Pace(JobId("j1"))

    with pace.paused():
        pass

    assert (pace.elapsed_s, pace.still_s) == (8.0, 8.0)


def test_measured_seconds_are_the_median_of_the_last_clips() -> None:
    measured = Measured()

    for seconds in [100.0] * 5 + [7.0] * 19 + [9.0]:
        measured.add("look:robot|cpu|512|96", seconds)

    assert measured.medians() == {"look:robot|cpu|512|96": pytest.approx(7.0)}
