"""The rival of `benchmarks.api`: ModelSerializers on prefetched rows and Django REST framework's own renderer."""

from typing import Any

from django.db.models import Count
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import BearerAuthentication
from accounts.models import User
from spaces.models import Space, Topic


class PlainUser(serializers.ModelSerializer[User]):
    id = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField(source="date_joined")
    description = serializers.CharField(source="bio")
    profile_image_url = serializers.SerializerMethodField()
    public_metrics = serializers.SerializerMethodField()
    verified = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id", "name", "username", "created_at", "description", "profile_image_url", "protected", "public_metrics",
            "verified",
        ]  # fmt: skip

    def get_profile_image_url(self, user: User) -> str | None:
        return user.avatar.url if user.avatar else None

    def get_public_metrics(self, user: User) -> dict[str, int]:
        posts = getattr(user, "posts_written", 0)
        return {"followers_count": user.followers_count, "following_count": user.following_count, "tweet_count": posts}

    def get_verified(self, user: User) -> bool:
        return False


class PlainTopic(serializers.ModelSerializer[Topic]):
    class Meta:
        model = Topic
        fields = ["id", "name"]


class PlainSpace(serializers.ModelSerializer[Space]):
    id = serializers.CharField(source="public_id")
    creator_id = serializers.CharField()
    host_ids = serializers.SerializerMethodField()
    speaker_ids = serializers.SerializerMethodField()
    invited_user_ids = serializers.SerializerMethodField()
    topic_ids = serializers.SerializerMethodField()
    is_ticketed = serializers.SerializerMethodField()
    lang = serializers.SerializerMethodField()
    participant_count = serializers.SerializerMethodField()
    subscriber_count = serializers.SerializerMethodField()

    class Meta:
        model = Space
        fields = [
            "id", "state", "created_at", "creator_id", "ended_at", "host_ids", "invited_user_ids", "is_ticketed",
            "lang", "participant_count", "scheduled_start", "speaker_ids", "started_at", "subscriber_count", "title",
            "topic_ids", "updated_at",
        ]  # fmt: skip

    def get_host_ids(self, space: Space) -> list[str]:
        return [str(place.user_id) for place in space.participants.all() if place.role in ("host", "cohost")]

    def get_speaker_ids(self, space: Space) -> list[str]:
        return [str(place.user_id) for place in space.participants.all() if place.spoke]

    def get_invited_user_ids(self, space: Space) -> list[str]:
        return [str(invitation.invitee_id) for invitation in space.invitations.all()]

    def get_topic_ids(self, space: Space) -> list[str]:
        return [str(topic.pk) for topic in space.topics.all()]

    def get_is_ticketed(self, space: Space) -> bool:
        return False

    def get_lang(self, space: Space) -> str:
        return "und"

    def get_participant_count(self, space: Space) -> int:
        return len(space.participants.all())

    def get_subscriber_count(self, space: Space) -> int:
        return len(space.reminders.all())


class PlainSpaces(APIView):
    authentication_classes = [BearerAuthentication]
    renderer_classes = [JSONRenderer]

    def get(self, request: Request) -> Response:
        spaces = (
            Space.objects.filter(public_id__in=request.query_params["ids"].split(","))
            .select_related("creator")
            .prefetch_related("participants__user", "invitations__invitee", "reminders", "topics")
        )
        return Response({"data": PlainSpace(spaces, many=True).data, "includes": self._includes(spaces)})

    def _includes(self, spaces: Any) -> dict[str, Any]:
        ids = {place.user_id for space in spaces for place in space.participants.all()}
        ids |= {invitation.invitee_id for space in spaces for invitation in space.invitations.all()}
        users = User.objects.filter(pk__in=ids).annotate(posts_written=Count("posts"))
        topics = list({topic for space in spaces for topic in space.topics.all()})
        return {"users": PlainUser(users, many=True).data, "topics": PlainTopic(topics, many=True).data}
