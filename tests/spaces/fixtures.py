"""Fixtures of everything about Spaces; each conftest.py names those it shares."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from spaces import events
from spaces.doors import receivers
from spaces.events import Envelope, signals
from spaces.moderation import evidence
from tests.spaces.captions import Captions
from tests.spaces.scene import Scene

SIGNALS = (signals.stage_changed, signals.space_started, signals.space_over)


@pytest.fixture(autouse=True)
def audio_where_there_is_a_gateway(request: pytest.FixtureRequest) -> Iterator[None]:
    """The audio follows every change on threads of its own; without a gateway it would only wait for one."""
    if not {"gateway", "two"}.isdisjoint(request.fixturenames):
        yield
        return
    for signal in SIGNALS:
        signal.disconnect(receivers.follow)
    yield
    for signal in SIGNALS:
        signal.connect(receivers.follow)


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


class News(list[Envelope]):
    """What a verb published, in order."""

    def frames(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(envelope.frame) for envelope in self if envelope.frame is not None]

    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames()]

    def only(self, kind: str) -> dict[str, Any]:
        [frame] = [frame for frame in self.frames() if frame["type"] == kind]
        return frame

    def heard_by(self, kind: str) -> tuple[int, ...] | None:
        """Return the ids of the users to whom the only event of this type goes; None means everyone."""
        [to] = [envelope.to for envelope in self if f'"type":"{kind}"' in (envelope.frame or "")]
        return to

    def signals(self) -> list[events.Signal]:
        return [envelope.signal for envelope in self if envelope.signal is not None]


Told = Callable[..., News]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Told:
    """`told(verb, **arguments)` commits the verb and gives what it published."""
    news = News()
    monkeypatch.setattr(events, "publish", lambda channel, *envelopes: news.extend(envelopes))

    def run(verb: Callable[..., object], **arguments: object) -> News:
        news.clear()
        with django_capture_on_commit_callbacks(execute=True):
            verb(**arguments)
        return News(news)

    return run


@pytest.fixture
def captions() -> Iterator[Captions]:
    """Register captions where reports look for evidence."""
    kept = Captions()
    evidence.register(kept)
    yield kept
    evidence.forget(kept)
