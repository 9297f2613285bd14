from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ClipTooLarge
from engine.video import ClipWriter, jpeg, read_frames, squeeze

Frames = NDArray[np.uint8]


def moving_bars(count: int = 48, width: int = 96, height: int = 64) -> Frames:
    bars = np.zeros((height, width, 3), np.uint8)
    bars[:, : width // 3, 0] = 230
    bars[: height // 2, :, 1] = 140
    return np.stack([np.roll(bars, 2 * index, axis=1) for index in range(count)])


def noise(count: int = 48, width: int = 160, height: int = 160) -> Frames:
    return np.random.default_rng(1).integers(0, 255, (count, height, width, 3), np.uint8)


def write(path: Path, frames: Frames, fps: int = 24) -> Path:
    with ClipWriter(path, frames.shape[2], frames.shape[1], fps) as writer:
        for start in range(0, len(frames), 5):
            writer.add(frames[start : start + 5])
    return path


def test_what_goes_in_comes_out_in_number_and_colour(tmp_path: Path) -> None:
    frames = moving_bars()

    shown = np.concatenate(list(read_frames(write(tmp_path / "clip.mp4", frames))))

    assert shown.shape == frames.shape
    assert np.abs(shown.astype(int) - frames).mean() < 6


def test_a_clip_is_what_chats_can_play(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", moving_bars())

    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.codec_context.colorspace == 1  # BT.709
        assert audio.codec_context.name == "aac"
        assert float(video.duration * video.time_base) == pytest.approx(2.0, abs=0.05)
        assert float(audio.duration * audio.time_base) == pytest.approx(2.0, abs=0.05)


def test_a_clip_starts_playing_before_it_is_whole(tmp_path: Path) -> None:
    data = write(tmp_path / "clip.mp4", moving_bars()).read_bytes()

    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_large_clip_is_squeezed_under_the_limit_with_every_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", noise())
    limit = path.stat().st_size // 3

    squeeze(path, limit)

    assert path.stat().st_size <= limit
    assert sum(1 for _ in read_frames(path)) == 48


def test_a_clip_that_fits_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", moving_bars())
    before = path.read_bytes()

    squeeze(path, len(before))

    assert path.read_bytes() == before


def test_a_limit_too_small_for_any_picture_fails_instead_of_looping(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", noise())

    with pytest.raises(ClipTooLarge):
        squeeze(path, 10_000)


def test_the_same_frames_give_the_same_poster() -> None:
    frame = moving_bars()[0]

    assert jpeg(frame) == jpeg(frame.copy())
