"""The people in a Space, page by page, and where one of them is."""

from typing import TYPE_CHECKING

import msgspec
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from spaces import rules
from spaces.events import wire
from spaces.models import BroadcastKey, Invitation, Participant, Space, SpeakRequest
from spaces.rules import Action
from spaces.selectors.spaces import AUDIENCE_FACES, PEOPLE_PAGE, get_shown_space
from spaces.states import MIC_ROLES, RequestState, Role
from spaces_project.common.errors import BadInput
from spaces_project.common.ids import parse_id

if TYPE_CHECKING:
    from accounts.models import User


class PeopleEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    username: str
    name: str
    role: str
    muted: bool
    requested: bool
    avatar: str | None = None


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    people: list[PeopleEntry]
    next: str | None
    counts: dict[str, int]
    offered: list[wire.Person]
    """The people who were offered the place of a co-host and have not accepted it; the latest of them."""


def waits_for_mic(*, public_id: str, user: "User") -> bool:
    """Return whether the user holds or held a microphone in this Space, asked for one, or was offered one."""
    own = Participant.objects.filter(space__public_id=public_id, user=user)
    holds = own.filter(Q(spoke=True) | Q(role__in=MIC_ROLES))
    asked = SpeakRequest.objects.filter(space__public_id=public_id, user=user, state=RequestState.PENDING)
    offered = Invitation.objects.filter(space__public_id=public_id, invitee=user, to_speak=True)
    return any(found.exists() for found in (holds, asked, offered))


def people(
    *, public_id: str, user: "User", role: str | None = None, query: str = "", cursor: str | None = None
) -> PeoplePage:
    """Return one page of the people in the Space, for a participant. Only managers see which listeners asked to speak,
    and which users were offered the place of a co-host.

    Raise what the rules say, `NotFound` or `bad_cursor`.
    """
    space = get_shown_space(public_id)
    own = space.participants.of(user.pk)
    rules.require(Action.SEE_PEOPLE, space=space, actor=own)
    runs = rules.obstacle(Action.MANAGE, space=space, actor=own) is None
    pending = SpeakRequest.objects.filter(space=space, user=OuterRef("user"), state=RequestState.PENDING)
    rows = space.participants.active().select_related("user").order_by("id")
    if runs:
        rows = rows.annotate(requested=Exists(pending))
    if role:
        rows = rows.filter(role=role)
    if query:
        rows = rows.filter(Q(user__username__icontains=query) | Q(user__display_name__icontains=query))
    page = list(rows.filter(pk__gt=_position(cursor))[: PEOPLE_PAGE + 1])
    following = str(page[PEOPLE_PAGE - 1].pk) if len(page) > PEOPLE_PAGE else None
    entries = [_entry(p) for p in page[:PEOPLE_PAGE]]
    offered = _offered(space) if runs else []
    return PeoplePage(people=entries, next=following, counts=count_people(space), offered=offered)


def _offered(space: Space) -> list[wire.Person]:
    offers = space.invitations.filter(to_cohost=True).select_related("invitee").order_by("-id")
    return [wire.person(offer.invitee) for offer in offers[:AUDIENCE_FACES]]


def is_inside(*, public_id: str, user: "User") -> bool:
    """Return whether the user is in the Space now."""
    return Participant.objects.active().filter(space__public_id=public_id, user=user).exists()


def connection_of(*, public_id: str, user: "User") -> str:
    """Return the connection, of a socket or a program, that the participant is on; "" if the user is not in the
    Space."""
    here = Participant.objects.active().filter(space__public_id=public_id, user=user)
    return here.values_list("connection", flat=True).first() or ""


def broadcast_of(*, public_id: str, user: "User") -> str:
    """Return the name of the stream of broadcasting software that brings the user's voice, or ""."""
    here = Participant.objects.active().filter(space__public_id=public_id, user=user)
    return here.values_list("broadcast", flat=True).first() or ""


def broadcast_page(*, public_id: str, user: "User") -> tuple[Space, bool]:
    """Return the Space, and whether the user has a key for broadcasting software in it. Raise what the rules say to
    making one, or `NotFound`."""
    space = get_shown_space(public_id)
    rules.require(Action.MAKE_BROADCAST_KEY, space=space, actor=space.participants.of(user.pk))
    return space, BroadcastKey.objects.filter(space=space, user=user).exists()


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    position = parse_id(cursor)
    if position is None:
        raise BadInput("bad_cursor", _("This pagination token is not valid."))
    return position


def _entry(participant: Participant) -> PeopleEntry:
    person = wire.person(participant.user)
    return PeopleEntry(
        id=person.id,
        username=person.username,
        name=person.name,
        avatar=person.avatar,
        role=participant.role,
        muted=participant.muted,
        requested=bool(getattr(participant, "requested", False)),
    )


def count_people(space: Space) -> dict[str, int]:
    """Return how many people are in the Space, by role."""
    rows = space.participants.active().values_list("role").annotate(Count("id"))
    return dict.fromkeys(Role.values, 0) | dict(rows)
