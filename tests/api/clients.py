"""The product over real HTTP, for clients of X's that only have their host changed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services import create_personal_token
from spaces.models import Invitation, Participant, Reminder, Topic
from spaces.states import SpaceState
from spaces_project.common.api.scopes import SCOPES
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene
from timeline.links import space_address
from timeline.models import PinnedPost

SPACE_FIELDS = [
    "created_at", "creator_id", "ended_at", "host_ids", "id", "invited_user_ids", "is_ticketed", "lang",
    "participant_count", "scheduled_start", "speaker_ids", "started_at", "state", "subscriber_count", "title",
    "topic_ids", "updated_at",
]  # fmt: skip
SPACE_EXPANSIONS = ["creator_id", "host_ids", "speaker_ids", "invited_user_ids", "topic_ids"]
USER_FIELDS = [
    "created_at", "description", "entities", "id", "location", "name", "pinned_tweet_id", "profile_image_url",
    "protected", "public_metrics", "url", "username", "verified", "withheld",
]  # fmt: skip
POST_FIELDS = [
    "author_id", "conversation_id", "created_at", "id", "in_reply_to_user_id", "lang", "public_metrics",
    "referenced_tweets", "text",
]  # fmt: skip


@dataclass(frozen=True)
class House:
    """A live Space of ada's about a topic, a scheduled one, and a conversation; the token is ada's."""

    url: str
    token: str
    ada: User
    bob: User
    live: str
    scheduled: str
    post: int


@pytest.fixture
def house(live_server: LiveServer, redis_server: object) -> Iterator[House]:
    scene = Scene()
    ada, bob = scene.host, scene.listener
    scene.space.topics.add(Topic.objects.get_or_create(name="Knots")[0])
    Participant.objects.filter(space=scene.space).update(spoke=True)
    Invitation.objects.create(space=scene.space, inviter=ada, invitee=bob)
    scheduled = SpaceFactory.create(creator=ada, state=SpaceState.SCHEDULED, scheduled_start="2030-01-01T00:00:00Z")
    Reminder.objects.create(space=scheduled, user=bob)
    post = PostFactory.create(author=ada, text=f"Come {space_address(scene.id)}", space=scene.space)
    PostFactory.create(author=UserFactory.create(), reply_to=post)
    PinnedPost.objects.create(space=scene.space, post=post, pinned_by=ada)
    key = create_personal_token(user=ada, name="t", scopes=[scope.value for scope in SCOPES]).key
    with override_settings(PUBLIC_ORIGIN=live_server.url):
        yield House(live_server.url, key, ada, bob, scene.id, scheduled.public_id, post.pk)
