"""The demo accounts: which there are, which still have the password of the README, and how they go."""

from django.contrib.auth.hashers import check_password
from django.db.models import Q, QuerySet

from accounts.models import DEMO_DOMAIN, DemoAccount, User
from accounts.services import delete_user
from accounts.validators import DEMO_PASSWORD

DEMO_STAFF = ("mod", "senior")
DEMO_PEOPLE = ("ada", "grace", "alan", "joan", *DEMO_STAFF)


def demo_users() -> QuerySet[User]:
    """Return the accounts that `seed_demo` made and that are still there, whatever they are called now."""
    ours = DemoAccount.objects.filter(user__isnull=False).values("user")
    return User.objects.filter(Q(pk__in=ours) | Q(username__in=DEMO_PEOPLE, email__endswith=f"@{DEMO_DOMAIN}"))


def users_with_demo_password() -> list[str]:
    """Return the usernames that anybody who read the README can log in as.

    Only accounts that may have it are tried, because a try costs a third of a second: the demo's own, and any under
    one of its names, or of an address that only the demo uses.
    """
    named = User.objects.filter(Q(username__in=DEMO_PEOPLE) | Q(email__endswith=f"@{DEMO_DOMAIN}"))
    rows = (demo_users() | named).distinct().values_list("username", "password")
    return sorted(
        username for username, encoded in rows if not encoded.startswith("!") and check_password(DEMO_PASSWORD, encoded)
    )


def remove_demo_users() -> int:
    """Delete every demo account with all that is its own. Return how many there were."""
    people = list(demo_users())
    for person in people:
        delete_user(user=person)
    return len(people)
