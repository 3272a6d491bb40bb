"""Start and stop the recording of a live Space, and agree to be recorded."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from spaces import rules
from spaces.events.signals import stage_changed
from spaces.models import Participant, Recording, RecordingConsent, Space, Stretch
from spaces.rules import Action
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import RECORDING_MOVES, LogKind, RecordingState, StopReason

if TYPE_CHECKING:
    from accounts.models import User


def start_recording(*, public_id: str, user: "User") -> None:
    """Record the live Space from now on. Participants who have not agreed are muted and asked.

    Errors: `already_recorded`, `recording_deleted`, and what the rules say.
    """
    with space_change(public_id) as change:
        host = change.actor(user, Action.RECORD)
        begin(change, host)


def stop_recording(*, public_id: str, user: "User | None", reason: StopReason = StopReason.HOST) -> None:
    """Stop the recording while the Space goes on. Without a user the system does it, for the reason given.

    Errors: `not_recorded`, and what the rules say.
    """
    with space_change(public_id) as change:
        if user is not None:
            change.actor(user, Action.RECORD)
        rules.require_recorded(change.space)
        conclude(change, RecordingState.PAUSED, user=user, reason=reason)
        change.space_changed()
        _tell_host(change, reason)


def show_live_recording(*, public_id: str, user: "User", visible: bool) -> None:
    """Show the recording that goes on to others, or hide it: while it is hidden, no listener may start from its
    beginning. The replay is then shown or hidden, too. Repeatable.

    Errors: `not_recorded`, and what the rules say.
    """
    with space_change(public_id) as change:
        change.actor(user, Action.RECORD)
        rules.require_recorded(change.space)
        if Recording.objects.filter(space=change.space, visible=not visible).update(visible=visible):
            change.log(LogKind.RECORDING_CHANGED, actor=user, reason="shown" if visible else "hidden")
            change.space_changed()


def agree_to_recording(*, public_id: str, user: "User", version: str) -> None:
    """Store that the user agrees to be recorded, with the version of the text that they read.

    Errors: `not_recorded`, `agreement_changed`, and what the rules say.
    """
    with space_change(public_id) as change:
        participant = change.actor(user, Action.AGREE_TO_RECORDING)
        rules.require_agreeable(change.space, version=version)
        _agree(change, participant)


def begin(change: SpaceChange, host: Participant) -> None:
    """Start a recording inside a change that has asked whether the host may."""
    space = change.space
    recording = Recording.objects.filter(space=space).first()
    rules.require_recordable(space, recording)
    if recording is None:
        recording = Recording.objects.create(space=space)
    else:
        _move(recording, RecordingState.RECORDING, stop_reason="")
    Stretch.objects.create(recording=recording, starts_ms=change.space.clock_ms(change.now))
    change.store(is_recorded=True, recording_round=space.recording_round + 1)
    _agree(change, host)
    _ask_again(change)
    change.log(LogKind.RECORDING_STARTED, actor=host.user)
    change.space_changed()
    _audio_follows(change)


def conclude(change: SpaceChange, state: RecordingState, *, user: "User | None", reason: StopReason) -> None:
    """Stop the recording inside a change. Do nothing if the Space has none that goes on or may go on."""
    recording = Recording.objects.filter(space=change.space).first()
    if recording is None or not RECORDING_MOVES.allows(RecordingState(recording.state), state):
        return
    recording.stretches.filter(ends_ms=None).update(ends_ms=change.space.clock_ms(change.now))
    _move(recording, state, stop_reason=recording.stop_reason or reason)
    if change.space.is_recorded:
        change.store(is_recorded=False)
        change.log(LogKind.RECORDING_STOPPED, actor=user, reason=reason)
    _audio_follows(change)


def _agree(change: SpaceChange, participant: Participant) -> None:
    space, user = change.space, participant.user
    if participant.agreed_round >= space.recording_round:
        return
    RecordingConsent.objects.create(
        space=space, user=user, round=space.recording_round, version=rules.AGREEMENT_VERSION, at=change.now
    )
    participant.agreed_round = space.recording_round
    participant.save(update_fields=["agreed_round"])
    change.log(LogKind.RECORDING_AGREED, actor=user, target=user)


def _ask_again(change: SpaceChange) -> None:
    """Mute the participants who have not agreed to this recording, and tell them why."""
    on_stage = change.space.participants.with_mic().filter(agreed_round__lt=change.space.recording_round)
    for participant in on_stage.select_related("user"):
        if not participant.muted:
            change.update(participant, muted=True)
        change.notify(participant, "recording_started")


def _tell_host(change: SpaceChange, reason: StopReason) -> None:
    if reason != StopReason.HOST:
        change.notify_user(change.space.host_id, f"recording_{reason.value}")


def _move(recording: Recording, state: RecordingState, **fields: object) -> None:
    for name, value in {"state": state, **fields}.items():
        setattr(recording, name, value)
    recording.save(update_fields=["state", *fields])


def _audio_follows(change: SpaceChange) -> None:
    transaction.on_commit(partial(stage_changed.send, sender=Space, space_id=change.space.pk))
