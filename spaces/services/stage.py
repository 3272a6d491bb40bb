"""The microphones: asking for one, getting one, muting, giving it back."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.selectors import follows
from spaces import rules
from spaces.events.signals import asked_to_speak
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules import Action
from spaces.services.attendance import give_mic_back, withdraw_request
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind, RequestState, Role, SpeakPolicy
from spaces_project.common.errors import Conflict
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

REQUESTS, WINDOW = 20, timedelta(minutes=1)
"""How many requests one user may make in a minute, because each is shown to every manager of the Space."""


def request_to_speak(*, public_id: str, user: "User") -> None:
    """Ask for a microphone. Errors: `already_requested`, `only_followed`, `only_invited`, `too_many`."""
    spend(what="request", user_id=user.pk, limit=REQUESTS, window=WINDOW)
    with space_change(public_id) as change:
        participant = change.actor(user, Action.REQUEST)
        _require_may_ask(change, user)
        _add_request(change, user)
        change.log(LogKind.REQUESTED, actor=user)
        change.notify_managers(user, RequestState.PENDING)
        change.notify(participant, "requested")
        told = partial(asked_to_speak.send_robust, Space, space_id=change.space.pk, user_id=user.pk)
        transaction.on_commit(told, robust=True)


def cancel_request(*, public_id: str, user: "User") -> None:
    """Take the request back. Error: `no_request`."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.CANCEL_REQUEST)
        _decide(change, participant, RequestState.CANCELED, by=user)
        change.log(LogKind.REQUEST_CANCELED, actor=user)
        change.notify(participant, "request_canceled")


def approve_request(*, public_id: str, user: "User", target_id: int) -> None:
    """Give the target a seat and a muted microphone. Errors: `no_request`, `stage_full` (details: `limit`)."""
    with space_change(public_id) as change:
        target = change.require_target(user, Action.APPROVE, target_id)
        _decide(change, target, RequestState.APPROVED, by=user)
        seat(change, target)
        change.log(LogKind.APPROVED, actor=user, target=target.user)
        change.notify(target, "approved", by=user)


def decline_request(*, public_id: str, user: "User", target_id: int) -> None:
    """Decline the target's request. Error: `no_request`."""
    with space_change(public_id) as change:
        target = change.require_target(user, Action.DECLINE, target_id)
        _decide(change, target, RequestState.DECLINED, by=user)
        change.log(LogKind.DECLINED, actor=user, target=target.user)
        change.notify(target, "declined", by=user)


def accept_mic(*, public_id: str, user: "User") -> None:
    """Take the microphone that the user was invited to, muted. Errors: `not_invited`, `stage_full`."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.ACCEPT_MIC)
        rules.require_invited_to_speak(invited=change.offers(user.pk).to_speak)
        seat(change, participant)
        withdraw_request(change, participant, RequestState.APPROVED, by=user)
        change.log(LogKind.MIC_ACCEPTED, actor=user)
        change.notify(participant, "approved")


def mute_self(*, public_id: str, user: "User") -> None:
    """Mute the user's own microphone. Does nothing if it is muted. Errors: what the rules say."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.MUTE)
        if not participant.muted:
            change.update(participant, muted=True)
            change.log(LogKind.MUTED, actor=user, target=user)
            change.notify(participant, "muted")


def unmute_self(*, public_id: str, user: "User") -> None:
    """Open the user's own microphone, and remember that the user spoke. Does nothing if it is open. Errors: what the
    rules say."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.UNMUTE)
        if participant.muted:
            change.update(participant, muted=False, spoke=True)
            change.log(LogKind.UNMUTED, actor=user, target=user)
            change.notify(participant, "unmuted")


def mute_other(*, public_id: str, user: "User", target_id: int, as_operator: bool = False) -> None:
    """Mute another participant, who may unmute again. To keep a person from speaking, take the microphone with
    `take_mic`."""
    with space_change(public_id) as change:
        target = change.require_target(user, Action.MUTE_OTHER, target_id, as_operator=as_operator)
        if not target.muted:
            change.update(target, muted=True)
            change.log(LogKind.MUTED, actor=user, target=target.user)
            change.notify(target, "muted_by_host", by=user)


def mute_all(*, public_id: str, user: "User") -> None:
    """Mute every speaker but `user`. Host and co-hosts keep their microphones as they are."""
    with space_change(public_id) as change:
        change.actor(user, Action.MUTE_ALL)
        change.log(LogKind.MUTED_ALL, actor=user)
        open_mics = change.space.participants.with_mic().filter(role=Role.SPEAKER, muted=False)
        for speaker in open_mics.exclude(user=user).select_related("user"):
            change.update(speaker, muted=True)
            change.notify(speaker, "muted_by_host", by=user)


def take_mic(*, public_id: str, user: "User", target_id: int) -> None:
    """Take the microphone from a participant, and an invitation to speak with it: that would give it straight back."""
    with space_change(public_id) as change:
        target = change.require_target(user, Action.TAKE_MIC, target_id)
        give_mic_back(change, target)
        change.space.invitations.filter(invitee=target.user).update(to_speak=False, to_cohost=False)
        change.log(LogKind.MIC_TAKEN, actor=user, target=target.user)
        change.notify(target, "mic_taken", by=user)


def step_down(*, public_id: str, user: "User") -> None:
    """Give the user's own microphone back; the user becomes a listener. Errors: what the rules say."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.STEP_DOWN)
        give_mic_back(change, participant)
        change.log(LogKind.STEPPED_DOWN, actor=user)
        change.notify(participant, "stepped_down")


def connect_microphone(*, public_id: str, user: "User", connection: str, mixer_id: str) -> Participant:
    """Record the `mixer_id` under which a microphone's audio connection is about to enter the mixer.

    Errors: what the rules say to `Action.SPEAK`; `replaced` if another tab has taken the audio over; `broadcasting` if
    the user's voice comes from broadcasting software.
    """
    with space_change(public_id) as change:
        participant = change.actor(user, Action.SPEAK)
        if participant.connection != connection:
            raise rules.replaced()
        if participant.broadcast:
            raise rules.voice_from_software()
        participant.mixer_id = mixer_id
        participant.save(update_fields=["mixer_id"])
    return participant


def seat(change: SpaceChange, listener: Participant) -> None:
    """Make a listener a muted speaker, inside a change that has asked the rules. Error: `stage_full`."""
    limit: int = settings.SPACES_MAX_SPEAKERS
    if not Space.take_seat(space_id=change.space.pk, limit=limit):
        raise Conflict("stage_full", _("All {limit} speaker seats are taken.").format(limit=limit), limit=limit)
    change.update(listener, role=Role.SPEAKER, muted=True, mixer_id="")
    change.audience_changed()


def _require_may_ask(change: SpaceChange, user: "User") -> None:
    """Collect what the rule for asking needs, and ask it. Raise `only_followed` or `only_invited`."""
    error = rules.asking_obstacle(
        SpeakPolicy(change.space.speak_policy),
        followed_by_host=follows(change.space.host_id, user.pk),
        invited=change.offers(user.pk).to_speak,
    )
    if error:
        raise error


def _add_request(change: SpaceChange, user: "User") -> None:
    try:
        with transaction.atomic():
            SpeakRequest.objects.create(space=change.space, user=user, created_at=change.now)
    except IntegrityError:
        raise Conflict("already_requested", _("You have already asked to speak.")) from None


def _decide(change: SpaceChange, participant: Participant, state: RequestState, *, by: "User") -> None:
    if not withdraw_request(change, participant, state, by=by):
        raise Conflict("no_request", _("There is no waiting request from this person."))
