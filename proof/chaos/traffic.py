"""People at work while everything dies: they write, and ask again until they hear that it was done.

Each text carries a mark of its own, by which the sinks tell what arrived where.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 1.0


@dataclass
class Asker:
    """One person's key to the API. `None` is no answer: it may have been done, or not."""

    web_port: int
    key: str

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any] | None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.web_port}/api/v1/{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return None if error.code >= 500 else (error.code, error.read().decode(errors="replace"))
        except (OSError, ValueError):
            return None


@dataclass
class Traffic:
    """Says one thing after the other until told to stop. `said` is what somebody was told was done, by mark."""

    writer: Asker
    speaker: Asker
    public_incident: str
    said: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    # How long the web took to say yes, in seconds, where it did at the first try.
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is being said is said to its end."""
        self._ending.set()
        self._thread.join(120)

    def _work(self) -> None:
        number = 0
        while not self._ending.wait(PAUSE_SECONDS):
            number += 1
            mark = f"mark-{number:05d}"
            if number % 3:
                self._insist(mark, "update", self._update)
            else:
                self._insist(mark, "bulletin", self._bulletin)

    def _insist(self, mark: str, kind: str, say: Any) -> None:
        began, tries = time.monotonic(), 0
        while True:
            tries += 1
            answer = say(mark)
            if answer is not None:
                break
            time.sleep(0.5)
        if answer[0] in (200, 201):
            self.said[mark] = kind
            if tries == 1:
                self.waits.append(time.monotonic() - began)
        else:
            self.refused.append(f"{kind} {mark}: {answer}")

    def _update(self, mark: str) -> tuple[int, Any] | None:
        text = f"We try the next thing. {mark}"
        body = {"text": text, "audiences": ["stakeholders", "executives"], "idempotency_key": mark}
        return self.writer.ask("POST", "incidents/INC-1/updates", body)

    def _bulletin(self, mark: str) -> tuple[int, Any] | None:
        body = {"state": "investigating", "body": f"We are still on it. {mark}", "idempotency_key": mark}
        return self.speaker.ask("POST", "incidents/INC-1/bulletins", body | {"public_incident": self.public_incident})
