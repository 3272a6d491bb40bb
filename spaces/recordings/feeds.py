"""What is in a person's podcast, as any stranger may hear it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.languages import html_name, speaking_to
from spaces.models import Podcast, Recording, Space, SpokenTurn
from spaces.recordings import podcast
from spaces.recordings.artwork import mark_of
from spaces.recordings.podcast import Episode, Live, Person, Show, Sound, Transcript
from spaces.selectors.replays import may_see
from spaces.states import SpaceState
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User

MOST: Final = 200
"""Episodes of a feed: the latest."""
CATEGORY: Final = "Society & Culture"
KIND: Final = "m4a"
_STATUS: Final = {SpaceState.LIVE: "live", SpaceState.SCHEDULED: "pending"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as text, and its last change."""

    text: str
    changed_at: datetime


def podcast_of(token: str) -> Podcast:
    """Return the podcast with this address, while it is on and its host may be heard. Raise `NotFound` otherwise."""
    known = Podcast.objects.select_related("user").filter(token=token, is_on=True, user__is_active=True)
    found = known.exclude(user__suspended_until__gt=timezone.now()).exclude(user__protected=True).first()
    if found is None:
        raise NotFound("not_found", _("There is no such podcast."))
    return found


def feed(token: str) -> Feed:
    """Return the feed. Raise `NotFound`."""
    found = podcast_of(token)
    # In the language of the host: who reads the feed is a program, and hands it on to everyone.
    with speaking_to(found.user):
        return Feed(podcast.write(_show(found), _episodes(found)), found.changed_at)


def _show(found: Podcast) -> Show:
    host = found.user
    return Show(
        guid=str(found.guid),
        title=_("{name}’s Spaces").format(name=host.name),
        description=host.bio or _("Conversations hosted by {name}.").format(name=host.name),
        url=_address(host.get_absolute_url()),
        feed_url=_address(found.get_absolute_url()),
        image_url=_address(reverse("podcast_art", args=[found.token, mark_of(host)])),
        language=html_name(get_language() or settings.LANGUAGE_CODE),
        category=CATEGORY,
        host=_person(host),
        changed_at=found.changed_at,
        explicit=found.is_explicit,
        live=_live(host),
    )


def _episodes(found: Podcast) -> list[Episode]:
    rows = Recording.objects.ready().filter(space__host=found.user, visible=True, in_podcast=True)
    made = rows.filter(export__made_version__gt=0).select_related("export", "space__host", "space__creator")
    public = [row for row in made.order_by("-space__ended_at", "-pk")[:MOST] if may_see(row, None)]
    people = _speakers([row.space_id for row in public])
    return [_episode(row, people.get(row.space_id, []), explicit=found.is_explicit) for row in public]


def _episode(recording: Recording, people: list[Person], *, explicit: bool) -> Episode:
    space, export = recording.space, recording.export
    where = {"public_id": space.public_id}
    names = ", ".join(person.name for person in people)
    captions = _address(reverse("replay_captions", kwargs=where | {"ending": "vtt"}))
    transcripts = [Transcript(captions, "text/vtt")] if space.captions_allowed else []
    sound = reverse("replay_file", kwargs=where | {"version": export.made_version, "kind": KIND})
    return Episode(
        guid=f"space-{space.public_id}",
        title=recording.display_title,
        description=_("With {names}.").format(names=names)
        if names
        else _("Hosted by {name}.").format(name=space.host.name),
        url=_address(space.get_absolute_url()),
        published_at=space.ended_at or recording.created_at,
        length_ms=export.duration_ms,
        sound=Sound(_address(sound), KIND, export.m4a_bytes),
        people=people,
        transcripts=transcripts,
        chapters_url=_address(reverse("replay_chapters", kwargs=where)),
        explicit=explicit,
    )


def _speakers(space_ids: list[int]) -> dict[int, list[Person]]:
    """Return who talks in each Space, first that who talks first. It takes two queries for any number of Spaces."""
    rows = SpokenTurn.objects.filter(space__in=space_ids).order_by("starts_ms", "id").values_list("space_id", "user_id")
    order: dict[int, dict[int, None]] = {}
    for space_id, user_id in rows:
        order.setdefault(space_id, {})[user_id] = None
    known = get_user_model().objects.filter(is_active=True).in_bulk({pk for ids in order.values() for pk in ids})
    people = {pk: _person(user) for pk, user in known.items()}
    return {space_id: [people[pk] for pk in ids if pk in people] for space_id, ids in order.items()}


def _person(user: "User") -> Person:
    return Person(user.name, _address(user.get_absolute_url()), _address(user.avatar.url) if user.avatar else "")


def _live(host: "User") -> Live | None:
    """Return the Space that is on, or else the next one that has a time."""
    open_to_all = Space.objects.filter(host=host, locked=False, accounts_only=False).select_related("creator")
    space = open_to_all.filter(state=SpaceState.LIVE).first()
    if space is None:
        scheduled = open_to_all.filter(state=SpaceState.SCHEDULED, scheduled_start__gt=timezone.now())
        space = scheduled.order_by("scheduled_start").first()
    start = None if space is None else space.started_at or space.scheduled_start
    if space is None or start is None:
        return None
    return Live(
        guid=f"live-{space.public_id}",
        title=space.display_title,
        url=_address(space.get_absolute_url()),
        status=_STATUS[SpaceState(space.state)],
        start=start,
        end=start + settings.SPACES_MAX_DURATION,
    )


def _address(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"
