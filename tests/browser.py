"""A headless Chromium, driven over WebDriver (https://www.w3.org/TR/webdriver2): no more is needed
for it than the browser and its driver."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's name for a reference
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowRight": "\ue014"}


class Browser:
    """One window."""

    def __init__(self, address: str, session: str) -> None:
        self.address = f"{address}/session/{session}"

    def open(self, page: Path) -> None:
        self.ask("url", {"url": page.as_uri()})

    def scheme(self, scheme: str) -> None:
        """``light`` or ``dark``, as the system would say."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.devtools("Emulation.setEmulatedMedia", {"features": features})

    def devtools(self, command: str, parameters: Mapping[str, object]) -> Any:
        return self.ask("goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a function's body."""
        return self.ask("execute/sync", {"script": script, "args": arguments})

    def place(self, selector: str) -> tuple[int, int]:
        """Where the middle of an element is in the window."""
        script = """const box = document.querySelector(arguments[0]).getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2];"""
        x, y = self.run(script, selector)
        return round(x), round(y)

    def click(self, selector: str) -> None:
        down = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.pointer([_to(*self.place(selector)), *down])

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.pointer(
            [
                _to(*start),
                {"type": "pointerDown", "button": 0},
                _to(*end, 50),
                {"type": "pointerUp", "button": 0},
            ]
        )

    def wheel(self, at: tuple[int, int], by: int) -> None:
        turn = {"type": "scroll", "x": at[0], "y": at[1], "deltaX": 0, "deltaY": by}
        self.act({"type": "wheel", "id": "wheel", "actions": [turn]})

    def press(self, *keys: str) -> None:
        said = [KEYS.get(key, key) for key in keys]
        strokes = [{"type": kind, "value": k} for k in said for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": strokes})

    def pointer(self, actions: Sequence[Mapping[str, object]]) -> None:
        self.act({"type": "pointer", "id": "mouse", "actions": actions})

    def act(self, source: Mapping[str, object]) -> None:
        self.ask("actions", {"actions": [source]})

    def log(self) -> list[str]:
        """What the page complained of since it was last asked."""
        return [entry["message"] for entry in self.ask("se/log", {"type": "browser"})]

    def picture(self, path: Path) -> None:
        path.write_bytes(b64decode(self.get("screenshot")))

    def get(self, what: str) -> Any:
        return _value(Request(f"{self.address}/{what}"))

    def ask(self, what: str, parameters: Mapping[str, object]) -> Any:
        return _value(Request(f"{self.address}/{what}", json.dumps(parameters).encode()))

    def quit(self) -> None:
        _value(Request(self.address, method="DELETE"))


def _to(x: int, y: int, milliseconds: int = 0) -> dict[str, object]:
    return {"type": "pointerMove", "x": x, "y": y, "duration": milliseconds}


def _value(request: Request) -> Any:
    request.add_header("Content-Type", "application/json")
    with urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)["value"]


@contextmanager
def browser(width: int = 1280, height: int = 860) -> Iterator[Browser]:
    """Skips the test where there is no browser or no driver."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("chromium or chromedriver is not installed")
    with TemporaryDirectory() as profile, _driver(driver) as address:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        flags += [f"--window-size={width},{height}", f"--user-data-dir={profile}"]
        wanted = {
            "goog:chromeOptions": {"binary": program, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        asked = json.dumps({"capabilities": {"alwaysMatch": wanted}}).encode()
        found = Browser(address, _value(Request(f"{address}/session", asked))["sessionId"])
        try:
            yield found
        finally:
            found.quit()


@contextmanager
def _driver(program: str) -> Iterator[str]:
    with subprocess.Popen([program, "--port=0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:  # ... was started successfully on port 41234.
            if "successfully on port" in line:
                break
        port = line.rstrip(".\n").rsplit(maxsplit=1)[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
