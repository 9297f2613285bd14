"""The web chat in a real browser, with a real worker behind it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser.screen import CLIP_S, Screen, a_screen
from tests.installation import Installation

pytestmark = pytest.mark.browser

PLAYS = """
    const video = document.querySelector(".answered video");
    return video && video.readyState >= 2 && video.videoWidth > 0 && video.currentTime;
"""
SEEK = """
    const video = document.querySelector(".answered video");
    video.currentTime = 2;
    video.play();
"""
SMALL_TARGETS = """
    const pressable = "button, a[href], select, input:not([type=file]), textarea";
    return [...document.querySelectorAll(pressable)]
      .map((element) => element.closest("label") ?? element)
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 1 && (box.width < 43.9 || box.height < 43.9))
      .map(([html, box]) => `${html} ${box.width}x${box.height}`);
"""
OVERFLOW = "return document.documentElement.scrollWidth - innerWidth"
CHIPS = "#photo-slot .chip:not(.sending)"
FETCH = "return fetch(arguments[0]).then((answer) => answer.status)"


def progress(screen: Screen) -> float:
    """How far the meter is, as a screen reader is told."""
    meters = screen.all("[role=progressbar]")
    return float(meters[0].get_attribute("aria-valuenow") or 0) if meters else 0.0


def clips(screen: Screen) -> list[str]:
    """Addresses of the clips on the page."""
    return [video.get_attribute("src") or "" for video in screen.all(".answered video")]


def test_a_selfie_becomes_a_playing_clip_that_a_reload_keeps_and_delete_removes(
    screen: Screen, selfie: Path
) -> None:
    assert screen.text("#hero-title") == "Drop a selfie"

    screen.ask("head_turn", selfie)

    assert "Head turn" in screen.text(".asked")
    screen.until(lambda: 0 < progress(screen) < 100, CLIP_S)
    assert screen.text("[data-action=cancel]") == "Cancel"
    first = screen.until(lambda: screen.run(PLAYS), CLIP_S)
    screen.until(lambda: screen.run(PLAYS) > first + 0.2)

    screen.reload()

    (clip,) = clips(screen)
    screen.run(SEEK)
    screen.until(lambda: screen.run(PLAYS) > 2)
    assert screen.run(FETCH, clip) == 200

    screen.press("[data-action=details]")
    first, *_, name = screen.text(".details").splitlines()
    assert first.startswith("Head turn 1.")
    assert name.partition(" Job ")[2] in clip
    screen.press("[data-action=details]")
    screen.until(lambda: not screen.all(".details"))

    screen.press("[data-action=delete]")
    screen.press("#confirm [value=delete]")

    assert screen.one("#hero-title")
    assert not screen.all(".message")
    assert screen.run(FETCH, clip) == 404
    complaints = screen.complaints()
    assert [line for line in complaints if "404" not in line] == []


def test_on_a_phone_everything_fits_and_can_be_hit(screen: Screen, selfie: Path) -> None:
    screen.resize(360, 740)
    screen.prefer(color_scheme="dark")
    sizes: list[str] = []

    def look() -> None:
        sizes.extend(screen.run(SMALL_TARGETS))
        assert screen.run(OVERFLOW) <= 0

    look()
    screen.give(selfie)
    screen.until(lambda: screen.all("#photo-slot .chip:not(.sending)"))
    screen.press("[data-effect=symbiote]")
    look()
    screen.press("#open-options")
    look()
    screen.press("#options-sheet .lamp")
    screen.press("#send")
    screen.one("[data-action=cancel]")
    look()
    screen.press("#open-gallery")
    look()
    screen.press("#gallery-sheet .sheet-close button")
    screen.press("[data-action=cancel]")
    screen.one("[data-action=other_effect]")
    look()

    assert sizes == []
    assert screen.run("return getComputedStyle(document.body).colorScheme") == "light dark"
    background = screen.run("return getComputedStyle(document.documentElement).backgroundColor")
    assert background == "rgb(16, 16, 19)"


def test_the_keyboard_alone_will_do(screen: Screen, selfie: Path) -> None:
    screen.type(Keys.TAB)
    assert screen.run("return document.activeElement.matches('.skip')")
    screen.give(selfie)
    screen.until(lambda: screen.all("#photo-slot .chip:not(.sending)"))

    screen.tab_to("[data-effect=robot]")
    screen.type(Keys.ENTER)
    assert screen.run("return document.activeElement.id") == "send"
    screen.type(Keys.ENTER)
    screen.one("[data-action=cancel]")
    screen.run("document.activeElement.blur()")
    screen.tab_to("[data-action=cancel]")
    screen.type(Keys.ENTER)
    screen.until(lambda: screen.text(".said") == "Cancelled.")
    assert screen.run("return document.activeElement.dataset.action") == "again"
    screen.tab_to("[data-action=delete]")
    screen.type(Keys.ENTER)
    assert screen.one("#confirm")
    screen.type(Keys.ESCAPE)
    screen.until(lambda: not screen.all("#confirm"))
    assert screen.run("return document.activeElement.dataset.action") == "delete"
    screen.type(Keys.ENTER)
    screen.tab_to("#confirm [value=delete]")
    screen.type(Keys.ENTER)

    screen.one("#hero")
    assert screen.run("return document.activeElement.id") == "prompt"


def test_an_effect_of_two_photos_asks_for_the_second(
    screen: Screen, selfie: Path, other_selfie: Path
) -> None:
    screen.give(selfie)
    screen.until(lambda: len(screen.all(CHIPS)) == 1)
    screen.press("[data-effect=morph]")
    assert screen.text("#photo-slot .wanted") == "Add another photo"
    screen.press("#send")
    assert screen.text("#note") == "This effect works on 2 photos. Add what is missing first."
    screen.resize(360, 740)
    assert screen.run(OVERFLOW) <= 0
    assert screen.run(SMALL_TARGETS) == []

    screen.give(other_selfie)
    screen.until(lambda: len(screen.all(CHIPS)) == 2)
    assert not screen.all("#photo-slot .wanted")
    assert screen.run(OVERFLOW) <= 0
    screen.press("#send")

    screen.until(lambda: len(screen.all(".asked img")) == 2)
    screen.until(lambda: screen.run(PLAYS), CLIP_S)
    screen.press("[data-action=delete]")
    screen.press("#confirm [value=delete]")
    assert screen.one("#hero")


def test_another_effect_that_needs_two_photos_takes_the_first_along(
    screen: Screen, selfie: Path
) -> None:
    screen.ask("robot", selfie)
    screen.press("[data-action=cancel]")
    screen.press("[data-action=other_effect]")
    screen.press("#gallery-sheet [data-effect=morph]")

    assert screen.text("#effect-slot .named") == "Morph"
    assert len(screen.all(CHIPS)) == 1
    assert screen.text("#photo-slot .wanted") == "Add another photo"


def test_two_tabs_stay_in_step(up: Installation, screen: Screen, selfie: Path) -> None:
    driver, one = screen.driver, screen.driver.current_window_handle
    driver.switch_to.new_window("tab")
    other = driver.current_window_handle
    screen.open(up.address())

    driver.switch_to.window(one)
    screen.ask("robot", selfie)
    screen.one("[data-action=cancel]")
    driver.switch_to.window(other)
    screen.press("[data-action=cancel]")
    driver.switch_to.window(one)
    screen.until(lambda: screen.text(".said") == "Cancelled.")
    screen.press("[data-action=delete]")
    screen.press("#confirm [value=delete]")

    assert screen.one("#hero")
    driver.switch_to.window(other)
    assert screen.one("#hero")


def test_another_browser_cannot_see_what_is_mine(
    up: Installation, screen: Screen, selfie: Path
) -> None:
    screen.ask("robot", selfie)
    photo = screen.attribute(".asked img", "src")
    assert screen.run(FETCH, photo) == 200
    screen.press("[data-action=cancel]")

    with a_screen() as stranger:
        stranger.open(up.address())

        assert not stranger.all(".message")
        assert stranger.run(FETCH, photo) == 404


def test_a_file_that_is_no_photo_gets_a_sentence(screen: Screen, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk, eggs")

    screen.give(file)

    assert screen.text("#note").startswith("This file is not a picture I can read.")
    screen.press("#note-close")
    assert not screen.all("#note")


def test_words_alone_get_an_honest_answer_and_a_way_on(screen: Screen) -> None:
    screen.one("#prompt").send_keys("turn me into a robot", Keys.ENTER)

    answer = screen.until(lambda: screen.all(".answered"))[0]
    assert answer.text.startswith("I cannot make a video from words alone")
    screen.press(".choice")
    assert screen.text("#effect-slot .named") == "Robot"
    screen.press("#send")
    assert screen.text("#note") == "This effect works on a photo. Add one first."


def test_a_lost_line_is_said_calmly_and_comes_back_by_itself(
    up: Installation, screen: Screen
) -> None:
    def stays_down() -> bool:
        """Kill it as often as it comes back: a line that is back at once is not worth a word."""
        with suppress(KeyError, ProcessLookupError):
            os.kill(up.programs()["web"], signal.SIGKILL)
        return bool(screen.all("#line-state"))

    screen.until(stays_down)

    assert screen.text("#line-state") == "Reconnecting…"
    screen.until(lambda: not screen.all("#line-state"), CLIP_S)
    assert screen.all(".tile")


def test_the_language_can_be_switched_and_stays(screen: Screen) -> None:
    Select(screen.one("#language")).select_by_value("zh")

    screen.until(lambda: screen.run("return document.documentElement.lang") == "zh")
    screen.until(lambda: screen.all(".tile"))
    assert screen.text("#gallery-title") == "特效"
    screen.reload()
    assert screen.text("#gallery-title") == "特效"


@pytest.mark.parametrize(("motion", "playing"), [("no-preference", True), ("reduce", False)])
def test_previews_move_unless_the_person_prefers_stillness(
    screen: Screen, motion: str, playing: bool
) -> None:
    screen.prefer(reduced_motion=motion)
    screen.reload()
    some_play = "return [...document.querySelectorAll('.tile video')].some((one) => !one.paused)"

    if playing:
        assert screen.until(lambda: screen.run(some_play))
        screen.press("#previews-pause")
    assert not screen.run(some_play)


def test_the_browser_finds_nothing_to_complain_of(screen: Screen, selfie: Path) -> None:
    screen.ask("robot", selfie)
    screen.press("[data-action=cancel]")
    screen.one("[data-action=again]")
    screen.press("[data-action=other_effect]")
    screen.press("#gallery-sheet [data-effect=symbiote]")
    screen.until(lambda: len(screen.all(".answered")) == 2)
    screen.until(lambda: screen.all("[data-action=cancel]"))
    screen.press("[data-action=cancel]")

    assert screen.complaints() == []
