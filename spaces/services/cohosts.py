"""Sharing the work of running a Space: co-hosts, who are asked and must accept, and handing the Space over."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from spaces import rules
from spaces.models import Invitation, Participant, Space
from spaces.rules import Action
from spaces.services.attendance import withdraw_request
from spaces.services.barring import put_out_blocked_here
from spaces.services.invitations import announce_invitation, invitable, spend_invitation
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind, RequestState, Role
from spaces_project.common.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User


def appoint_cohost(*, public_id: str, user: "User", target_id: int) -> Invitation:
    """Offer a user the place of a co-host. The user must accept it. Repeatable.

    Errors: those of `invite`, `cohosts_full` (details: `limit`), `already_cohost`.
    """
    spend_invitation(user)
    with space_change(public_id) as change:
        change.actor(user, Action.APPOINT)
        invitee = invitable(change, user, target_id)
        rules.require_may_cohost(invitee)
        _require_no_cohost(change.participant(target_id))
        rules.require_cohost_place(cohosts=_cohosts(change))
        invitation, created = Invitation.objects.get_or_create(
            space=change.space, invitee=invitee, defaults={"inviter": user, "to_cohost": True}
        )
        if created or not invitation.to_cohost:
            _offer(change, user, invitation)
    return invitation


def withdraw_cohost(*, public_id: str, user: "User", target_id: int) -> None:
    """Take the offer back. Error: `no_offer`."""
    with space_change(public_id) as change:
        change.actor(user, Action.APPOINT)
        invitation = _take_offer(change, target_id)
        change.log(LogKind.COHOST_WITHDRAWN, actor=user, target=invitation.invitee)
        change.notify_user(target_id, "cohost_withdrawn", by=user)


def accept_cohost(*, public_id: str, user: "User") -> None:
    """Accept the place of a co-host. A speaker keeps the microphone as it is and frees a seat. A listener gets a muted
    microphone.

    Errors: `not_invited`, `cohosts_full`.
    """
    with space_change(public_id) as change:
        participant = change.actor(user, Action.ACCEPT_COHOST)
        rules.require_invited_to_cohost(invited=change.offers(user.pk).to_cohost)
        rules.require_cohost_place(cohosts=_cohosts(change))
        _take_offer(change, user.pk)
        withdraw_request(change, participant, RequestState.APPROVED, by=user)
        if participant.role == Role.SPEAKER:
            Space.give_seat_back(space_id=change.space.pk)
        change.update(participant, role=Role.COHOST)
        change.audience_changed()
        change.log(LogKind.COHOST_ACCEPTED, actor=user)
        change.notify(participant, "cohost")


def decline_cohost(*, public_id: str, user: "User") -> None:
    """Decline the place of a co-host, and tell the host. Error: `not_invited`."""
    with space_change(public_id) as change:
        rules.require(Action.DECLINE_COHOST, space=change.space, actor=change.participant_or_outsider(user))
        rules.require_invited_to_cohost(invited=change.offers(user.pk).to_cohost)
        _take_offer(change, user.pk)
        change.log(LogKind.COHOST_DECLINED, actor=user)
        change.notify_user(user.pk, "cohost_declined")
        change.notify_user(change.space.host_id, "cohost_refused", by=user)


def hand_over(*, public_id: str, user: "User", target_id: int) -> None:
    """Make a co-host the host for good, and the host a co-host. Users blocked by the new host are put out.

    Errors: `not_a_cohost`, `already_hosting` (the co-host hosts another live Space), `suspended_person`, and every
    other reason for which that person may not host.
    """
    with space_change(public_id) as change:
        target = change.require_target(user, Action.HAND_OVER, target_id)
        rules.require_may_be_host(target.user)
        host = change.actor(user, Action.HAND_OVER, target=target)
        _pass_on(change, host, target)
        change.log(LogKind.HANDED_OVER, actor=user, target=target.user)
        change.space_changed()
        put_out_blocked_here(change)
        change.notify(host, "handed_over", by=user)
        change.notify(target, "host", by=user)


def _require_no_cohost(participant: Participant | None) -> None:
    if participant is not None and participant.is_active and participant.role == Role.COHOST:
        raise Conflict("already_cohost", _("That person is a co-host already."))


def _cohosts(change: SpaceChange) -> int:
    return change.space.participants.managers().filter(role=Role.COHOST).count()


def _offer(change: SpaceChange, user: "User", invitation: Invitation) -> None:
    invitation.inviter, invitation.to_cohost = user, True
    invitation.save(update_fields=["inviter", "to_cohost"])
    change.log(LogKind.COHOST_INVITED, actor=user, target=invitation.invitee)
    change.notify_user(invitation.invitee_id, "cohost_invited", by=user)
    announce_invitation(invitation)


def _take_offer(change: SpaceChange, user_id: int) -> Invitation:
    offers = change.space.invitations.select_related("invitee").filter(invitee=user_id, to_cohost=True)
    invitation = offers.first()
    if invitation is None:
        raise Conflict("no_offer", _("This person has not been asked to be a co-host."))
    invitation.to_cohost = False
    invitation.save(update_fields=["to_cohost"])
    return invitation


def _pass_on(change: SpaceChange, host: Participant, target: Participant) -> None:
    """Change the two roles in this order, so that a Space never has two hosts."""
    try:
        with transaction.atomic():
            change.store(host=target.user, host_lost_at=None, acting_host=None)
    except IntegrityError:
        raise Conflict("already_hosting", _("This person already hosts another live Space.")) from None
    change.update(host, role=Role.COHOST)
    change.update(target, role=Role.HOST)
