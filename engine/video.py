"""Frames become a clip: H.264 with an AAC track in a faststart MP4, and a poster JPEG.

Plays everywhere chats play video: yuv420p, BT.709, moov atom first. Written to a file because the
muxer goes back to the beginning for faststart.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from engine.errors import ClipTooLarge, VideoUnreadable

AUDIO_RATE = 48_000
AUDIO_CHUNK = 1024  # samples of one AAC frame
VISUALLY_LOSSLESS = 18  # x264 constant rate factor for clips that fit anyway
BT709 = 1  # the same code for primaries, transfer and matrix (ITU-T H.273)
HEADROOM = 0.92  # share of the size limit given to the picture when squeezing
ROUNDING_S = 1e-3  # times of frames are kept in fractions of their own
LEAST_BITRATE = 60_000  # below this the picture is not worth sending


class ClipWriter:
    """Encodes RGB frames as they come; the file is complete after the `with` block."""

    def __init__(
        self, path: Path, width: int, height: int, fps: int, *, bitrate: int | None = None
    ) -> None:
        self._file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._fps = fps
        self._frames = 0
        self._sound = np.zeros((2, 0), np.float32)
        rate = {"crf": str(VISUALLY_LOSSLESS)} if bitrate is None else {"b": str(bitrate)}
        self._video = self._file.add_stream(
            "libx264", rate=fps, options={"preset": "veryfast", **rate}
        )
        self._video.width, self._video.height = width, height
        self._video.pix_fmt = "yuv420p"
        context = self._video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = ColorRange.MPEG
        self._audio = self._file.add_stream("aac", rate=AUDIO_RATE, options={"b": "64000"})
        self._audio.codec_context.layout = "stereo"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write_sound()
            self._file.mux(self._video.encode(None))
            self._file.mux(self._audio.encode(None))
        self._file.close()

    def add(self, frames: NDArray[np.uint8]) -> None:
        """Encode (n, H, W, 3) RGB frames."""
        for pixels in frames:
            frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
            )
            frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
            self._file.mux(self._video.encode(frame))
            self._frames += 1

    def add_sound(self, samples: NDArray[np.float32], rate: int) -> None:
        """Give the soundtrack, (channels, n) in -1..1; one channel is heard on both sides."""
        layout = "mono" if len(samples) == 1 else "stereo"
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[:2]), format="fltp", layout=layout
        )
        frame.sample_rate = rate
        resampler = AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
        parts = [*resampler.resample(frame), *resampler.resample(None)]
        self._sound = np.concatenate([part.to_ndarray() for part in parts], axis=1)

    def _write_sound(self) -> None:
        # Without a sound track Telegram shows the clip as a silent animation.
        whole = round(self._frames / self._fps * AUDIO_RATE)
        sound = np.zeros((2, whole), np.float32)
        heard = min(whole, self._sound.shape[1])
        sound[:, :heard] = self._sound[:, :heard]
        for start in range(0, whole, AUDIO_CHUNK):
            part = np.ascontiguousarray(sound[:, start : start + AUDIO_CHUNK])
            frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = AUDIO_RATE, start
            frame.time_base = Fraction(1, AUDIO_RATE)
            self._file.mux(self._audio.encode(frame))


def read_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Decode a clip to (1, H, W, 3) RGB frames, one at a time."""
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)[None]


def read_at(path: Path, fps: float, side: int) -> Iterator[NDArray[np.uint8]]:
    """Decode any video to upright (H, W, 3) RGB frames, so many a second, none longer than `side`.

    Raises:
        VideoUnreadable: it is none, or damaged.
    """
    given = 0
    try:
        with av.open(str(path)) as file:
            if not file.streams.video:
                raise VideoUnreadable(str(path), "it has no pictures")
            began: float | None = None
            for frame in file.decode(video=0):
                time = frame.time or 0.0
                began = time if began is None else began
                due = int((time - began + ROUNDING_S) * fps) + 1
                if due > given:
                    yield from repeat(_upright(frame, side), due - given)
                    given = due
    except (FFmpegError, OSError) as error:
        raise VideoUnreadable(str(path), error.strerror or "it is no video") from error


def _upright(frame: VideoFrame, side: int) -> NDArray[np.uint8]:
    scale = min(1.0, side / max(frame.width, frame.height))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)),
        height=max(1, round(frame.height * scale)),
        format="rgb24",
    )
    pixels = np.asarray(small.to_ndarray(), np.uint8)
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))


def read_sound(path: Path) -> tuple[NDArray[np.float32], int]:
    """Decode a clip's soundtrack, (channels, n) and its rate."""
    with av.open(str(path)) as file:
        parts = [frame.to_ndarray() for frame in file.decode(audio=0)]
        return np.concatenate(parts, axis=1).astype(np.float32), file.streams.audio[0].rate


def squeeze(path: Path, limit: int) -> None:
    """Re-encode a clip in place until it fits in `limit` bytes.

    Raises:
        ClipTooLarge: it would have to look too bad to fit.
    """
    share = 1.0
    while (size := path.stat().st_size) > limit:
        width, height, fps, seconds = _shape(path)
        share *= HEADROOM
        bitrate = int(min(limit, size) * share * 8 / seconds) - 64_000
        if bitrate < LEAST_BITRATE:
            raise ClipTooLarge(limit)
        smaller = path.with_suffix(".fit.mp4")
        with ClipWriter(smaller, width, height, fps, bitrate=bitrate) as writer:
            for frames in read_frames(path):
                writer.add(frames)
            writer.add_sound(*read_sound(path))
        smaller.replace(path)


def _shape(path: Path) -> tuple[int, int, int, float]:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        fps = int(video.average_rate or 0)
        return video.width, video.height, fps, video.frames / fps


def jpeg(pixels: NDArray[np.uint8], *, quality: int = 88) -> bytes:
    """Encode one (H, W, 3) RGB frame as JPEG."""
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the frame cannot be encoded as JPEG")
    return data.tobytes()
