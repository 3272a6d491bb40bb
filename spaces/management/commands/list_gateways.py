import json
from typing import Any

import msgspec
from django.conf import settings

from spaces import placement
from spaces.audio import moving
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "Lists the gateways as JSON: what each reports, and its live Spaces. One without a report does not answer."

    def run(self, **options: Any) -> str:
        found = {report.name: msgspec.to_builtins(report) for report in placement.reports()}
        rows = [
            {"name": name, "url": url, "spaces": moving.spaces_on(name), "report": found.get(name)}
            for name, url in settings.GATEWAYS.items()
        ]
        return json.dumps(rows, indent=2)
