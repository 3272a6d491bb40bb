"""Objects for tests. `UserFactory.create()` is a user without followers; with `followers_count=600` they may host.

`UserFactory()` makes the same, but only `create` tells mypy what it returns.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import User
from spaces.models import Participant, Space
from spaces.states import EndReason, Role, SpaceState
from timeline.models import Post


class UserFactory(DjangoModelFactory[User]):
    """Log in with `client.force_login(user)`; where a real password is needed it is set with `user.set_password`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person{n}")
    email = LazyAttribute(lambda user: f"{user.username}@example.test")


class SpaceFactory(DjangoModelFactory[Space]):
    """A live Space with its host, who may host, and no other people in it."""

    class Meta:
        model = Space
        skip_postgeneration_save = True

    creator = SubFactory(UserFactory, followers_count=600)
    title = Sequence(lambda n: f"Space {n}")
    state = SpaceState.LIVE
    gateway = LazyAttribute(lambda space: settings.GATEWAY_NAME if space.state == SpaceState.LIVE else "")
    started_at = LazyAttribute(lambda space: timezone.now() if space.state == SpaceState.LIVE else None)
    end_reason = LazyAttribute(lambda space: EndReason.HOST_ENDED if space.state == SpaceState.ENDED else "")

    @classmethod
    def _create(cls, model_class: type[Space], *args: Any, **kwargs: Any) -> Space:
        # factory_boy annotates `create` only.
        space: Space = super()._create(model_class, *args, **kwargs)  # type: ignore[no-untyped-call]
        ParticipantFactory.create(space=space, user=space.creator, role=Role.HOST)
        return space


class ParticipantFactory(DjangoModelFactory[Participant]):
    """A person in a Space, with the microphone off; a speaker has a seat."""

    class Meta:
        model = Participant
        skip_postgeneration_save = True

    space = SubFactory(SpaceFactory)
    user = SubFactory(UserFactory)
    role = Role.LISTENER

    @classmethod
    def _create(cls, model_class: type[Participant], *args: Any, **kwargs: Any) -> Participant:
        # factory_boy annotates `create` only.
        participant: Participant = super()._create(model_class, *args, **kwargs)  # type: ignore[no-untyped-call]
        if participant.role == Role.SPEAKER and participant.is_active:
            assert Space.take_seat(space_id=participant.space_id, limit=10)
        return participant


class PostFactory(DjangoModelFactory[Post]):
    """A post without answers; counters are what is given here."""

    class Meta:
        model = Post
        skip_postgeneration_save = True

    author = SubFactory(UserFactory)
    text = Sequence(lambda n: f"Post {n}")
    is_reply = LazyAttribute(lambda post: post.reply_to is not None)
    is_quote = LazyAttribute(lambda post: post.quote_of is not None)
    reply_to = None
    quote_of = None
