"""Working times: from what was measured, or from what is most like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.planning.costs import USUAL_SPREAD, CostKey, Costs, Seconds

LOOK = CostKey("look:robot", "cpu", 512, 96)
TIMES = [9.0, 9.5, 10.0, 10.0, 10.5, 11.0, 11.0, 12.0, 13.0, 20.0, 30.0]


def test_a_key_can_be_written_and_read() -> None:
    assert str(LOOK) == "look:robot|cpu|512|96"
    assert CostKey.read("look:robot|cpu|512|96") == LOOK


@pytest.mark.parametrize("text", ["look:robot", "look:robot|cpu|512", "a|cpu|wide|96", ""])
def test_what_another_version_may_have_published_is_no_key(text: str) -> None:
    assert CostKey.read(text) is None
    assert Costs.read({text: 3.0}).usual_anywhere("a", 512, 96, 8.0) == 8.0


def test_half_of_the_measured_clips_are_usual_and_one_in_ten_is_slow() -> None:
    assert Costs({LOOK: TIMES}).expect(LOOK, 99.0) == Seconds(usual=11.0, slow=20.0)


def test_a_few_measurements_give_a_wide_range() -> None:
    assert Costs({LOOK: [8.0, 12.0]}).expect(LOOK, 99.0) == Seconds(usual=10.0, slow=16.0)
    assert Costs({LOOK: [8.0, 12.0, 40.0]}).expect(LOOK, 99.0).slow == 40.0


@pytest.mark.parametrize(
    ("asked", "factor"),
    [
        (LOOK._replace(size=1024), 4.0),
        (LOOK._replace(frames=48), 0.5),
        (LOOK._replace(size=256, frames=192), 0.5),
    ],
)
def test_another_size_or_length_is_scaled_by_its_pixels(asked: CostKey, factor: float) -> None:
    expected = Costs({LOOK: TIMES}).expect(asked, 99.0)
    assert (expected.usual, expected.slow) == pytest.approx((11.0 * factor, 20.0 * factor))


def test_the_nearest_known_size_is_scaled() -> None:
    costs = Costs({LOOK: [10.0] * 5, LOOK._replace(size=1024): [30.0] * 5})
    scaled = costs.expect(LOOK._replace(size=768), 99.0)
    assert scaled.usual == pytest.approx(30 * 0.75**2)


@pytest.mark.parametrize("other", [LOOK._replace(need="look:goo"), LOOK._replace(device="cuda")])
def test_what_was_measured_elsewhere_says_nothing(other: CostKey) -> None:
    expected = Costs({other: TIMES}).expect(LOOK, 10.0)
    assert expected == Seconds(usual=10.0, slow=10.0 * USUAL_SPREAD)


def test_without_a_device_the_median_device_counts() -> None:
    costs = Costs.read(
        {"a|cpu|512|96": 40.0, "a|3090|512|96": 9.0, "a|h100|512|96": 3.0, "b|cpu|512|96": 99.0}
    )
    assert costs.usual_anywhere("a", 512, 96, declared_s=20.0) == 9.0
    assert costs.usual_anywhere("a", 512, 48, declared_s=20.0) == 4.5
    assert costs.usual_anywhere("c", 512, 96, declared_s=20.0) == 20.0


def test_a_variant_that_says_no_length_can_be_priced() -> None:
    costs = Costs.read({"a|cpu|512|0": 40.0})
    assert costs.usual_anywhere("a", 1024, 0, declared_s=20.0) == pytest.approx(160.0)


def test_what_is_left_of_a_clip_shrinks_and_never_ends() -> None:
    whole = Seconds(usual=10.0, slow=20.0)
    assert whole.left(4.0) == Seconds(usual=6.0, slow=16.0)
    assert whole.left(15.0) == Seconds(usual=1.0, slow=5.0)
    assert whole.left(60.0) == Seconds(usual=1.0, slow=1.0)


@given(
    st.lists(st.floats(0.0, 1e4), min_size=1, max_size=64),
    st.integers(64, 2048),
    st.integers(0, 400),
    st.floats(0.0, 1e4),
)
def test_a_prediction_is_a_range_whatever_was_measured(
    times: list[float], size: int, frames: int, spent_s: float
) -> None:
    expected = Costs({LOOK: times}).expect(LOOK._replace(size=size, frames=frames), 1.0)
    assert 0 <= expected.usual <= expected.slow
    left = expected.left(spent_s)
    assert 0 <= left.usual <= left.slow
