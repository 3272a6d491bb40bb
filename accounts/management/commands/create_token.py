from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.selectors import get_user_by_username
from accounts.services import create_personal_token
from spaces_project.common.api.scopes import SCOPES
from spaces_project.common.errors import ProductError


class Command(BaseCommand):
    help = "Make a personal token for a user and print it. It is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scopes", nargs="+", required=True, metavar="SCOPE", choices=[s.value for s in SCOPES])
        parser.add_argument("--name", default="made by manage.py")
        parser.add_argument("--days", type=int, help="how many days it is valid; without it, forever")

    def handle(self, *args: Any, username: str, scopes: list[str], name: str, days: int | None, **options: Any) -> None:
        try:
            user = get_user_by_username(username)
            issued = create_personal_token(user=user, name=name, scopes=scopes, days=days)
        except ProductError as error:
            raise CommandError(error.message) from error
        self.stdout.write(issued.key)
