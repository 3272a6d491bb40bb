from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors import get_user_by_username
from spaces.management.commands._base import ProductCommand
from spaces.moderation import services as moderation
from spaces.moderation.exports import as_json


class Command(ProductCommand):
    help = "Lifts every suspension of a user and tells them. Prints whether there was one, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", default="", help="the person reads it")

    def run(self, **options: Any) -> str:
        user = get_user_by_username(options["username"])
        decision = moderation.reinstate_person(target=user, reason=options["reason"])
        return as_json({"username": user.username, "reinstated": decision is not None})
