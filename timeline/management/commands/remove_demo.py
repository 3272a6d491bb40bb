from typing import Any

from accounts.demo import remove_demo_users
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "Deletes the people of the demo with their posts, follows and Spaces. They do not come back."

    def run(self, **options: Any) -> str:
        return f"{remove_demo_users()} demo accounts removed"
