"""Inviting users to a Space."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.selectors import blocked_either_way
from spaces import rules
from spaces.events.signals import invited
from spaces.models import Invitation
from spaces.rules import Action
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind
from spaces_project.common.errors import NotFound, Refused
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 100, timedelta(hours=1)


def invite(*, public_id: str, user: "User", invitee: "User", to_speak: bool = False) -> Invitation:
    """Invite a user, who need not be a follower. With `to_speak` the user may take a microphone. Repeatable.

    Errors: `blocked` (in either direction), `not_found` (the invitee is `user`, or an account that is not active),
    `removed_person`, `too_many`.
    """
    spend_invitation(user)
    with space_change(public_id) as change:
        change.actor(user, Action.INVITE_TO_SPEAK if to_speak else Action.INVITE)
        _require_invitable(change, user, invitee)
        if to_speak:
            rules.require_may_speak(invitee)
        invitation, created = Invitation.objects.get_or_create(
            space=change.space, invitee=invitee, defaults={"inviter": user, "to_speak": to_speak}
        )
        upgraded = to_speak and not invitation.to_speak
        if upgraded:
            invitation.inviter, invitation.to_speak = user, True
            invitation.save(update_fields=["inviter", "to_speak"])
        if created or upgraded:
            _announce(change, user, invitation)
    return invitation


def invite_person(*, public_id: str, user: "User", target_id: int, to_speak: bool = False) -> Invitation:
    """Invite the user with the id `target_id`. Errors as of `invite`; an unknown id is `not_found`."""
    invitee = get_user_model().objects.filter(pk=target_id).first()
    if invitee is None:
        raise _nobody()
    return invite(public_id=public_id, user=user, invitee=invitee, to_speak=to_speak)


def invitable(change: SpaceChange, user: "User", target_id: int) -> "User":
    """Return the user with this id, if `user` may invite them. Raise the errors of `invite` otherwise."""
    invitee = get_user_model().objects.filter(pk=target_id).first()
    if invitee is None:
        raise _nobody()
    _require_invitable(change, user, invitee)
    return invitee


def spend_invitation(user: "User") -> None:
    """Spend one invitation of the rate limit, because each one is a message to another person. Raise `too_many`."""
    spend(what="invite", user_id=user.pk, limit=MOST, window=WINDOW)


def announce_invitation(invitation: Invitation) -> None:
    """Send the signal `invited` after the commit. The apps that notify people outside the Space listen to it."""
    transaction.on_commit(lambda: invited.send(Invitation, invitation_id=invitation.pk))


def _require_invitable(change: SpaceChange, user: "User", invitee: "User") -> None:
    if invitee.pk == user.pk or not invitee.is_active:
        raise _nobody()
    if blocked_either_way(user.pk, invitee.pk) or blocked_either_way(change.space.host_id, invitee.pk):
        raise Refused("blocked", _("This person cannot be invited."))
    participant = change.participant(invitee.pk)
    if participant is not None and participant.removed_at is not None:
        raise Refused("removed_person", _("This person was removed from the Space."))


def _nobody() -> NotFound:
    return NotFound("not_found", _("No user with that name."))


def _announce(change: SpaceChange, user: "User", invitation: Invitation) -> None:
    change.log(LogKind.INVITED, actor=user, target=invitation.invitee, reason="speak" if invitation.to_speak else "")
    change.notify_user(invitation.invitee_id, "invited", by=user)
    announce_invitation(invitation)
