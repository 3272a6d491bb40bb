"""The users that one may invite to a Space."""

from accounts.finding import search_users
from accounts.models import User
from accounts.selectors import blocked_ids_among, blockers_among, followers_of

PEOPLE = 20


def invitable_people(*, user: User, query: str) -> list[User]:
    """Return at most twenty users found by `query`, followers or not. For an empty query return the latest followers.

    The user and anyone with a block in either direction are left out.
    """
    # Fetch more than needed, because some are left out below and the list should still be full.
    wanted = PEOPLE * 2
    page = search_users(query=query, limit=wanted) if query.strip() else followers_of(user_id=user.pk, limit=wanted)
    ids = {person.pk for person in page.items}
    hidden = blocked_ids_among(user.pk, ids) | blockers_among(user.pk, ids) | {user.pk}
    return [person for person in page.items if person.pk not in hidden][:PEOPLE]
