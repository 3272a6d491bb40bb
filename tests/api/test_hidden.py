"""A thing that is hidden from a user is answered, to the letter, like one that does not exist."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from accounts.models import Block, User
from accounts.services import create_webhook
from tests.api.conftest import Program
from tests.factories import PostFactory, UserFactory
from tests.spaces.scene import Scene
from timeline.services import post_fleet

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

MISSING = 999_999_999


@dataclass(frozen=True)
class Hidden:
    """The things of users who blocked the asker, of a protected author, and of a user who keeps them private."""

    asker: User
    blocked: dict[str, int]
    protected: dict[str, int]
    others: dict[str, int]
    space: str


@pytest.fixture
def hidden(scene: Scene) -> Hidden:
    asker, shy, somebody = scene.listener, UserFactory.create(protected=True), UserFactory.create()
    blocker = UserFactory.create()
    Block.objects.create(blocker=blocker, blocked=asker)
    hook = create_webhook(owner=somebody, url="https://example.com/", events=["space.started"])
    return Hidden(
        asker,
        blocked={"post": PostFactory.create(author=blocker).pk, "fleet": post_fleet(author=blocker, text="x").pk},
        protected={"post": PostFactory.create(author=shy).pk},
        others={"webhook": hook.pk, "fleet": post_fleet(author=somebody, text="x").pk},
        space=scene.id,
    )


CALLS: list[tuple[str, str, str, str, dict[str, Any] | None]] = [
    ("blocked", "post", "get", "/2/tweets/{id}?expansions=author_id", None),
    ("blocked", "post", "delete", "/2/tweets/{id}", None),
    ("blocked", "post", "post", "/2/tweets", {"text": "x", "reply": {"in_reply_to_tweet_id": "{id}"}}),
    ("blocked", "post", "post", "/2/tweets", {"text": "x", "quote_tweet_id": "{id}"}),
    ("blocked", "post", "post", "/2/users/{asker}/bookmarks", {"tweet_id": "{id}"}),
    ("blocked", "post", "delete", "/2/users/{asker}/bookmarks/{id}", None),
    ("blocked", "post", "post", "/api/v1/spaces/{space}/pins", {"post_id": "{id}"}),
    ("blocked", "fleet", "put", "/api/v1/fleets/{id}/seen", None),
    ("blocked", "fleet", "get", "/api/v1/fleets/{id}/viewers", None),
    ("blocked", "fleet", "delete", "/api/v1/fleets/{id}", None),
    ("protected", "post", "get", "/2/tweets/{id}", None),
    ("protected", "post", "delete", "/2/tweets/{id}", None),
    ("protected", "post", "post", "/2/tweets", {"text": "x", "reply": {"in_reply_to_tweet_id": "{id}"}}),
    ("protected", "post", "post", "/2/tweets", {"text": "x", "quote_tweet_id": "{id}"}),
    ("protected", "post", "post", "/2/users/{asker}/bookmarks", {"tweet_id": "{id}"}),
    ("protected", "post", "post", "/api/v1/spaces/{space}/pins", {"post_id": "{id}"}),
    ("others", "webhook", "delete", "/api/v1/webhooks/{id}", None),
    ("others", "fleet", "get", "/api/v1/fleets/{id}/viewers", None),
    ("others", "fleet", "delete", "/api/v1/fleets/{id}", None),
]


@pytest.mark.fault("D13")
@pytest.mark.parametrize(("whose", "thing", "method", "address", "body"), CALLS)
@pytest.mark.asvs("8.2.2")
def test_it_is_as_if_it_were_not_there(
    hidden: Hidden, program: Program, whose: str, thing: str, method: str, address: str, body: dict[str, Any] | None
) -> None:
    client, there = program(hidden.asker), getattr(hidden, whose)[thing]

    def answer(pk: int) -> tuple[int, str]:
        def filled(text: str) -> str:
            known = {"{id}": str(pk), "{space}": hidden.space, "{asker}": str(hidden.asker.pk)}
            return re.sub(r"\{\w+\}", lambda found: known[found[0]], text)

        sent = filled(msgspec.json.encode(body).decode()) if body else ""
        found = client.generic(method.upper(), filled(address), sent, content_type="application/json")
        return found.status_code, re.sub(rf"\b{pk}\b(?!/)", "ID", found.content.decode())

    assert answer(there) == answer(MISSING)
