"""`zoetrope sheet`: a contact sheet, one row of moments for each clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray
from PIL import Image, ImageOps

from deploy.errors import CommandFailed
from engine.video import read_frames

COLUMNS = 6
CELL = 240
GAP = 4
PAPER = (255, 255, 255)
QUALITY = 85


def write_sheet(clips: Sequence[Path], out: Path) -> None:
    """Lay evenly spaced moments of clips out in one picture, the first and last among them.

    Raises:
        CommandFailed: a clip cannot be read.
    """
    cells = [[_cell(frame) for frame in _moments(clip)] for clip in clips]
    step = CELL + GAP
    sheet = Image.new("RGB", (COLUMNS * step - GAP, len(cells) * step - GAP), PAPER)
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            sheet.paste(cell, (column * step, row * step))
    sheet.save(out, quality=QUALITY)


def _moments(clip: Path) -> list[NDArray[np.uint8]]:
    try:
        frames = [frame[0] for frame in read_frames(clip)]
    except (OSError, FFmpegError) as error:
        raise CommandFailed(f"the clip {clip} cannot be read: {error}") from error
    wanted = np.linspace(0, len(frames) - 1, COLUMNS).round().astype(int)
    return [frames[index] for index in wanted]


def _cell(frame: NDArray[np.uint8]) -> Image.Image:
    return ImageOps.fit(Image.fromarray(frame), (CELL, CELL))
