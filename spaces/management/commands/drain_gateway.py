from typing import Any

from django.core.management.base import CommandParser

from spaces.audio import moving
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "Places no new Space on a gateway. Its live Spaces stay until they end, or move to other gateways at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name of the gateway, as GATEWAYS has it")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--move", action="store_true", help="move its live Spaces now: a pause of about a second")
        what.add_argument("--undo", action="store_true", help="place new Spaces on it again")

    def run(self, **options: Any) -> str:
        name = options["name"]
        if options["undo"]:
            moving.undrain(name)
            return f"Gateway {name} takes new Spaces again."
        moved = moving.drain(name, move=options["move"])
        left = moving.spaces_on(name)
        told = f"Gateway {name} takes no new Space. {moved} moved, {left} live on it."
        return told if left else f"{told} It may be stopped."
