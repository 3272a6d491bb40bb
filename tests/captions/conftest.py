"""What tests of captions share."""

from collections.abc import Callable

import msgspec
import pytest
from django.core.management import call_command

import captions.events
from accounts.models import User
from captions import services
from captions.models import Utterance
from captions.recognised import Word
from tests.signalling.fixtures import no_idle_connections, nothing_logged, sessions, sockets
from tests.spaces.fixtures import Told, audio_where_there_is_a_gateway, cheap_passwords, scene, told
from tests.spaces.scene import Scene

__all__ = [
    "audio_where_there_is_a_gateway",
    "cheap_passwords",
    "no_idle_connections",
    "nothing_logged",
    "scene",
    "sessions",
    "sockets",
    "told",
]

HELLO = [Word(" hello", 100, 400, 0.9), Word(" there", 450, 700, 0.5)]
SOUND = b"\0\1" * 16_000


@pytest.fixture(scope="session")
def speech_model() -> None:
    """The real default engine's model, fetched where `make test` has not done so."""
    call_command("install_speech_model")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The lines that the room was shown, in order."""
    lines: list[dict[str, object]] = []

    def publish(channel: str, *envelopes: object) -> None:
        frames = [msgspec.json.decode(envelope.frame) for envelope in envelopes]  # type: ignore[attr-defined]
        lines.extend(frame["line"] for frame in frames if frame["type"] == "caption")

    monkeypatch.setattr(captions.events, "publish", publish)
    return lines


Speak = Callable[..., Utterance]


@pytest.fixture
def speak(scene: Scene, said: list[dict[str, object]]) -> Speak:
    """`speak(user)`: a consenting person's utterance that waits for the engine; `ended=False`: is being spoken."""

    def begin(user: User, *, start_ms: int = 1000, ended: bool = True) -> Utterance:
        services.set_consent(public_id=scene.id, user=user, given=True)
        utterance = services.begin_utterance(space=scene.space, speaker_id=user.pk, start_ms=start_ms)
        if ended:
            services.end_utterance(utterance_id=utterance.pk, end_ms=start_ms + 1000, pcm=SOUND)
        utterance.refresh_from_db()
        return utterance

    return begin


def finish(utterance: Utterance) -> Utterance:
    """Claimed and completed, with `HELLO`."""
    claim = services.claim(utterance_id=utterance.pk)
    assert claim is not None
    assert services.complete(claim, words=HELLO, engine="test", engine_ms=5)
    utterance.refresh_from_db()
    return utterance


__all__ += ["Told"]
