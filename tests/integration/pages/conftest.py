# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser for the pages: Chromium, driven by Selenium, without a network."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Tuple

import pytest
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By

VIEWS = tuple((scheme, width) for scheme in ("light", "dark") for width in (360, 400, 1600))
SCREENSHOTS = Path(__file__).resolve().parents[3] / ".cache" / "pages"


class Browser:
    """What the tests ask of a page."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, path: Path) -> None:
        """Load a page; whatever its script or its policy complains about is an error."""
        self.driver.get(path.as_uri())
        self.complaints()

    def complaints(self) -> None:
        assert [entry["message"] for entry in self.driver.get_log("browser")] == []

    def resize(self, width: int, height: int = 1000) -> None:
        """The size of the page's area. A window cannot be as narrow as a phone."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def prefer(self, scheme: str) -> None:
        """C(light) or C(dark)."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def too_wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(script))

    def findings(self) -> List[str]:
        """What an accessibility checker calls serious."""
        found: Iterable[Dict[str, Any]] = Axe().run(self.driver)["violations"]
        return [
            "{0}: {1}".format(item["id"], [node["html"][:200] for node in item["nodes"][:3]])
            for item in found
            if item["impact"] in ("serious", "critical")
        ]

    def screenshot(self, name: str) -> None:
        """Keep how the whole page looks, to be looked at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        height = int(self.driver.execute_script("return document.documentElement.scrollHeight"))
        width = int(self.driver.execute_script("return window.innerWidth"))
        self.resize(width, min(height, 4000))
        self.driver.save_screenshot(str(SCREENSHOTS / (name + ".png")))

    def all(self, selector: str) -> List[Any]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def one(self, selector: str) -> Any:
        (found,) = self.all(selector)
        return found

    def judge(self, path: Path, name: str, views: Iterable[Tuple[str, int]] = VIEWS) -> None:
        """A page that is fit for everybody: no complaint, no finding, not too wide, in both schemes."""
        for scheme, width in views:
            self.prefer(scheme)
            self.resize(width)
            self.open(path)
            assert self.too_wide() <= 0, (name, scheme, width)
            if width != 400:
                assert self.findings() == [], (name, scheme, width)
                self.screenshot("{0}-{1}-{2}".format(name, scheme, width))
        self.prefer("light")
        self.resize(1600)
        self.open(path)


@pytest.fixture(scope="session")
def _driver() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with contextlib.ExitStack() as stack:
        # Selenium otherwise looks for a driver in the network.
        service = webdriver.ChromeService(executable_path=_program("chromedriver"))
        driver = webdriver.Chrome(options=options, service=service)
        stack.callback(driver.quit)
        yield driver


def _program(name: str) -> str:
    places = (os.path.join(folder, name) for folder in os.environ["PATH"].split(os.pathsep))
    return next(place for place in places if os.access(place, os.X_OK))


@pytest.fixture
def browser(_driver: Any) -> Browser:
    """A browser with an empty log."""
    _driver.get("about:blank")
    _driver.get_log("browser")
    return Browser(_driver)


@pytest.fixture
def page(tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """Write the parts of a page to a file."""

    def write(parts: Iterable[str]) -> Path:
        path = tmp_path / "page.html"
        with path.open("w", encoding="utf-8") as handle:
            handle.writelines(parts)
        return path

    return write
