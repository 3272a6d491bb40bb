"""A person without a page: one socket of our protocol, for what needs no sound."""

import http.cookiejar
import itertools
import json
import re
import time
import urllib.parse
import urllib.request
from collections import deque
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.browser import PASSWORD

Message = dict[str, Any]


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(error)
        self.code: str = error["code"]


class Closed(Exception):
    """The server closed the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """A context manager. Waits raise TimeoutError; a socket that is closed meanwhile raises Closed."""

    def __init__(self, url: str, cookie: str, public_id: str) -> None:
        address = f"{url.replace('http', 'ws', 1)}/ws/spaces/{public_id}"
        self._opening = connect(
            address,
            origin=Origin(url),
            additional_headers={"Cookie": cookie},
            proxy=None,
            compression=None,
            close_timeout=1,
        )
        self._ids = itertools.count(1)
        self._replies: dict[int, Message] = {}
        self.events: deque[Message] = deque(maxlen=1000)

    def __enter__(self) -> Self:
        self._socket = self._opening.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def ask(self, command: str, *, within: float = 20.0, **fields: object) -> Message:
        """The reply's data. Raises Refused."""
        return self.reply(self.post(command, **fields), within=within)

    def refusal(self, command: str, **fields: Any) -> str:
        """The code of the error that the server answers with; `done` where it does not."""
        try:
            self.ask(command, **fields)
        except Refused as refused:
            return refused.code
        return "done"

    def post(self, command: str, **fields: object) -> int:
        """Sends it and does not wait. Returns the number that `reply` takes."""
        number = next(self._ids)
        try:
            self._socket.send(json.dumps({"type": command, "id": number, **fields}))
        except ConnectionClosed as closed:
            raise _closed(closed) from closed
        return number

    def reply(self, number: int, *, within: float) -> Message:
        deadline = time.monotonic() + within
        while number not in self._replies:
            self._receive(deadline)
        message = self._replies.pop(number)
        if "error" in message:
            raise Refused(message["error"])
        data: Message = message["data"]
        return data

    def wait_for(self, kind: str, *, within: float) -> Message:
        """The first event of this type that was not waited for yet; what came before it is put away."""
        deadline = time.monotonic() + within
        while True:
            while self.events:
                if (event := self.events.popleft())["type"] == kind:
                    return event
            self._receive(deadline)

    def listen(self, *, seconds: float) -> list[Message]:
        """Every event that came until now or comes within these seconds."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._receive(deadline)
        except TimeoutError:
            heard, self.events = list(self.events), deque(maxlen=1000)
            return heard

    def _receive(self, deadline: float) -> None:
        try:
            text = self._socket.recv(timeout=max(0, deadline - time.monotonic()))
        except ConnectionClosed as closed:
            raise _closed(closed) from closed
        message: Message = json.loads(text)
        if "re" in message:
            self._replies[message["re"]] = message
        else:
            self.events.append(message)


def log_in(url: str, username: str) -> str:
    """A `Cookie` header for this person, got by the log-in form."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({}))
    address = f"{url}/accounts/login/"
    with opener.open(address, timeout=20) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": username, "password": PASSWORD}
    request = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), headers={"Origin": url})
    with opener.open(request, timeout=20):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar if cookie.name == "session")


def _closed(closed: ConnectionClosed) -> Closed:
    return Closed(closed.rcvd.code if closed.rcvd else 1006)
