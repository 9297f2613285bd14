"""Decodes one photo from stdin and writes it clean to stdout, within limits it puts on itself.

Run by intake.py as `python -I intake_process.py LIMITS`, with the limits as JSON. It answers with
one line of JSON, and the JPEG after it. It imports nothing of ours and little else, because someone
waits for it to start. What it does not foresee ends it, which intake.py takes for an answer too.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from typing import NamedTuple

from PIL import Image

_WHITE = (255, 255, 255)
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Limits(NamedTuple):
    """What intake.py passes on of its limits."""

    max_pixels: int
    min_side: int
    longest_side: int
    jpeg_quality: int
    memory_bytes: int
    cpu_s: int


class PhotoRefused(Exception):
    """The photo cannot be taken; `code` is the value of a refusal code."""

    def __init__(self, code: str, **data: int) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


def main() -> None:
    """Clean the photo on stdin."""
    limits = Limits(**json.loads(sys.argv[1]))
    confine(limits)
    try:
        photo = clean(sys.stdin.buffer.read(), limits)
    except PhotoRefused as refused:
        answer(b"", refused=refused.code, data=refused.data)
    else:
        answer(encode(photo, limits.jpeg_quality), width=photo.width, height=photo.height)


def answer(jpeg: bytes, **fields: object) -> None:
    """Write to stdout what became of the photo."""
    sys.stdout.buffer.write(json.dumps(fields).encode() + b"\n" + jpeg)


def confine(limits: Limits) -> None:
    """Bound what a hostile file can make its decoder take."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        resource.setrlimit(kind, (most, most))


def clean(data: bytes, limits: Limits) -> Image.Image:
    """Decode a photo to upright sRGB of bounded size.

    Raises:
        PhotoRefused: it is none, is damaged, or is too large or small.
    """
    image = open_photo(data)
    if image.width * image.height > limits.max_pixels:
        raise PhotoRefused("photo_too_many_pixels", **sides(image), limit=limits.max_pixels)
    load(image, limits.longest_side)
    profile = image.info.get("icc_profile")
    image = to_eight_bits(upright(image))
    image.thumbnail((limits.longest_side, limits.longest_side), Image.Resampling.LANCZOS)
    if min(image.size) < limits.min_side:
        raise PhotoRefused("photo_too_small", **sides(image), limit=limits.min_side)
    return to_srgb(over_white(image), profile)


def sides(image: Image.Image) -> dict[str, int]:
    """Give the sides as a refusal carries them."""
    return {"width": image.width, "height": image.height}


def open_photo(data: bytes) -> Image.Image:
    """Read the header of a photo, in one of the formats people send."""
    # Pillow's own limit on pixels knows only one limit for all; ours is checked by the caller.
    Image.MAX_IMAGE_PIXELS = None
    name = format_of(data)
    if name is None:
        raise PhotoRefused("photo_not_an_image")
    if name == "HEIF":
        from pi_heif import (  # pyright: ignore[reportMissingTypeStubs]
            register_heif_opener,  # pyright: ignore[reportUnknownVariableType]
        )

        register_heif_opener(thumbnails=False)
    try:
        return Image.open(io.BytesIO(data), formats=[name])
    except (OSError, SyntaxError, ValueError) as error:
        raise PhotoRefused("photo_truncated") from error


def format_of(data: bytes) -> str | None:
    """Tell the format by its first bytes; named as in Pillow."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        brands = data[8:32]
        return "AVIF" if b"avif" in brands or b"avis" in brands else "HEIF"
    return None


def load(image: Image.Image, longest_side: int) -> None:
    """Decode the pixels; those of a JPEG at a fraction of their number, if it is enough."""
    image.draft(None, (longest_side, longest_side))  # type: ignore[arg-type]
    try:
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PhotoRefused("photo_truncated") from error


def upright(image: Image.Image) -> Image.Image:
    """Turn a photo as its camera was held, if it says so."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except (SyntaxError, ValueError, struct.error):
        return image
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Have 8 bits per channel and no palette, so that shrinking can mix pixels."""
    if image.mode in ("P", "PA"):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    return image


def over_white(image: Image.Image) -> Image.Image:
    """Lay a picture with transparency on white."""
    if "A" not in image.getbands():
        return image
    front = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", front.size, _WHITE), front).convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the picture's own colours, as far as its profile can be used."""
    if not profile:
        return image.convert("RGB")
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.core.createProfile("sRGB"))
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.buildTransform(own, srgb, image.mode, "RGB").apply(image)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")


def encode(photo: Image.Image, quality: int) -> bytes:
    """Write a JPEG without anything but pixels."""
    photo.info.clear()
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    return file.getvalue()


if __name__ == "__main__":
    main()
