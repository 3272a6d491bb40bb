"""Repair of counters. The rows are the truth; `followers_count` and `following_count` are copies of their number."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Follow, User


def recount_followers(*, user_ids: Collection[int] | None = None) -> int:
    """Set both counters from the rows, for all users or only for `user_ids`. Return how many users had a wrong counter.

    The function first finds the users whose counters differ, without locks. It then locks them one by one and counts
    again, because a follow that was committed in between moved the counter after the first count.
    """
    people = User.objects.all() if user_ids is None else User.objects.filter(pk__in=user_ids)
    wrong = list(_differing(people).values_list("pk", flat=True))
    return sum(_heal(user_id) for user_id in wrong)


def _differing(people: QuerySet[User]) -> QuerySet[User]:
    return people.alias(followers=_rows("followee"), following=_rows("follower")).exclude(
        Q(followers_count=F("followers")) & Q(following_count=F("following"))
    )


def _rows(side: str) -> Coalesce:
    counted = Follow.objects.filter(**{side: OuterRef("pk")}).order_by().values(side).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0, output_field=IntegerField())


def _heal(user_id: int) -> int:
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if locked is None:
            return 0
        followers = Follow.objects.filter(followee_id=user_id).count()
        following = Follow.objects.filter(follower_id=user_id).count()
        differing = User.objects.filter(pk=user_id).exclude(followers_count=followers, following_count=following)
        return differing.update(followers_count=followers, following_count=following)
