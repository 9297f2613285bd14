"""A whole installation with the web chat, and browsers in front of it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image
from skimage.data import astronaut

from tests.browser.screen import Screen, a_screen, browser_path, driver_path
from tests.fakes.photos import dark_skinned
from tests.installation import Installation, installed


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Generator[Installation]:
    """One installation for all the tests, with its worker."""
    if browser_path() is None or driver_path() is None:
        pytest.skip("Chromium and chromedriver are not installed")
    data = tmp_path_factory.mktemp("browser") / "data"
    with installed(data, weights_folder, ZOETROPE_DRAIN_S="0") as installation:
        yield installation


@pytest.fixture(scope="session")
def chromium(up: Installation) -> Generator[Screen]:
    """One browser for all the tests; starting it takes longer than most of them."""
    with a_screen() as screen:
        yield screen


@pytest.fixture
def screen(up: Installation, chromium: Screen) -> Screen:
    """A desktop window with the empty page, as a new visitor sees it."""
    chromium.forget_everything()
    chromium.resize(1280, 860)
    chromium.prefer()
    chromium.open(up.address())
    return chromium


@pytest.fixture(scope="session")
def selfie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of someone."""
    path = tmp_path_factory.mktemp("photos") / "selfie.jpg"
    Image.fromarray(astronaut()).save(path)
    return path


@pytest.fixture(scope="session")
def other_selfie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of someone else."""
    path = tmp_path_factory.mktemp("photos") / "other.jpg"
    Image.fromarray(dark_skinned()[:, ::-1]).save(path)
    return path
