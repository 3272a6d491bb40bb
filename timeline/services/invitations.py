"""Invitations to a Space by direct message. A message also reaches users who do not follow the host."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from spaces.models import Space
from spaces.selectors import get_shown_space
from spaces.services import invite
from spaces_project.common.errors import BadInput, NotFound, ProductError
from timeline.models import Message
from timeline.services.messages import send_message

PEOPLE_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """The result of one user's invitation. `error` is None if it was sent."""

    user_id: int
    error: ProductError | None


def invite_by_message(
    *, user: User, public_id: str, invitee_ids: Collection[int], to_speak: bool = False, text: str = ""
) -> list[Invited]:
    """Invite each user and send them a message with the Space's card. The results are in the order of `invitee_ids`.

    Users are invited one by one, so that an error for one does not affect the others. Errors about one user are in that
    user's `Invited`: `blocked`, `removed_person`, `not_found`, `too_many`, or that `user` may not invite.

    Raises `BadInput` `too_many_people` (`details["max"]`) and `NotFound`.
    """
    chosen = list(dict.fromkeys(invitee_ids))
    if len(chosen) > PEOPLE_AT_ONCE:
        raise BadInput(
            "too_many_people",
            _("Invite at most {limit} people at once.").format(limit=PEOPLE_AT_ONCE),
            max=PEOPLE_AT_ONCE,
        )
    space = get_shown_space(public_id)
    people = User.objects.in_bulk(chosen)
    return [Invited(pk, _refusal(user, space, people.get(pk), to_speak=to_speak, text=text)) for pk in chosen]


def _refusal(user: User, space: Space, invitee: User | None, *, to_speak: bool, text: str) -> ProductError | None:
    try:
        if invitee is None:
            raise NotFound("not_found", _("No user with that name."))
        _invite(user, space, invitee, to_speak=to_speak, text=text)
    except ProductError as error:
        return error
    return None


def _invite(user: User, space: Space, invitee: User, *, to_speak: bool, text: str) -> None:
    """Invite one user and send the message in one transaction: both happen or neither."""
    with transaction.atomic():
        invite(public_id=space.public_id, user=user, invitee=invitee, to_speak=to_speak)
        written = Message.objects.filter(space=space, sender=user, thread__sides__user=invitee)
        # Invited again, perhaps to speak now: the notification says so, a second card would not.
        if not written.exists():
            send_message(sender=user, to=invitee, text=text, space=space)
