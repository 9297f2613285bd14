"""A group of which something dies; each test has one of its own."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.effects.group.leader import group
from engine.errors import CannotGather, GroupBroken
from engine.pipelines.longer.script import Script
from engine.pipelines.watching import unwatched
from tests.processes import is_running
from tests.unit.engine.effects.group.two_devices import (
    BASES,
    CPU,
    a_recipe,
    fetch_bases,
    paired,
)
from tests.unit.engine.effects.tiny_bases import SCRIPT, TAKE

_LONG = Script(shots=(replace(TAKE, steps=200),), longest=9)


def test_a_follower_that_is_killed_breaks_its_group_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    fetch_bases(tmp_path)
    with paired(tmp_path, a_recipe()) as pair:
        (victim,), place = pair.followers.pids, pair.followers.meeting.parent

        def watch(fraction: float) -> bool:
            if fraction > 0.1:
                os.kill(victim, signal.SIGKILL)
            return True

        with pytest.raises(GroupBroken, match="on cpu has ended"):
            pair.models.film(a_recipe(), _LONG, watch)
        assert not is_running(victim)
        assert not place.exists()
        with pytest.raises(GroupBroken):
            pair.models.film(a_recipe(), SCRIPT, unwatched)
    assert not torch.distributed.is_initialized()


def test_a_group_ends_with_what_it_was_for(tmp_path: Path) -> None:
    fetch_bases(tmp_path)
    with paired(tmp_path, a_recipe()) as pair:
        pids, place = pair.followers.pids, pair.followers.meeting.parent
        assert all(map(is_running, pids))
        os.kill(pids[0], signal.SIGTERM)
        pair.models.film(a_recipe(), SCRIPT, unwatched)
    assert not any(map(is_running, pids))
    assert not place.exists()


def test_a_group_that_cannot_come_together_says_who_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOETROPE_LOG", "loud")
    forming = group((CPU, CPU), tmp_path, BASES)
    with pytest.raises(CannotGather, match="films along on cpu: the log says why"):
        forming.__enter__()
    assert not torch.distributed.is_initialized()
