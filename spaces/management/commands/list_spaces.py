import json
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Q

from spaces.management.commands._base import ProductCommand
from spaces.models import Space
from spaces.states import SpaceState


class Command(ProductCommand):
    help = "Lists Spaces, live ones by default: id, state, people in it, host, title."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", choices=[*SpaceState.values, "all"], default=SpaceState.LIVE.value)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def run(self, **options: Any) -> str:
        spaces = Space.objects.select_related("creator", "host").order_by("-created_at")
        if options["state"] != "all":
            spaces = spaces.filter(state=options["state"])
        counted = spaces.annotate(people=Count("participants", filter=Q(participants__left_at=None)))
        return "\n".join((_json if options["json"] else _line)(space, space.people) for space in counted.iterator())


def _line(space: Space, people: int) -> str:
    return f"{space.public_id}  {space.state:<9}  {people:>5}  @{space.host.username:<15}  {space.display_title}"


def _json(space: Space, people: int) -> str:
    row = {
        "id": space.public_id,
        "state": space.state,
        "people": people,
        "host": space.host.username,
        "title": space.title,
    }
    return json.dumps(row)
