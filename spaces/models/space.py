from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from spaces.models.tokens import PUBLIC_ID_LENGTH, new_public_id, new_token
from spaces.models.weekly import local_moment
from spaces.states import EndReason, SpaceState, SpeakPolicy

TITLE_LENGTH = 70
SERVED, CAPTURED = "served", "capture"
"""The directories of `AUDIENCE_DIR`: what the server in front may send, and what it may not."""


class Space(models.Model):
    """One live audio room. Only services change it."""

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="created_spaces")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hosted_spaces")
    """The user whose participant has the role of host: the creator, until the Space is handed over."""
    acting_host = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    """The co-host in charge while the host is lost."""
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    state = models.CharField(max_length=10, choices=SpaceState, default=SpaceState.SCHEDULED)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    scheduled_start = models.DateTimeField(null=True, blank=True)
    starts_when_joined = models.BooleanField(default=False)
    """The Space has no start time: it goes live when its host joins. A program uses this to make a Space before it
    connects itself."""
    repeats_weekly = models.BooleanField(default=False)
    """When this Space is over, one like it is scheduled a week later by the host's clock."""
    series = models.CharField(max_length=PUBLIC_ID_LENGTH, blank=True, editable=False)
    """The `public_id` of the first of the Spaces that follow each other. Empty for a Space that never repeated."""
    series_number = models.PositiveIntegerField(default=0, editable=False)
    """Which of them this is, from 1."""
    time_zone = models.CharField(max_length=50, blank=True)
    local_day = models.DateField(null=True, blank=True)
    local_time = models.TimeField(null=True, blank=True)
    """What the host's clock was meant to show at the start. `scheduled_start` differs from it where that hour does not
    exist; the next one counts from here, so that one spring does not move all later ones."""
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)
    host_lost_at = models.DateTimeField(null=True, blank=True)
    """The host's last sign of life, while the host is lost. Empty otherwise."""
    locked = models.BooleanField(default=False)
    """A locked Space lets in only invited users and users who were in it before."""
    accounts_only = models.BooleanField(default=False)
    """Listeners need an account. Without this a user who was removed or blocked could log out and listen on."""

    speak_policy = models.CharField(max_length=10, choices=SpeakPolicy, default=SpeakPolicy.EVERYONE)
    comments_allowed = models.BooleanField(default=True)
    """Participants may write comments beside the captions."""
    captions_allowed = models.BooleanField(default=True)
    recording_wanted = models.BooleanField(default=False)
    """The host wants the Space to be recorded from its start."""
    is_recorded = models.BooleanField(default=False)
    """The Space is being recorded now: only participants who have agreed may hold a microphone."""
    recording_round = models.PositiveSmallIntegerField(default=0)
    """How often the recording was started. Each start asks everyone with a microphone again."""
    topics = models.ManyToManyField("spaces.Topic", blank=True, related_name="spaces")

    seats_taken = models.PositiveSmallIntegerField(default=0)
    """The number of speakers; host and co-hosts take no seat. A seat is taken and given back by compare-and-swap."""
    joins = models.PositiveBigIntegerField(default=0)
    """How many people came, as of the last pass of `expire`."""
    event_seq = models.PositiveBigIntegerField(default=0)
    """The number of the last event that was sent to everyone in the Space."""
    queue_seq = models.PositiveBigIntegerField(default=0)
    """The number of the last change of the request queue, which only managers follow."""

    pins_version = models.PositiveIntegerField(default=0)
    """Grows with every change of the pins of this Space; 0 if nothing was ever pinned. Another app keeps the pins."""

    gateway = models.CharField(max_length=40, blank=True, default="")
    """The name of the gateway that carries the sound. It is chosen at the start; empty before."""
    room = models.CharField(max_length=30, default=new_token, editable=False)
    """The name of the mixer room and of its mountpoint on the gateway. It is no secret: both ask for credentials."""

    audience_path = models.CharField(max_length=30, blank=True, editable=False)
    """The directory with the sound for listeners over HTTP: a random name, and all that is asked of them. Empty until
    there is such a listener, and after the end. It changes when a user has to leave."""

    class Meta:
        indexes = [
            models.Index(fields=["state", "-started_at"]),
            models.Index(fields=["creator", "-created_at"]),
            models.Index(fields=["scheduled_start"], condition=Q(state="scheduled"), name="spaces_due"),
        ]
        constraints = [
            models.CheckConstraint(
                name="spaces_started_when_live", condition=~Q(state="live") | Q(started_at__isnull=False)
            ),
            models.CheckConstraint(name="spaces_ended_with_reason", condition=~Q(state="ended") | ~Q(end_reason="")),
            models.UniqueConstraint(fields=["host"], condition=Q(state="live"), name="spaces_live_once_per_host"),
            models.UniqueConstraint(
                fields=["series", "series_number"], condition=~Q(series=""), name="spaces_once_in_series"
            ),
            models.CheckConstraint(
                name="spaces_repeat_by_a_clock",
                condition=Q(repeats_weekly=False)
                | (~Q(series="") & ~Q(time_zone="") & Q(local_day__isnull=False) & Q(local_time__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.display_title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.host_id = self.host_id or self.creator_id
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/i/spaces/{self.public_id}"

    @property
    def display_title(self) -> str:
        """Return the title, or one made of the creator's name."""
        return self.title or _("{name}’s Space").format(name=self.creator.name)

    @property
    def audience_home(self) -> Path:
        """Return the directory that is served under `audience_path`."""
        return Path(settings.AUDIENCE_DIR) / SERVED / self.audience_path

    @property
    def audience_capture(self) -> Path:
        """Return the directory into which the gateway writes for listeners over HTTP, while nothing is recorded."""
        return Path(settings.AUDIENCE_DIR) / CAPTURED / self.room

    @property
    def is_live(self) -> bool:
        return self.state == SpaceState.LIVE

    @property
    def is_to_repeat(self) -> bool:
        """Whether others like it follow, as far as is planned."""
        return self.repeats_weekly and self.state in (SpaceState.SCHEDULED, SpaceState.LIVE)

    @property
    def calendar_id(self) -> str:
        """Return the name of this Space in calendars: the one under which its series announced it beforehand."""
        return self.calendar_id_after(0)

    def calendar_id_after(self, weeks: int) -> str:
        """Return the name in calendars of the Space that follows after so many weeks."""
        number = self.series_number + weeks
        return f"{self.series}-{number}" if number > 1 else self.public_id

    def start_after(self, weeks: int) -> datetime:
        """Return when the Space that follows after so many weeks starts. For a Space that repeats."""
        assert self.local_day is not None
        assert self.local_time is not None
        return local_moment(self.local_day + timedelta(weeks=weeks), self.local_time, self.time_zone)

    def clock(self, at: datetime) -> timedelta:
        """Return the time since the start, the one clock of log, captions and replay. Zero before the start."""
        return max(at - self.started_at, timedelta()) if self.started_at else timedelta()

    def clock_ms(self, at: datetime) -> int:
        """Return the same in whole milliseconds, as rows store it."""
        return self.clock(at) // timedelta(milliseconds=1)

    @classmethod
    def take_seat(cls, *, space_id: int, limit: int) -> bool:
        """Take a seat by compare-and-swap. Return False if all `limit` seats are taken."""
        free = cls.objects.filter(pk=space_id, seats_taken__lt=limit)
        return free.update(seats_taken=F("seats_taken") + 1) == 1

    @classmethod
    def give_seat_back(cls, *, space_id: int) -> None:
        """Give a seat back by compare-and-swap. The number never falls below zero."""
        cls.objects.filter(pk=space_id, seats_taken__gt=0).update(seats_taken=F("seats_taken") - 1)
