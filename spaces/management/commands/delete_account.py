from typing import Any

from django.core.management.base import CommandParser

from accounts import services as accounts
from accounts.selectors import get_user_by_username
from spaces.management.commands._base import ProductCommand
from spaces.moderation.exports import account_rows, as_json


class Command(ProductCommand):
    help = (
        "Deletes an account with everything that is its own (GDPR, article 17); live Spaces it hosts end. Without "
        "--yes only counts what would go. Prints it as JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="really")

    def run(self, **options: Any) -> str:
        user = get_user_by_username(options["username"])
        rows = {name: len(found) for name, found in account_rows(user).items()}
        if options["yes"]:
            accounts.delete_user(user=user)
        return as_json({"username": options["username"], "deleted": options["yes"], "rows": rows})
