"""One change of one Space at a time.

Every verb that changes a live Space runs inside `space_change`:

1. The Space's row is written first. On PostgreSQL this holds its lock until the commit; on SQLite the transaction is
   IMMEDIATE. Either way two verbs on one Space never interleave, and the state that the rules see is the state that the
   change applies to.
2. The verb asks the rules and changes rows. An exception undoes everything, the sequence number too.
3. Only after the commit are events published, and the audio is told to follow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block
from spaces import events, rules, selectors
from spaces.events import Envelope, wire
from spaces.events.signals import stage_changed
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules import Action
from spaces.services.log import append_log, append_logs
from spaces.states import MIC_ROLES, ROLE_MOVES, LogKind, RequestState, Role
from spaces_project.common.errors import NotFound

if TYPE_CHECKING:
    from accounts.models import User


class SpaceChange:
    """The one change that a verb makes: what the verb reads, writes and publishes. Only `space_change` makes one."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.now = timezone.now()
        self._numbers = (space.event_seq, space.queue_seq)
        self._envelopes: list[Envelope] = []
        self._stage: dict[int, Participant] = {}
        self._bubble_changed = False
        self._announces_space = False
        self._lanes_changed = False
        self._replaces_queue = False
        self._moves_queue = False
        self._newcomers: list[int] = []

    # --- reading ---

    def participant(self, user_id: int) -> Participant | None:
        """Return the participant with this user id, or None."""
        return self.space.participants.of(user_id)

    def participant_or_outsider(self, user: "User") -> Participant:
        """Return the participant. For a user without a row, return one outside the Space that is not stored.

        The user is read again for that, because the rules look at the user, too, and a socket's copy may be stale.
        """
        person = self.participant(user.pk)
        return person or Participant(space=self.space, user=user_now(user), left_at=self.now)

    def pending_request(self, user_id: int) -> SpeakRequest | None:
        """Return the waiting request of this user, or None."""
        return self.space.requests.filter(user_id=user_id, state=RequestState.PENDING).first()

    def actor(self, user: "User", action: Action, *, target: Participant | None = None) -> Participant:
        """Return the participant of `user`, if the rules allow the action. Raise the rules' error otherwise."""
        actor = self.participant(user.pk)
        rules.require(action, space=self.space, actor=actor, target=target)
        if actor is None:
            raise rules.not_in_space()
        return actor

    def require_target(self, user: "User", action: Action, target_id: int, *, as_operator: bool = False) -> Participant:
        """Return the participant `target_id`, if `user` may do the action to them. Raise the rules' error otherwise."""
        target = self.participant(target_id)
        if as_operator:
            rules.require_operator(user)
            rules.require_operable(action, space=self.space, target=target)
        else:
            self.actor(user, action, target=target)
        if target is None:
            raise rules.target_gone()
        return target

    def offers(self, user_id: int) -> wire.Offers:
        """Return the offers that were made to this user and not accepted yet."""
        return selectors.offers(self.space, user_id)

    # --- writing ---

    def store(self, **fields: object) -> None:
        """Set fields of the Space itself, and save them."""
        for name, value in fields.items():
            setattr(self.space, name, value)
        self.space.save(update_fields=list(fields))

    def log(self, kind: LogKind, *, actor: "User | None", target: "User | None" = None, reason: str = "") -> None:
        """Write a line into the Space's log. Without an actor the system did it."""
        append_log(self.space, kind, actor=actor, target=target, reason=reason, at=self.now)

    def log_many(self, kind: LogKind, *, actor: "User | None", targets: Iterable["User"]) -> None:
        """Write a line for each target, in one statement."""
        append_logs(self.space, kind, actor=actor, targets=targets, at=self.now)

    def update(self, participant: Participant, **fields: object) -> None:
        """Store new values of a participant, and tell the stage, the mixer and the participant's own page.

        Raise `ValueError` for a role that the table of moves does not allow after the present one: that is a bug in a
        verb.
        """
        _require_move(participant, fields)
        for name, value in fields.items():
            setattr(participant, name, value)
        participant.save(update_fields=list(fields))
        self._stage[participant.user_id] = participant
        if "role" in fields or "left_at" in fields:
            self._bubble_changed = True
        if fields.get("role") in MIC_ROLES:
            self._newcomers.append(participant.user_id)

    def assign_lanes(self, lanes: Mapping[int, int | None]) -> None:
        """Set which lane carries whose voice alone, by user id. None takes the participant off their lane. Participants
        that are not named keep theirs."""
        rows = self.space.participants.filter(user__in=lanes)
        if not rows.exclude(lane=None).update(lane=None) and not any(lane is not None for lane in lanes.values()):
            return
        for user_id, lane in lanes.items():
            if lane is not None:
                self.space.participants.with_mic().filter(user=user_id).update(lane=lane)
        self._lanes_changed = True

    # --- telling ---

    def publish_later(self, envelope: Envelope) -> None:
        """Publish an envelope on the Space's channel after the commit."""
        self._envelopes.append(envelope)

    def notify(self, participant: Participant, reason: str, *, by: "User | None" = None) -> None:
        """Tell one participant their new role and state."""
        self._notify(self.you(participant), reason, by)

    def notify_user(self, user_id: int, reason: str, *, by: "User | None" = None) -> None:
        """Do the same for a user id, if that user is in the Space. Does nothing otherwise."""
        participant = self.participant(user_id)
        if participant is not None and participant.is_active:
            self.notify(participant, reason, by=by)

    def notify_many(self, participants: Sequence[Participant], reason: str, *, by: "User") -> None:
        """Do the same for many participants without a waiting request. It takes two queries for any number."""
        offers = selectors.offers_by_person(self.space, [participant.user_id for participant in participants])
        for participant in participants:
            user_id = participant.user_id
            you = wire.you(self.space, participant, user_id=user_id, offers=offers.get(user_id, wire.NOTHING))
            self._notify(you, reason, by)

    def _notify(self, you: wire.You, reason: str, by: "User | None") -> None:
        event = events.YouChanged(you=you, reason=reason, by=wire.person(by) if by else None)
        self.publish_later(events.to_people([int(you.id)], event))

    def you(self, participant: Participant) -> wire.You:
        """Return the participant's own state, as the participant's page shows it."""
        user_id = participant.user_id
        requested = self.pending_request(user_id) is not None
        place = selectors.queue_place(self.space, user_id) if requested else None
        offers = self.offers(user_id)
        return wire.you(self.space, participant, user_id=user_id, requested=requested, queue_place=place, offers=offers)

    def notify_managers(self, user: "User", state: RequestState) -> None:
        """Tell the managers of the Space, and no one else, that the request queue changed."""
        self.space.queue_seq += 1
        # A new request is the last one, so that no other place changes.
        self._moves_queue |= state != RequestState.PENDING
        managers = self.space.participants.managers().values_list("user_id", flat=True)
        total = self.space.requests.filter(state=RequestState.PENDING).count()
        event = events.QueueChanged(queue_seq=self.space.queue_seq, person=wire.person(user), state=state, total=total)
        self.publish_later(events.to_people(managers, event))

    def queue_replaced(self) -> None:
        """Send the managers of the Space the whole queue, because much of it changed."""
        self.space.queue_seq += 1
        self._replaces_queue = self._moves_queue = True

    def audience_changed(self) -> None:
        """Make every process count the audience again."""
        self.publish_later(events.audience_changed())

    def bubble_changed(self) -> None:
        """Make every process draw the Space's bubble again, after the commit."""
        self._bubble_changed = True

    def space_changed(self) -> None:
        """Announce the Space itself, once, however much of it changes in this change."""
        self._announces_space = True

    def next_seq(self) -> int:
        """Return the next sequence number. Events that everyone in the Space receives have no gaps in theirs."""
        self.space.event_seq += 1
        return self.space.event_seq

    # --- closing ---

    def close(self) -> None:
        """Collect the events of this change, store the new sequence numbers, and publish after the commit."""
        if self._replaces_queue:
            self.publish_later(self._whole_queue())
        if self._moves_queue and (waiting := selectors.waiting_ids(self.space)):
            self.publish_later(events.queue_places(waiting, queue_seq=self.space.queue_seq))
        self._envelopes.extend(self._warnings())

        if self._lanes_changed:
            self.publish_later(events.lanes_changed())
        self._envelopes[:0] = list(self._numbered())
        numbers = (self.space.event_seq, self.space.queue_seq)
        if numbers != self._numbers:
            Space.objects.filter(pk=self.space.pk).update(event_seq=numbers[0], queue_seq=numbers[1])
        transaction.on_commit(self._publish)

    def _warnings(self) -> Iterator[Envelope]:
        """Yield a warning for each participant who has blocked a person that holds a microphone from now on."""
        inside = self.space.participants.active().values("user")
        rows = Block.objects.filter(blocked__in=self._newcomers, blocker__in=inside) if self._newcomers else ()
        for row in rows:
            yield events.to_people([row.blocker_id], events.BlockedOnStage(user_id=str(row.blocked_id)))

    def _whole_queue(self) -> Envelope:
        managers = self.space.participants.managers().values_list("user_id", flat=True)
        event = events.QueueReplaced(queue_seq=self.space.queue_seq, queue=selectors.queue(self.space))
        return events.to_people(managers, event)

    def _numbered(self) -> Iterator[Envelope]:
        if self._announces_space:
            yield events.to_everyone(events.SpaceChanged(seq=self.next_seq(), space=wire.space_info(self.space)))
        if self._stage:
            open_mics = self.space.participants.with_mic().filter(muted=False).count()
            frame = events.frame(self._stage_event())
            yield Envelope(frame=frame, signal=events.Signal.STAGE, data=str(open_mics))

    def _stage_event(self) -> events.StageChanged:
        changed = self._stage.values()
        return events.StageChanged(
            seq=self.next_seq(),
            people=[wire.stage_person(p) for p in changed if self._is_on_stage(p)],
            left=[str(p.user_id) for p in changed if not self._is_on_stage(p)],
        )

    def _is_on_stage(self, participant: Participant) -> bool:
        return participant.role in MIC_ROLES and (participant.is_active or participant.role == Role.HOST)

    def _publish(self) -> None:
        events.publish(events.space_channel(self.space.public_id), *self._envelopes)
        if self._stage or self._bubble_changed:
            stage_changed.send(sender=Space, space_id=self.space.pk)
        if self._bubble_changed or self._announces_space:
            bubble = Envelope(signal=events.Signal.BUBBLE, data=self.space.public_id)
            events.publish(events.EVERY_PROCESS, bubble)


def _require_move(participant: Participant, fields: Mapping[str, object]) -> None:
    if "role" not in fields:
        return
    before, after = Role(participant.role), Role(str(fields["role"]))
    if before != after and not ROLE_MOVES.allows(before, after):
        raise ValueError(f"{before} cannot become {after}")


def user_now(user: "User") -> "User":
    """Return the user as stored now. Raise `NotFound` if the account is deleted."""
    found = get_user_model().objects.filter(pk=user.pk).first()
    if found is None:
        raise NotFound("not_found", _("This account does not exist."))
    return found


@contextmanager
def space_change(public_id: str) -> Iterator[SpaceChange]:
    """Open a change of the Space. Raise `NotFound` for an unknown id. An exception in the block undoes the whole
    change."""
    with transaction.atomic():
        if not Space.objects.filter(public_id=public_id).update(updated_at=timezone.now()):
            raise NotFound("not_found", _("There is no such Space."))
        change = SpaceChange(Space.objects.select_related("creator", "host", "acting_host").get(public_id=public_id))
        yield change
        change.close()
