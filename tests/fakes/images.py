"""Photos as people and attackers send them, made by program."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

import av
import numpy as np
from PIL import Image, ImageCms

SIDE = 256
RED, BLUE = (220, 30, 40), (30, 60, 220)
ORIENTATION = 0x0112
SECRET = b"51.5007N 0.1246W"


def halves(width: int = SIDE, height: int = SIDE) -> Image.Image:
    """Draw a picture whose top half is red and bottom half blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width, height // 2))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Write a picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """Draw what no encoder can make small."""
    rng = np.random.default_rng(7)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def turned(orientation: int) -> bytes:
    """Store the two halves as a camera does that was held in some other way."""
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = halves(SIDE, SIDE + 64)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = upright if back is None else upright.transpose(back)
    return encoded(stored, "JPEG", exif=exif.tobytes(), quality=95)


def with_secrets() -> bytes:
    """Write a JPEG that says where it was taken, in three places."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    file = encoded(halves(), "JPEG", exif=exif.tobytes(), comment=SECRET)
    return file + SECRET


def polyglot() -> bytes:
    """Write a JPEG that is a ZIP archive too."""
    file = io.BytesIO(encoded(halves(), "JPEG"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("payload.html", "<script>alert(1)</script>")
    return file.getvalue()


def bomb() -> bytes:
    """Write a PNG of a few kilobytes that claims 900 million pixels."""
    return _png(30_000, rows=bytes(1 << 20))


@cache
def slow() -> bytes:
    """Write a PNG of many plain pixels, all of them there: allowed, but work for a decoder."""
    side = 7000
    return _png(side, rows=bytes((1 + 3 * side) * side))


def _png(side: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(rows, 1)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b"")]
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def sixteen_bit_grey() -> bytes:
    """Write a PNG that goes from black at the top to white at the bottom in 65536 levels."""
    column = np.linspace(0, 65535, SIDE).astype(np.uint16)[:, None]
    return encoded(Image.fromarray(np.repeat(column, SIDE, axis=1)), "PNG")


def half_transparent(kind: str, mode: str = "RGBA") -> bytes:
    """Write a picture whose top half is red and whose bottom half is not there."""
    image = Image.new("RGBA", (SIDE, SIDE), (*BLUE, 0))
    image.paste((*RED, 255), (0, 0, SIDE, SIDE // 2))
    return encoded(image.convert(mode), kind)


def animated(kind: str) -> bytes:
    """Write an animation that starts with the two halves."""
    rest = [Image.new("RGB", (SIDE, SIDE), colour) for colour in ("green", "yellow")]
    return encoded(halves(), kind, save_all=True, append_images=rest, duration=100)


def with_swapped_colours() -> bytes:
    """Write a picture of red and blue stored the other way round, with a profile that says so."""
    red, green, blue = halves().split()
    swapped = Image.merge("RGB", (blue, green, red))
    return encoded(swapped, "PNG", icc_profile=_swapping_profile())


def _swapping_profile() -> bytes:
    """Take the sRGB profile, and swap which primary is called red and which blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


@cache
def heic() -> bytes:
    """Write the two halves as phones do: one HEVC picture in a HEIF file."""
    config, picture = _hevc(halves())
    pitm = _box(b"pitm", bytes(4) + struct.pack(">H", 1))
    infe = _box(b"infe", bytes([2, 0, 0, 0]) + struct.pack(">HH4s", 1, 0, b"hvc1") + b"\0")
    iinf = _box(b"iinf", bytes(4) + struct.pack(">H", 1) + infe)
    size = _box(b"ispe", bytes(4) + struct.pack(">II", SIDE, SIDE))
    used = _box(b"ipma", bytes(4) + struct.pack(">IHBBB", 1, 1, 2, 0x81, 2))
    iprp = _box(b"iprp", _box(b"ipco", _box(b"hvcC", config) + size) + used)
    hdlr = _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
    ftyp = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    before_location = hdlr + pitm
    after_location = iinf + iprp
    location_bytes = 8 + 4 + 2 + 2 + 2 + 2 + 2 + 4 + 4
    meta_bytes = 12 + len(before_location) + location_bytes + len(after_location)
    offset = len(ftyp) + meta_bytes + 8
    iloc = _box(
        b"iloc",
        bytes(4) + struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(picture)),
    )
    meta = _box(b"meta", bytes(4) + before_location + iloc + after_location)
    return ftyp + meta + _box(b"mdat", picture)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def _hevc(image: Image.Image) -> tuple[bytes, bytes]:
    """Encode one picture; gives the decoder's configuration and the picture."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        # Its threads are many for one picture, and once kept it from starting at all.
        options = {"x265-params": "log-level=none:pools=none:frame-threads=1"}
        stream = container.add_stream("libx265", rate=1, options=options)
        stream.width, stream.height, stream.pix_fmt = image.width, image.height, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())
    movie = file.getvalue()
    return _body(movie, b"hvcC"), _body(movie, b"mdat")


def _body(movie: bytes, name: bytes) -> bytes:
    start = movie.index(name) + 4
    (length,) = struct.unpack_from(">I", movie, start - 8)
    return movie[start : start - 8 + length]
