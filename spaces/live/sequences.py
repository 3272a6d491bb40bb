"""The numbers of the last events of Spaces, read once a second for all sockets that ask."""

import asyncio
import time
from typing import Final

from spaces import selectors
from spaces_project.common.threads import in_thread

SECONDS: Final = 1.0


class Sequences:
    """The numbers that one process has read. Sockets that have not joined use it, too."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[float, asyncio.Future[tuple[int, int]]]] = {}
        """By public id: when the numbers were asked for, and the answer."""

    async def of(self, public_id: str) -> tuple[int, int]:
        """Return `(seq, queue_seq)`, at most a second old. Sockets that ask within that second share one query. Raise
        `NotFound`."""
        asked_at, answer = self._asked.get(public_id, (0.0, None))
        if answer is None or time.monotonic() - asked_at > SECONDS:
            answer = asyncio.ensure_future(in_thread(selectors.sequence, public_id=public_id))
            self._asked[public_id] = time.monotonic(), answer
        return await asyncio.shield(answer)

    def forget(self) -> None:
        """Forget answers that are too old to be used."""
        due = time.monotonic() - SECONDS
        self._asked = {key: asked for key, asked in self._asked.items() if asked[0] > due}
