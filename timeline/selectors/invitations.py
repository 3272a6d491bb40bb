"""Whom one may invite."""

from accounts.models import User
from accounts.selectors import blocked_ids_among, blockers_among, followers_of, search_users

PEOPLE = 20


def invitable_people(*, user: User, query: str) -> list[User]:
    """At most twenty whom `query` finds, followers or not; for an empty query those who followed last. Without oneself
    and anybody blocked either way."""
    # Some fall out below; those who are left should still fill the list.
    wanted = PEOPLE * 2
    page = search_users(query=query, limit=wanted) if query.strip() else followers_of(user_id=user.pk, limit=wanted)
    ids = {person.pk for person in page.items}
    hidden = blocked_ids_among(user.pk, ids) | blockers_among(user.pk, ids) | {user.pk}
    return [person for person in page.items if person.pk not in hidden][:PEOPLE]
