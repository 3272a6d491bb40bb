"""Sharing the work of running a Space: co-hosts, who are asked and must accept, and handing the Space over."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from spaces import rules
from spaces.models import Invitation, Participant, Space
from spaces.rules import Action
from spaces.services.attendance import withdraw_request
from spaces.services.barring import put_out_blocked_here
from spaces.services.invitations import announce_invitation, invitable, spend_invitation
from spaces.services.turn import Turn, turn
from spaces.states import LogKind, RequestState, Role
from spaces_project.common.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User


def appoint_cohost(*, public_id: str, user: "User", target_id: int) -> Invitation:
    """Offer a user the place of a co-host. The user must accept it. Repeatable.

    Errors: those of `invite`, `cohosts_full` (details: `limit`), `already_cohost`.
    """
    spend_invitation(user)
    with turn(public_id) as current:
        current.actor(user, Action.APPOINT)
        invitee = invitable(current, user, target_id)
        rules.require_may_cohost(invitee)
        _require_no_cohost(current.participant(target_id))
        rules.require_cohost_place(cohosts=_cohosts(current))
        invitation, created = Invitation.objects.get_or_create(
            space=current.space, invitee=invitee, defaults={"inviter": user, "to_cohost": True}
        )
        if created or not invitation.to_cohost:
            _offer(current, user, invitation)
    return invitation


def withdraw_cohost(*, public_id: str, user: "User", target_id: int) -> None:
    """Take the offer back. Error: `no_offer`."""
    with turn(public_id) as current:
        current.actor(user, Action.APPOINT)
        invitation = _take_offer(current, target_id)
        current.log(LogKind.COHOST_WITHDRAWN, actor=user, target=invitation.invitee)
        current.tell_person(target_id, "cohost_withdrawn", by=user)


def accept_cohost(*, public_id: str, user: "User") -> None:
    """Accept the place of a co-host. A speaker keeps the microphone as it is and frees a seat. A listener gets a muted
    microphone.

    Errors: `not_invited`, `cohosts_full`.
    """
    with turn(public_id) as current:
        participant = current.actor(user, Action.ACCEPT_COHOST)
        rules.require_invited_to_cohost(invited=current.offers(user.pk).to_cohost)
        rules.require_cohost_place(cohosts=_cohosts(current))
        _take_offer(current, user.pk)
        withdraw_request(current, participant, RequestState.APPROVED, by=user)
        if participant.role == Role.SPEAKER:
            Space.give_seat_back(space_id=current.space.pk)
        current.change(participant, role=Role.COHOST)
        current.audience_changed()
        current.log(LogKind.COHOST_ACCEPTED, actor=user)
        current.tell(participant, "cohost")


def decline_cohost(*, public_id: str, user: "User") -> None:
    """Decline the place of a co-host, and tell the host. Error: `not_invited`."""
    with turn(public_id) as current:
        rules.require(Action.DECLINE_COHOST, space=current.space, actor=current.place_of(user))
        rules.require_invited_to_cohost(invited=current.offers(user.pk).to_cohost)
        _take_offer(current, user.pk)
        current.log(LogKind.COHOST_DECLINED, actor=user)
        current.tell_person(user.pk, "cohost_declined")
        current.tell_person(current.space.host_id, "cohost_refused", by=user)


def hand_over(*, public_id: str, user: "User", target_id: int) -> None:
    """Make a co-host the host for good, and the host a co-host. Users blocked by the new host are put out.

    Errors: `not_a_cohost`, `already_hosting` (the co-host hosts another live Space), `suspended_person`, and every
    other reason for which that person may not host.
    """
    with turn(public_id) as current:
        target = current.targeted(user, Action.HAND_OVER, target_id)
        rules.require_may_be_host(target.user)
        host = current.actor(user, Action.HAND_OVER, target=target)
        _pass_on(current, host, target)
        current.log(LogKind.HANDED_OVER, actor=user, target=target.user)
        current.space_changed()
        put_out_blocked_here(current)
        current.tell(host, "handed_over", by=user)
        current.tell(target, "host", by=user)


def _require_no_cohost(participant: Participant | None) -> None:
    if participant is not None and participant.is_active and participant.role == Role.COHOST:
        raise Conflict("already_cohost", "That person is a co-host already.")


def _cohosts(current: Turn) -> int:
    return current.space.participants.managers().filter(role=Role.COHOST).count()


def _offer(current: Turn, user: "User", invitation: Invitation) -> None:
    invitation.inviter, invitation.to_cohost = user, True
    invitation.save(update_fields=["inviter", "to_cohost"])
    current.log(LogKind.COHOST_INVITED, actor=user, target=invitation.invitee)
    current.tell_person(invitation.invitee_id, "cohost_invited", by=user)
    announce_invitation(invitation)


def _take_offer(current: Turn, user_id: int) -> Invitation:
    offers = current.space.invitations.select_related("invitee").filter(invitee=user_id, to_cohost=True)
    invitation = offers.first()
    if invitation is None:
        raise Conflict("no_offer", "This person has not been asked to be a co-host.")
    invitation.to_cohost = False
    invitation.save(update_fields=["to_cohost"])
    return invitation


def _pass_on(current: Turn, host: Participant, target: Participant) -> None:
    """Change the two roles in this order, so that a Space never has two hosts."""
    try:
        with transaction.atomic():
            current.store(host=target.user, host_lost_at=None, acting_host=None)
    except IntegrityError:
        raise Conflict("already_hosting", "That person hosts another live Space.") from None
    current.change(host, role=Role.COHOST)
    current.change(target, role=Role.HOST)
