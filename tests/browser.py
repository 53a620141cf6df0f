"""A page in a browser, and what a reader does with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

__all__ = ["Opened", "Opener"]


Opener = Callable[..., "Opened"]


class Opened:
    """A page in the browser, and what a reader does with it."""

    def __init__(self, driver: webdriver.Chrome, path: Path) -> None:
        self.driver = driver
        self.path = path

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def click(self, selector: str) -> None:
        """Click as a mouse does: where the element is, if nothing lies over it."""
        element = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def rows(self, where: str) -> list[str]:
        """The ids of the rows that no search and no filter hides; their fold may be closed."""
        return list(
            self.run(
                "return Array.from(document.querySelectorAll(`#${arguments[0]} [data-row]`)).filter(r => !r.hidden && !r.closest('[hidden]')).map(r => r.id)",
                where,
            )
        )

    def status(self, where: str) -> str:
        return str(self.one(f'form[data-filter="{where}"] [role=status]').text)

    def search(self, text: str) -> None:
        field = self.one(".find [type=search]")
        field.clear()
        field.send_keys(text)

    def until(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.driver, 5, poll_frequency=0.05).until(lambda _: condition())

    def trouble(self) -> list[str]:
        """What the console said, and every request beyond the page itself."""
        said = [str(item["message"]) for item in self.driver.get_log("browser")]
        messages = [json.loads(item["message"])["message"] for item in self.driver.get_log("performance")]
        asked = [item["params"]["request"]["url"] for item in messages if item["method"] == "Network.requestWillBeSent"]
        own = self.path.as_uri()
        return said + [url for url in asked if url.split("#")[0] != own and not url.startswith("data:")]
