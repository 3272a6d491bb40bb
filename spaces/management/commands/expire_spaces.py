import json
from typing import Any

from spaces import services
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "One pass of what the beat does: sweep lost people, end and cancel what is due. Prints counts as JSON."

    def run(self, **options: Any) -> str:
        return json.dumps(services.expire().as_dict())
