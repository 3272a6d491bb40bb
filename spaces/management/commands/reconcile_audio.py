import json
from dataclasses import asdict
from typing import Any

from spaces import audio
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "Brings the gateway in line with the database. Prints what was compared and repaired as JSON."

    def run(self, **options: Any) -> str:
        return json.dumps(asdict(audio.reconcile()))
