"""Read the content of the page of a Space, for people who open its link."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaces import rules
from spaces.events import wire
from spaces.models import Reminder, Space
from spaces.rules import ANONYMOUS, Action, Sight
from spaces.selectors.sight import sight
from spaces.selectors.spaces import audience, get_shown_space, stage
from spaces.states import Role, SpaceState
from spaces_project.common.store import REDIS_AWAY

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

SPOKE = 50


@dataclass(frozen=True, slots=True)
class SpacePage:
    """The content of the page of one Space.

    `may_listen` looks only at whether the reader has an account. `shows_stage` says whether the reader may see the
    people who are, or were, on the stage. `stage` and `listening` (None while Redis is away) describe a live Space;
    `spoke` and `duration` an ended one, and `following` the next Space of a series that goes on. For a scheduled Space
    `name` is the title that the host typed, and `reminded` says whether the reader has set a reminder.
    """

    id: str
    title: str
    state: SpaceState
    host: wire.Person
    is_host: bool
    may_listen: bool
    shows_stage: bool
    stage: list[wire.StagePerson]
    listening: int | None
    spoke: list[wire.Person]
    scheduled_start: datetime | None
    repeats_weekly: bool
    following: Space | None
    started_at: datetime | None
    ended_at: datetime | None
    duration: timedelta | None
    end_message: str
    name: str
    speak_policy: str
    topics: list[str]
    recording_wanted: bool
    reminded: bool

    @property
    def address(self) -> str:
        """Return the link that people share."""
        return f"{settings.PUBLIC_ORIGIN}/i/spaces/{self.id}"

    @property
    def description(self) -> str:
        """Return a sentence or two for people who see the link on another site."""
        return _DESCRIPTIONS[self.state](self)

    @property
    def is_live(self) -> bool:
        return self.state == SpaceState.LIVE

    @property
    def is_over(self) -> bool:
        return self.state == SpaceState.ENDED


def space_page(*, public_id: str, user: "User | None") -> SpacePage:
    """Return the page as a user, or a visitor without an account, sees it. Raise `NotFound`."""
    space = get_shown_space(public_id)
    seen = sight(space=space, user_id=None if user is None else user.pk)
    shows_stage = seen >= Sight.STAGE
    return SpacePage(
        id=space.public_id,
        title=space.display_title,
        state=SpaceState(space.state),
        host=wire.person(space.host),
        is_host=user is not None and space.host_id == user.pk,
        may_listen=user is not None or rules.obstacle(Action.JOIN, space=space, actor=ANONYMOUS) is None,
        shows_stage=shows_stage,
        stage=stage(space) if space.is_live and shows_stage else [],
        listening=_listening(space),
        spoke=_spoke(space) if shows_stage and not space.is_live else [],
        scheduled_start=space.scheduled_start,
        repeats_weekly=space.is_to_repeat,
        following=_following(space),
        started_at=space.started_at,
        ended_at=space.ended_at,
        duration=space.clock(space.ended_at) if space.ended_at else None,
        end_message=space.get_end_reason_display(),
        name=space.title,
        speak_policy=space.speak_policy,
        topics=[topic.label for topic in space.topics.all()],
        recording_wanted=space.recording_wanted,
        reminded=user is not None and Reminder.objects.filter(space=space, user=user).exists(),
    )


def _following(space: Space) -> Space | None:
    """Return the next Space after one that is over."""
    if not space.series or space.state not in (SpaceState.ENDED, SpaceState.CANCELED):
        return None
    later = Space.objects.filter(series=space.series, series_number__gt=space.series_number)
    return later.filter(state=SpaceState.SCHEDULED).first()


def _listening(space: Space) -> int | None:
    try:
        return audience(space, faces=0).count
    except REDIS_AWAY as error:
        logger.warning("listeners not counted: %s", error)
        return None


def _spoke(space: Space) -> list[wire.Person]:
    """Return the people who spoke, hosts first as on the stage."""
    speakers = space.participants.filter(spoke=True, user__is_active=True).select_related("user").order_by("id")[:SPOKE]
    return [wire.person(p.user) for p in sorted(speakers, key=lambda p: p.role != Role.HOST)]


# --- In the words of a shared link ------------------------------------------------------------------------------------


def _live(page: SpacePage) -> str:
    others = [person.name for person in page.stage if person.id != page.host.id]
    if others:
        words = _("{host} is live with {others}.").format(host=page.host.name, others=_names(others))
    else:
        words = _("{host} is live.").format(host=page.host.name)
    if page.listening is None:
        return words
    count = ngettext("{number} listening.", "{number} listening.", page.listening).format(number=page.listening)
    return f"{words} {count}"


def _scheduled(page: SpacePage) -> str:
    if page.scheduled_start is None:
        return _("{host} plans a Space.").format(host=page.host.name)
    at = date_format(page.scheduled_start, "DATETIME_FORMAT")
    return _("{host} will be live on {at} UTC.").format(host=page.host.name, at=at)


def _over(page: SpacePage) -> str:
    words = _("A Space by {host}.").format(host=page.host.name)
    spoke = [person.name for person in page.spoke]
    return f"{words} {page.end_message}" + (" " + _("{names} spoke.").format(names=_names(spoke)) if spoke else "")


def _names(names: list[str]) -> str:
    """Return `Ada`, `Ada and Grace` or `Ada, Grace and 3 more`."""
    shown, rest = names[:2], len(names) - 2
    if rest > 0:
        words = ngettext("{names} and {number} more", "{names} and {number} more", rest)
        return words.format(names=", ".join(shown), number=rest)
    if len(shown) > 1:
        return _("{one} and {other}").format(one=shown[0], other=shown[1])
    return "".join(shown)


_DESCRIPTIONS: dict[SpaceState, Callable[[SpacePage], str]] = {
    SpaceState.LIVE: _live,
    SpaceState.SCHEDULED: _scheduled,
    SpaceState.ENDED: _over,
    SpaceState.CANCELED: _over,
}
