from __future__ import annotations

import asyncio
import io
import os

import pytest
from PIL import Image

from deploy.polling import wait_until
from engine.jobs.errors import Refused
from engine.jobs.intake import CleanPhoto, Intake, IntakeLimits
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes import images
from tests.fakes.images import BLUE, RED, SIDE
from tests.processes import children

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
TOLERANCE = 12


async def cleaned(data: bytes, limits: IntakeLimits | None = None) -> CleanPhoto:
    return await Intake(limits).clean(data)


async def refusal(data: bytes, limits: IntakeLimits | None = None) -> Refusal:
    with pytest.raises(Refused) as refused:
        await cleaned(data, limits)
    return refused.value.refusal


def opened(photo: CleanPhoto) -> Image.Image:
    image = Image.open(io.BytesIO(photo.jpeg))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (photo.width, photo.height)
    return image


def assert_halves(
    photo: CleanPhoto, top: tuple[int, ...] = RED, bottom: tuple[int, ...] = BLUE
) -> None:
    image = opened(photo)
    for colour, row in ((top, 8), (bottom, image.height - 8)):
        for column in (8, image.width - 8):
            pixel = image.getpixel((column, row))
            assert pixel == pytest.approx(colour, abs=TOLERANCE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_a_photo_comes_out_as_a_jpeg_of_the_same_picture(kind: str) -> None:
    photo = await cleaned(images.encoded(images.halves(), kind))
    assert (photo.width, photo.height) == (SIDE, SIDE)
    assert_halves(photo)


async def test_a_photo_of_a_phone_in_heic_is_taken() -> None:
    assert_halves(await cleaned(images.heic()))


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_photo_is_turned_upright(orientation: int) -> None:
    photo = await cleaned(images.turned(orientation))
    assert (photo.width, photo.height) == (SIDE, SIDE + 64)
    assert_halves(photo)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_an_animation_gives_its_first_frame(kind: str) -> None:
    assert_halves(await cleaned(images.animated(kind)))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
async def test_what_is_transparent_becomes_white(kind: str) -> None:
    assert_halves(await cleaned(images.half_transparent(kind)), RED, WHITE)


async def test_transparent_grey_becomes_white() -> None:
    red_as_grey = (88, 88, 88)
    assert_halves(await cleaned(images.half_transparent("PNG", "LA")), red_as_grey, WHITE)


async def test_sixteen_bits_become_eight() -> None:
    assert_halves(await cleaned(images.sixteen_bit_grey()), BLACK, WHITE)


async def test_printing_colours_become_screen_colours() -> None:
    cyan_yellow = Image.new("CMYK", (SIDE, SIDE), (255, 0, 255, 0))
    green = (0, 255, 0)
    assert_halves(await cleaned(images.encoded(cyan_yellow, "JPEG")), green, green)


async def test_a_colour_profile_is_applied() -> None:
    assert_halves(await cleaned(images.with_swapped_colours()))


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200])
async def test_a_broken_colour_profile_is_left_out(profile: bytes) -> None:
    assert_halves(await cleaned(images.encoded(images.halves(), "JPEG", icc_profile=profile)))


async def test_nothing_but_pixels_is_kept() -> None:
    photo = await cleaned(images.with_secrets())
    assert_halves(photo)
    assert images.SECRET not in photo.jpeg
    assert set(opened(photo).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_a_file_that_is_two_things_comes_out_as_one() -> None:
    photo = await cleaned(images.polyglot())
    assert_halves(photo)
    assert b"payload" not in photo.jpeg


async def test_a_large_photo_is_made_smaller() -> None:
    photo = await cleaned(images.encoded(images.halves(4200, 3000), "JPEG"))
    assert (photo.width, photo.height) == (2048, 1463)
    assert_halves(photo)


@pytest.mark.parametrize(
    "data", [b"", b"hello " * 100, b"GIF", b"%PDF-1.7", bytes(10_000), b"<svg></svg>"]
)
async def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert await refusal(data) == Refusal(RefusalCode.PHOTO_NOT_AN_IMAGE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
async def test_a_photo_that_was_cut_off_is_refused(kind: str, part: float) -> None:
    whole = images.encoded(images.noise(SIDE, SIDE), kind)
    cut = whole[: max(24, int(len(whole) * part))]
    assert await refusal(cut) == Refusal(RefusalCode.PHOTO_TRUNCATED)


async def test_a_heic_that_was_cut_off_is_refused() -> None:
    assert await refusal(images.heic()[:-200]) == Refusal(RefusalCode.PHOTO_TRUNCATED)


async def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    limits = IntakeLimits(memory_bytes=256 << 20, cpu_s=1)
    assert await refusal(images.bomb(), limits) == Refusal(
        RefusalCode.PHOTO_TOO_MANY_PIXELS,
        {"width": 30_000, "height": 30_000, "limit": 50_000_000},
    )


async def test_a_file_of_40_mb_is_refused_unread() -> None:
    assert await refusal(bytes(40_000_000)) == Refusal(
        RefusalCode.PHOTO_TOO_MANY_BYTES, {"bytes": 40_000_000, "limit": 20_000_000}
    )


@pytest.mark.parametrize("size", [(1, 1), (100, 4000), (4000, 100)])
async def test_a_photo_that_is_too_small_is_refused(size: tuple[int, int]) -> None:
    refused = await refusal(images.encoded(Image.new("RGB", size), "PNG"))
    assert refused.code is RefusalCode.PHOTO_TOO_SMALL
    assert refused.data["limit"] == 128


async def test_a_photo_that_takes_too_much_memory_is_unreadable() -> None:
    limits = IntakeLimits(memory_bytes=120 << 20)
    assert await refusal(images.slow(), limits) == Refusal(RefusalCode.PHOTO_UNREADABLE)


async def test_a_decoder_that_crashes_makes_the_photo_unreadable() -> None:
    limits = IntakeLimits(memory_bytes=1 << 20)
    photo = images.encoded(images.halves(), "JPEG")
    assert await refusal(photo, limits) == Refusal(RefusalCode.PHOTO_UNREADABLE)


async def test_a_decoder_that_takes_too_long_is_ended() -> None:
    limits = IntakeLimits(wall_s=0.2)
    assert await refusal(images.slow(), limits) == Refusal(RefusalCode.PHOTO_UNREADABLE)
    assert decoders() == 0


async def test_a_decoder_whose_sender_left_is_ended() -> None:
    cleaning = asyncio.create_task(cleaned(images.slow()))

    async def decodes() -> bool:
        return decoders() > 0

    assert await wait_until(decodes, within_s=10)
    cleaning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cleaning
    assert decoders() == 0


async def test_only_so_many_photos_are_decoded_at_once() -> None:
    intake = Intake(at_once=2)
    photo = images.encoded(images.halves(), "JPEG")
    most = 0
    cleaning = [asyncio.ensure_future(intake.clean(photo)) for _ in range(6)]
    while not all(task.done() for task in cleaning):
        most = max(most, decoders())
        await asyncio.wait(cleaning, timeout=0.005)
    assert most in (1, 2)
    for task in cleaning:
        assert_halves(task.result())


def decoders() -> int:
    """Count the decoders of this process that run now."""
    return sum("intake_process" in command for _, command in children(os.getpid()))
