"""The content of the page of one Space. A read for people who open its link."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from spaces import rules, selectors, wire
from spaces.models import Reminder, Space
from spaces.rules import ANONYMOUS, Action, Sight
from spaces.sight import sight
from spaces.states import Role, SpaceState
from spaces_project.common.store import AWAY

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

SPOKE = 50


@dataclass(frozen=True, slots=True)
class SpacePage:
    """The content of the page of one Space.

    `may_listen` looks only at whether the reader has an account. `shows_stage` says whether the reader may see the
    people who are, or were, on the stage. `stage` and `listening` (None while Redis is away) describe a live Space;
    `spoke` and `duration` an ended one. For a scheduled Space `name` is the title that the host typed, and `reminded`
    says whether the reader has set a reminder.
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
    def host_image(self) -> str | None:
        return f"{settings.PUBLIC_ORIGIN}{self.host.avatar}" if self.host.avatar else None

    @property
    def description(self) -> str:
        """Return a sentence or two for people who see the link on another site."""
        return _DESCRIPTIONS[self.state](self)

    @property
    def is_live(self) -> bool:
        return self.state == SpaceState.LIVE


def space_page(*, public_id: str, user: "User | None") -> SpacePage:
    """Return the page as a user, or a visitor without an account, sees it. Raise `NotFound`."""
    space = selectors.get_space(public_id)
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
        stage=selectors.stage(space) if space.is_live and shows_stage else [],
        listening=_listening(space),
        spoke=_spoke(space) if shows_stage and not space.is_live else [],
        scheduled_start=space.scheduled_start,
        started_at=space.started_at,
        ended_at=space.ended_at,
        duration=space.clock(space.ended_at) if space.ended_at else None,
        end_message=space.get_end_reason_display(),
        name=space.title,
        speak_policy=space.speak_policy,
        topics=[topic.name for topic in space.topics.all()],
        recording_wanted=space.recording_wanted,
        reminded=user is not None and Reminder.objects.filter(space=space, user=user).exists(),
    )


def _listening(space: Space) -> int | None:
    try:
        return selectors.audience(space, faces=0).count
    except AWAY as error:
        logger.warning("listeners not counted: %s", error)
        return None


def _spoke(space: Space) -> list[wire.Person]:
    """Return the people who spoke, hosts first as on the stage."""
    speakers = space.participants.filter(spoke=True).select_related("user").order_by("id")[:SPOKE]
    return [wire.person(p.user) for p in sorted(speakers, key=lambda p: p.role != Role.HOST)]


# --- In the words of a shared link ------------------------------------------------------------------------------------


def _live(page: SpacePage) -> str:
    others = [person.name for person in page.stage if person.id != page.host.id]
    company = f" with {_names(others)}" if others else ""
    count = "" if page.listening is None else f" {page.listening} listening."
    return f"{page.host.name} is live{company}.{count}"


def _scheduled(page: SpacePage) -> str:
    if page.scheduled_start is None:
        return f"{page.host.name} plans a Space."
    return f"{page.host.name} will be live on {page.scheduled_start:%-d %B %Y, %H:%M} UTC."


def _over(page: SpacePage) -> str:
    spoke = [person.name for person in page.spoke]
    return f"A Space by {page.host.name}. {page.end_message}" + (f" {_names(spoke)} spoke." if spoke else "")


def _names(names: list[str]) -> str:
    """Return `Ada`, `Ada and Grace` or `Ada, Grace and 3 more`."""
    shown, rest = names[:2], len(names) - 2
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(shown)


_DESCRIPTIONS: dict[SpaceState, Callable[[SpacePage], str]] = {
    SpaceState.LIVE: _live,
    SpaceState.SCHEDULED: _scheduled,
    SpaceState.ENDED: _over,
    SpaceState.CANCELED: _over,
}
