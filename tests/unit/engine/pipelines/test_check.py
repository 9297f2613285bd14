"""What does not work of a family is found out, and said where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from engine.pipelines.check import Checked, check
from engine.pipelines.families.hunyuan import Hunyuan
from engine.pipelines.families.ltx import Ltx
from engine.pipelines.families.wan21 import Wan21
from engine.pipelines.take import Footage, Mode, Take


class OfOneSize(Ltx):
    """Films one width, whatever is asked for."""

    checkpoints: ClassVar = {
        "first": replace(Ltx.checkpoints["first"], pipelines={Mode.TEXT: "LTXPipeline"})
    }

    def usual(self, take: Take) -> dict[str, Any]:
        """Forget the width."""
        return super().usual(take) | {"width": self.tiny.width}


class Short(Ltx):
    """Loses the last frame."""

    checkpoints: ClassVar = {"first": Ltx.checkpoints["first"]}

    def footage(self, output: Any, take: Take) -> Footage:
        """Lose it."""
        whole = super().footage(output, take)
        return replace(whole, frames=whole.frames[:-1])


class Deaf(Wan21):
    """Films the same whatever its weights are."""

    checkpoints: ClassVar = {"text": Wan21.checkpoints["text"]}

    def footage(self, output: Any, take: Take) -> Footage:
        """Draw what the seed says."""
        made = super().footage(output, take)
        drawn = np.random.default_rng(take.seed).integers(0, 255, made.frames.shape, np.uint8)
        return replace(made, frames=drawn)


class Forgetful(Hunyuan):
    """Says of no run what it is for, and lets caches believe that it does."""

    checkpoints: ClassVar = {"photo": replace(Hunyuan.checkpoints["photo"], caches=True)}


def test_a_family_that_keeps_to_one_size_does_not_film_as_asked(tmp_path: Path) -> None:
    found = check(OfOneSize(), tmp_path)

    assert found.ran
    assert not found.shaped
    assert found.faults == ["first: gives (25, 64, 64, 3) for (25, 64, 96, 3)"]


def test_a_lost_frame_is_missed(tmp_path: Path) -> None:
    found = check(Short(), tmp_path)

    assert not found.ran
    assert "first from text: gives (16, 64, 64, 3)" in found.faults


def test_loras_that_change_nothing_are_noticed(tmp_path: Path) -> None:
    found = check(Deaf(), tmp_path)

    assert found.loras is False
    assert "text: a LoRA changes nothing" in found.faults
    assert "text: a LoRA that is fused changes nothing" in found.faults


def test_a_cache_that_fails_in_the_middle_of_a_film_is_noticed(tmp_path: Path) -> None:
    found = check(Forgetful(), tmp_path)

    assert found.cached is False
    assert "photo: ValueError: No cache context is set" in found.faults[0]
    assert found.loras, "what is tried after it is not harmed by it"


def test_what_one_checkpoint_cannot_is_not_made_good_by_another() -> None:
    found = Checked(family="any")

    found.note("loras", ["a LoRA changes nothing"], "one")
    found.note("loras", [], "other")

    assert found.loras is False
    assert found.faults == ["one: a LoRA changes nothing"]


@pytest.mark.parametrize(("outcome", "noted"), [(None, None), ([], True)])
def test_what_does_not_apply_is_told_from_what_works(
    outcome: list[str] | None, noted: bool | None
) -> None:
    found = Checked(family="any")

    found.note("loras", outcome, "one")

    assert found.loras is noted
    assert found.is_fine
