"""One prompt may tell of several shots."""

from __future__ import annotations

import pytest

from engine.effects.shots import lengths, shots_in


@pytest.mark.parametrize(
    ("words", "shots"),
    [
        ("a fox", ["a fox"]),
        ("a fox\n\n  runs  off \nand sleeps", ["a fox", "runs off", "and sleeps"]),
        ("a fox\nin the snow\n---\nit runs", ["a fox in the snow", "it runs"]),
        ("Shot 1: a fox\nin snow\nshot 2: it runs", ["a fox in snow", "it runs"]),
        ("a fox SHOT 2 : it runs --- it sleeps", ["a fox", "it runs", "it sleeps"]),
        ("镜头1：一只狐狸。镜头 2：它跑了", ["一只狐狸。", "它跑了"]),
        ("a well-known fox -- a long shot of it", ["a well-known fox -- a long shot of it"]),
        ("", [""]),
        ("\n---\n", [""]),
    ],
)
def test_lines_and_marks_stand_between_shots(words: str, shots: list[str]) -> None:
    assert list(shots_in(words, most=9)) == shots


def test_more_shots_than_there_is_time_for_are_told_together_and_nothing_is_left_out() -> None:
    assert list(shots_in("a\nb\nc\nd\ne", most=2)) == ["a b", "c d e"]


def test_words_for_a_single_shot_stay_as_they_are_but_for_line_breaks() -> None:
    assert list(shots_in("Shot 1: a fox\n--- and snow", most=1)) == ["Shot 1: a fox --- and snow"]


@pytest.mark.parametrize(("frames", "shots"), [(321, 1), (321, 2), (97, 3), (961, 30)])
def test_shots_share_all_frames_evenly(frames: int, shots: int) -> None:
    shares = lengths(frames, shots)
    assert sum(shares) == frames
    assert max(shares) - min(shares) <= 1
