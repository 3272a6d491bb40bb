from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors import get_user_by_username
from spaces.management.commands._base import ProductCommand
from spaces.moderation.exports import account_rows, as_json


class Command(ProductCommand):
    help = "Prints everything kept about an account, as one JSON object: what its owner may ask for (GDPR, article 15)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def run(self, **options: Any) -> str:
        return as_json(account_rows(get_user_by_username(options["username"])), indent=2)
