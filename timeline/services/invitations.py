"""Asking people into a Space by a direct message, which reaches who does not follow the host too."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from spaces.models import Space
from spaces.selectors import get_space
from spaces.services import invite
from spaces_project.common.errors import BadInput, NotFound, ProductError
from timeline.models import Message
from timeline.services.messages import send_message

PEOPLE_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of one person's invitation; `error` is None where it went out."""

    user_id: int
    error: ProductError | None


def invite_by_message(
    *, user: User, public_id: str, invitee_ids: Collection[int], to_speak: bool = False, text: str = ""
) -> list[Invited]:
    """Invites each and writes to them, with the Space's card; in the order of `invitee_ids`, one by one, so that one
    refusal holds up nobody else.

    Raises `BadInput` `too_many_people` (`details["max"]`), `NotFound`. What is about one person (`blocked`,
    `removed_person`, `not_found`, `too_many`, or that `user` may not invite) is in that person's `Invited`.
    """
    chosen = list(dict.fromkeys(invitee_ids))
    if len(chosen) > PEOPLE_AT_ONCE:
        raise BadInput("too_many_people", f"Invite at most {PEOPLE_AT_ONCE} people at once.", max=PEOPLE_AT_ONCE)
    space = get_space(public_id)
    people = User.objects.in_bulk(chosen)
    return [Invited(pk, _refusal(user, space, people.get(pk), to_speak=to_speak, text=text)) for pk in chosen]


def _refusal(user: User, space: Space, invitee: User | None, *, to_speak: bool, text: str) -> ProductError | None:
    try:
        if invitee is None:
            raise NotFound("not_found", "No user with that name.")
        _invite(user, space, invitee, to_speak=to_speak, text=text)
    except ProductError as error:
        return error
    return None


def _invite(user: User, space: Space, invitee: User, *, to_speak: bool, text: str) -> None:
    """Both or neither."""
    with transaction.atomic():
        invite(public_id=space.public_id, user=user, invitee=invitee, to_speak=to_speak)
        written = Message.objects.filter(space=space, sender=user, thread__sides__user=invitee)
        # Asked again, perhaps to speak now: the notification says so, a second card would not.
        if not written.exists():
            send_message(sender=user, to=invitee, text=text, space=space)
