"""Chromium without a window, told what to do through a pipe: no other package is needed."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
SECONDS = 120  # that a page may take


class Tab:
    """A page that is open, by the DevTools protocol.

    Args:
        ask: Where the browser reads.
        answer: Where it writes.
    """

    def __init__(self, ask: int, answer: int):
        self._ask, self._answer = ask, answer
        self._rest, self._count, self._session = b"", 0, ""
        self._events: list[dict] = []
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.tell(f"{domain}.enable")

    def look(self, scheme: str, width: int, height: int = 900) -> None:
        """Be a screen of a size, whose owner likes it `light` or `dark`."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.tell("Emulation.setEmulatedMedia", features=[feature])

    def open(self, url: str) -> None:
        """Open a page, and wait until all of it is there."""
        self._events.clear()
        self.tell("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        found = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + SECONDS
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"still not so: {expression}"
            time.sleep(0.05)

    def errors(self) -> list[str]:
        """Return what the console shows as an error since the page was opened."""
        return [text for level, text in self.messages() if level == "error"]

    def messages(self) -> list[tuple[str, str]]:
        """Return all that the console shows since the page was opened: (level, text)."""
        found = []
        for event in self._events:
            told = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(("error", told["exceptionDetails"]["text"]))
            if event["method"] == "Log.entryAdded":
                entry = told["entry"]
                found.append((entry["level"], f"{entry['text']} {entry.get('url', '')}"))
            if event["method"] == "Runtime.consoleAPICalled":
                found.append((told["type"], str(told["args"])))
        return found

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the page was opened."""
        asked = [e for e in self._events if e["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in asked]

    def shoot(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        path.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot")["data"]))

    def tell(self, method: str, **parameters: Any) -> dict:
        """Send a command and return its result; what happens meanwhile is kept."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._ask, json.dumps(message | session).encode() + b"\0")
        while True:
            received = self._read()
            if received.get("id") == self._count:
                assert "error" not in received, received
                return received["result"]
            if "method" in received:
                self._events.append(received)

    def _read(self) -> dict:
        while b"\0" not in self._rest:
            more = os.read(self._answer, 1 << 16)
            assert more, "the browser is gone"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """Run Chromium with an empty profile.

    Args:
        profile: A folder that is not there yet.
    """
    read, ask = os.pipe()
    answer, write = os.pipe()
    pipes = f'exec "$0" "$@" 3<&{read} 4>&{write}'  # which Chromium expects there
    process = subprocess.Popen(
        ["bash", "-c", pipes, CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(read, write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (read, write):
        os.close(end)
    try:
        yield Tab(ask, answer)
    finally:
        process.terminate()
        process.wait()
        for end in (ask, answer):
            os.close(end)
