"""What was said, for tests of what stands below the app that keeps it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from accounts.models import User
from spaces.moderation.evidence import EvidenceLine
from spaces.states import Subject


class Captions:
    """A `spaces.moderation.evidence.Source`."""

    subject = Subject.CAPTION

    def __init__(self) -> None:
        self._lines: dict[int, tuple[int, EvidenceLine]] = {}
        self._originals: dict[int, str] = {}

    def say(self, space_id: int, user: User, text: str, *, at: int) -> None:
        number = len(self._lines) + 1
        self._lines[number] = space_id, EvidenceLine(number, user.pk, user.name, text, at)

    def line(self, *, space_id: int, line_id: int) -> EvidenceLine | None:
        kept_in, line = self._lines.get(line_id, (0, None))
        return line if kept_in == space_id else None

    def lines(self, *, space_id: int, first_ms: int, last_ms: int, most: int) -> list[EvidenceLine]:
        here = [line for kept_in, line in self._lines.values() if kept_in == space_id]
        return [line for line in here if first_ms <= line.clock_ms <= last_ms][:most]

    def export(self, *, space_id: int) -> Iterable[dict[str, Any]]:
        return [{"text": line.text} for kept_in, line in self._lines.values() if kept_in == space_id]

    def export_of(self, *, user_id: int) -> Iterable[dict[str, Any]]:
        return [{"text": line.text} for _, line in self._lines.values() if line.speaker_id == user_id]

    def redact(self, *, line_id: int, user: User, reason: str) -> None:
        space_id, line = self._lines[line_id]
        self._originals[line_id] = line.text
        self._lines[line_id] = space_id, replace(line, text="")

    def restore(self, *, line_id: int) -> None:
        space_id, line = self._lines[line_id]
        self._lines[line_id] = space_id, replace(line, text=self._originals[line_id])
