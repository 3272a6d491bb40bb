from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.models import FOREVER, SuspensionScope
from accounts.selectors import get_user_by_username
from spaces.management.commands._base import ProductCommand
from spaces.moderation import services as moderation
from spaces.moderation.exports import as_json


class Command(ProductCommand):
    help = "Suspends a user, ends what they are taking part in, and tells them. Prints it as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--from", dest="scope", choices=SuspensionScope.values, default="entirely")
        parser.add_argument("--hours", type=int, help="for how long; without it until it is lifted")
        parser.add_argument("--reason", default="", help="the person reads it")

    def run(self, **options: Any) -> str:
        user = get_user_by_username(options["username"])
        scope = SuspensionScope(options["scope"])
        until = None if options["hours"] is None else timezone.now() + timedelta(hours=options["hours"])
        suspension = moderation.suspend_by_operator(user=user, scope=scope, until=until, reason=options["reason"])
        end = None if suspension.until >= FOREVER else suspension.until
        return as_json({"username": user.username, "scope": scope, "until": end})
