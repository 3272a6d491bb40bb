"""The demo accounts: finding them, finding those that still have the password of the README, and removing them."""

from django.contrib.auth.hashers import check_password
from django.db.models import Q, QuerySet

from accounts.models import DEMO_DOMAIN, DemoAccount, User
from accounts.services import delete_user
from accounts.validators import DEMO_PASSWORD

DEMO_STAFF = ("mod", "senior")
DEMO_PEOPLE = ("ada", "grace", "alan", "joan", *DEMO_STAFF)


def demo_users() -> QuerySet[User]:
    """Return the remaining accounts that `seed_demo` made, even if they were renamed."""
    ours = DemoAccount.objects.filter(user__isnull=False).values("user")
    return User.objects.filter(Q(pk__in=ours) | Q(username__in=DEMO_PEOPLE, email__endswith=f"@{DEMO_DOMAIN}"))


def users_with_demo_password() -> list[str]:
    """Return the usernames of accounts that every reader of the README can log in to.

    Checking one password costs a third of a second, so only likely accounts are checked: the demo's own, accounts with
    one of its usernames, and accounts with an email address at the demo's domain.
    """
    named = User.objects.filter(Q(username__in=DEMO_PEOPLE) | Q(email__endswith=f"@{DEMO_DOMAIN}"))
    rows = (demo_users() | named).distinct().values_list("username", "password")
    return sorted(
        username for username, encoded in rows if not encoded.startswith("!") and check_password(DEMO_PASSWORD, encoded)
    )


def remove_demo_users() -> int:
    """Delete every demo account with everything it owns. Return how many there were."""
    people = list(demo_users())
    for person in people:
        delete_user(user=person)
    return len(people)
