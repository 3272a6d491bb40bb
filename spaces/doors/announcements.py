"""Webhook events about Spaces and reports."""

from typing import Any

from accounts.models import WebhookEvent
from accounts.services import announce_event
from spaces.models import Decision, Recording, Space
from spaces_project.common.api.kinds import moment

_TIMES = ("created_at", "scheduled_start", "started_at", "ended_at")


def announce_space(*, event: WebhookEvent, space_id: int) -> None:
    """Send the event to the host's webhooks, and to the creator's if the Space was handed over."""
    space = Space.objects.select_related("creator").filter(pk=space_id).first()
    if space is not None:
        announce_event(event=event, owner_ids={space.creator_id, space.host_id}, data={"space": _shown(space)})


def announce_decision(*, decision_id: int) -> None:
    """Tell the reporter's webhooks that the report was decided. The event says neither the verdict nor the person
    concerned."""
    decision = Decision.objects.select_related("report").filter(pk=decision_id, report__isnull=False).first()
    if decision is None or decision.report is None:
        return
    report = decision.report
    told = {"report": {"id": str(report.pk), "subject": report.subject}}
    announce_event(event=WebhookEvent.REPORT_DECIDED, owner_ids=[report.reporter_id or 0], data=told)


def announce_recording(*, recording_id: int) -> None:
    """Tell the webhooks of the host, and of the creator, that the Space can be replayed."""
    found = Recording.objects.select_related("space", "space__creator")
    recording = found.filter(pk=recording_id).first()
    if recording is None:
        return
    space = recording.space
    told = {"space": _shown(space), "recording": {"duration_ms": recording.duration_ms, "size": recording.bytes}}
    owners = {space.creator_id, space.host_id}
    announce_event(event=WebhookEvent.RECORDING_READY, owner_ids=owners, data=told)


def _shown(space: Space) -> dict[str, Any]:
    """Return the Space with the names of fields that `/2/spaces` uses."""
    times = {name: moment(at) for name in _TIMES if (at := getattr(space, name)) is not None}
    return {
        "id": space.public_id,
        "state": space.state,
        "title": space.display_title,
        "creator_id": str(space.creator_id),
        **times,
    }
