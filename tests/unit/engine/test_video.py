from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ClipTooLarge, VideoUnreadable
from engine.video import ClipWriter, jpeg, read_at, read_frames, squeeze

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


def brightness(frames: list[Frames]) -> list[int]:
    return [round(float(frame.mean()) / 10) for frame in frames]


def getting_brighter(count: int, width: int = 96, height: int = 64) -> Frames:
    steps = np.arange(count, dtype=np.uint8)[:, None, None, None] * 10
    return np.broadcast_to(steps, (count, height, width, 3))


@pytest.mark.parametrize(
    ("fps", "seen"),
    [(24, [0, 1, 2, 3, 4, 5, 6, 7]), (12, [0, 2, 4, 6]), (48, [0, 1, 1, 2, 2, 3, 3, 4])],
)
def test_a_video_is_read_at_another_rate(tmp_path: Path, fps: int, seen: list[int]) -> None:
    path = write(tmp_path / "clip.mp4", getting_brighter(8))

    assert brightness(list(read_at(path, fps, 96)))[:8] == seen


def test_a_video_whose_times_are_rounded_is_read_frame_by_frame(tmp_path: Path) -> None:
    path = tmp_path / "dance.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for pixels in getting_brighter(8):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    assert brightness(list(read_at(path, 24, 96))) == list(range(8))


def test_a_video_is_read_no_larger_than_it_is_wanted(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", moving_bars(2))

    assert next(read_at(path, 24, 48)).shape == (32, 48, 3)
    assert next(read_at(path, 24, 480)).shape == (64, 96, 3)


@pytest.mark.parametrize(("turned", "corner"), [(90, (-1, 0)), (-90, (0, -1)), (180, (-1, -1))])
def test_a_video_from_a_phone_that_was_held_otherwise_is_read_upright(
    tmp_path: Path, turned: int, corner: tuple[int, int]
) -> None:
    """A player turns what is kept to the left, and with it the bright corner at its upper left."""
    path = tmp_path / "phone.mp4"
    kept = np.zeros((64, 96, 3), np.uint8)
    kept[:16, :16] = 255
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.set_display_rotation(turned)
        for packet in (
            *stream.encode(av.VideoFrame.from_ndarray(kept, format="rgb24")),
            *stream.encode(None),
        ):
            file.mux(packet)

    frame = next(read_at(path, 24, 96))

    assert frame.shape == ((96, 64, 3) if abs(turned) == 90 else (64, 96, 3))
    assert frame[corner].mean() > 200


@pytest.mark.parametrize("data", [b"no video", b""])
def test_what_is_no_video_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "dance.mp4"
    path.write_bytes(data)

    with pytest.raises(VideoUnreadable, match=r"dance\.mp4 cannot be moved by"):
        next(read_at(path, 24, 96))


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=48_000)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp")
        silence.sample_rate = 48_000
        file.mux([*stream.encode(silence), *stream.encode(None)])

    with pytest.raises(VideoUnreadable, match="no pictures"):
        next(read_at(path, 24, 96))
