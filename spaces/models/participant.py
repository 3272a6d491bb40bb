from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from spaces.models.space import Space
from spaces.states import MANAGER_ROLES, MIC_ROLES, Role


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """A query of participants."""

    def of(self, user_id: int) -> "Participant | None":
        """Return the participant of a user, or None. Use it on the participants of one Space. The user is loaded too,
        because rules look at it."""
        return self.select_related("user").filter(user=user_id).first()

    def active(self) -> "ParticipantQuerySet":
        """Return the participants who are in the Space now."""
        return self.filter(left_at__isnull=True)

    def with_mic(self) -> "ParticipantQuerySet":
        """Return the participants who are in the Space now and hold a microphone."""
        return self.active().filter(role__in=MIC_ROLES)

    def managers(self) -> "ParticipantQuerySet":
        """Return the host and the co-hosts who are in the Space now."""
        return self.active().filter(role__in=MANAGER_ROLES)

    def put_out(self, now: datetime) -> None:
        """Take those of them who are in the Space out of it at the time `now`: silent, and without a connection. Roles
        stay. Use it on Spaces that are over: seats and requests are not given back."""
        self.active().update(left_at=now, muted=True, connection="", mixer_id="", broadcast="", lane=None)


class Participant(models.Model):
    """One user in one Space. The row stays after the user leaves. Only services change it."""

    lost_seat = False
    """Not stored. True on the participant that `join_space` returns, if the user was away for so long that the seat was
    given back."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations")
    role = models.CharField(max_length=10, choices=Role, default=Role.LISTENER)
    muted = models.BooleanField(default=True)
    spoke = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    absent_since = models.DateTimeField(null=True, blank=True)
    """The time at which a pass of `expire` first missed a speaker. Empty while the speaker is here."""
    connection = models.CharField(max_length=30, blank=True)
    """The socket or program that has the user's audio: the newest of them."""
    mixer_id = models.CharField(max_length=60, blank=True)
    """The name of the microphone in the mixer. Each audio connection gets a new one, because an old connection may
    linger in the mixer as a ghost."""
    lane = models.PositiveSmallIntegerField(null=True, blank=True)
    """The lane of the room that carries this voice alone. Empty: no lane, and the voice reaches nothing but the mix."""

    broadcast = models.CharField(max_length=30, blank=True)
    """The name of the stream of broadcasting software that brings the user's voice. Empty: a page or a program does, by
    its socket."""
    agreed_round = models.PositiveSmallIntegerField(default=0)
    """The latest start of the recording that the user agreed to. `RecordingConsent` has all of them."""

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "user"], name="participant_once"),
            models.CheckConstraint(
                name="participant_removed_is_out", condition=Q(removed_at__isnull=True) | Q(left_at__isnull=False)
            ),
            models.CheckConstraint(name="participant_listener_is_muted", condition=~Q(role="listener") | Q(muted=True)),
            models.CheckConstraint(name="participant_lane_needs_mic", condition=~Q(role="listener") | Q(lane=None)),
            models.CheckConstraint(
                name="participant_broadcast_needs_mic", condition=~Q(role="listener") | Q(broadcast="")
            ),
            models.UniqueConstraint(fields=["space", "lane"], name="participant_one_per_lane"),
            models.UniqueConstraint(fields=["space"], condition=Q(role="host"), name="participant_one_host"),
        ]
        indexes = [
            models.Index(fields=["space", "role", "id"], condition=Q(left_at__isnull=True), name="participant_active"),
            models.Index(fields=["user", "space"], condition=Q(left_at__isnull=True), name="participant_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.space_id} ({self.role})"

    @property
    def is_active(self) -> bool:
        return self.left_at is None

    @property
    def has_mic(self) -> bool:
        return self.is_active and self.role in MIC_ROLES
