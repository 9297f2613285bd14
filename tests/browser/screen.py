"""Headless Chromium in front of the web chat, driven as a person would."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

SOON_S = 20
CLIP_S = 180
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def browser_path() -> str | None:
    """Find Chromium."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def driver_path() -> str | None:
    """Find what drives it."""
    return shutil.which("chromedriver")


class Screen:
    """One browser window, with words for what a person does and sees in it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        """Go to the page and wait until it is connected."""
        self.driver.get(address)
        self.until(lambda: self.all(".tile"))

    def reload(self) -> None:
        """Load the page again."""
        self.driver.refresh()
        self.until(lambda: self.all(".tile"))

    def all(self, selector: str) -> list[WebElement]:
        """Find what can be seen."""
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [element for element in found if element.is_displayed()]

    def one(self, selector: str) -> WebElement:
        """Wait for something to be seen."""
        return self.until(lambda: self.all(selector))[0]

    def text(self, selector: str) -> str:
        """Wait for something to be seen, and read it."""
        return self.until(lambda: self.one(selector).text)

    def attribute(self, selector: str, name: str) -> str:
        """Wait for something to be seen, and read an attribute of it."""
        return self.until(lambda: self.one(selector).get_attribute(name))

    def press(self, selector: str) -> None:
        """Scroll to something and click it."""
        self.until(lambda: self._press(selector))

    def _press(self, selector: str) -> bool:
        element = self.one(selector)
        self.run("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", element)
        element.click()
        return True

    def give(self, photo: Path) -> None:
        """Pick a photo in the file dialog."""
        self.driver.find_element(By.ID, "photo-file").send_keys(str(photo))

    def type(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def tab_to(self, selector: str) -> None:
        """Press Tab until something has the focus."""
        for _ in range(40):
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return
            self.type(Keys.TAB)
        raise AssertionError(f"the keyboard cannot reach {selector}")

    def ask(self, effect: str, photo: Path) -> None:
        """Give a photo, choose an effect from the gallery that lies open, and send."""
        self.give(photo)
        self.until(lambda: self.all("#photo-slot .chip:not(.sending)"))
        self.press(f"[data-effect={effect}]")
        self.press("#send")

    def until(self, happened: Callable[[], Any], within_s: float = SOON_S) -> Any:
        """Wait for something to become true, and answer it; the page may be redrawn meanwhile."""
        redrawn = (StaleElementReferenceException,)
        wait = WebDriverWait(self.driver, within_s, 0.1, ignored_exceptions=redrawn)
        try:
            return wait.until(lambda _: happened())
        except TimeoutException as error:
            page = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(f"it never happened; the page says:\n{page}") from error

    def run(self, script: str, *arguments: object) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def resize(self, width: int, height: int) -> None:
        """Give the window's inside a size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def prefer(self, **features: str) -> None:
        """Set what the person's system prefers, as `color_scheme="dark"`."""
        media = [
            {"name": f"prefers-{name.replace('_', '-')}", "value": value}
            for name, value in features.items()
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})

    def forget_everything(self) -> None:
        """Become a new visitor's browser: one empty tab, no cookies, nothing kept."""
        first, *others = self.driver.window_handles
        for window in others:
            self.driver.switch_to.window(window)
            self.driver.close()
        self.driver.switch_to.window(first)
        if self.driver.current_url.startswith("http"):
            self.run("sessionStorage.clear(); localStorage.clear()")
        self.driver.delete_all_cookies()
        self.driver.get("about:blank")
        self.complaints()

    def complaints(self) -> list[str]:
        """List what the browser's console warned of: refused scripts, broken policies, errors."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] in {"WARNING", "SEVERE"}]


@contextmanager
def a_screen(language: str = "en") -> Generator[Screen]:
    """Open a browser with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = browser_path() or ""
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options, Service(driver_path()))
        try:
            yield Screen(driver)
        finally:
            driver.quit()
