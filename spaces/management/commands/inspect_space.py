from typing import Any

from django.core.management.base import CommandParser

from spaces import presence, selectors
from spaces.management.commands._base import ProductCommand
from spaces.models import Report
from spaces.moderation import retention
from spaces.moderation.exports import as_json
from spaces.states import ReportState


class Command(ProductCommand):
    help = "Says all about one Space, as JSON: state, people by role, who is here, requests, reports, what is held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the 13 characters of its address")

    def run(self, **options: Any) -> str:
        space = selectors.get_space(options["id"])
        mix = selectors.mix(space.pk)
        return as_json(
            {
                "id": space.public_id,
                "title": space.title,
                "state": space.state,
                "host": space.host.username,
                "created_at": space.created_at,
                "started_at": space.started_at,
                "ended_at": space.ended_at,
                "end_reason": space.end_reason or None,
                "host_lost_at": space.host_lost_at,
                "people": selectors.count_people(space),
                "here": sorted(presence.present(space.public_id)),
                "waiting": space.requests.filter(state="pending").count(),
                "seats_taken": space.seats_taken,
                "seq": space.event_seq,
                "gateway": space.gateway,
                "room": space.room,
                "microphones": [{"user_id": m.user_id, "muted": m.muted} for m in mix.microphones] if mix else [],
                "log_entries": space.log.count(),
                "open_reports": Report.objects.filter(space=space, state=ReportState.OPEN).count(),
                "held": bool(retention.held([space.pk])),
            },
            indent=2,
        )
