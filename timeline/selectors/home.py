"""Which posts a home timeline shows: newest first, of those one follows and of oneself.

Three shapes were measured with 2,000,000 posts on both databases (docs/measurements/timeline.md). No single one is
flat: joining follows to posts sorts everything 20,000 people ever wrote; scanning posts newest first, asking of each
whether one follows its author, reads the whole table for somebody with ten quiet follows; and rows written for every
follower (fan-out on write) cost 600 writes a post at least here, since hosts have 600 followers, and more rows than all
others.

- **Many follows** (more than `MANY`, which is where both cost the same, about 10 ms, if 200,000 people write): newest
  first over the last `WINDOW` ids, probing the follow key with a scalar sub-select, which neither planner can turn back
  into the join. At most `WINDOW` probes of 1 to 3 µs; the more one follows, the sooner the page is full.
- **Few follows, or a window too quiet to fill a page**: one index seek for the newest post of each followed person.
  Whoever is not among the first `n` by that has no post among the first `n`, so only those `n` people are read further,
  at most `n` posts each. Cost: one seek of 5 to 10 µs a follow, and at most n² index entries.

Either way it is two queries, and a page never costs more the more posts there are. With the follows it grows up to
`MANY` of them and falls from there on; only somebody who follows very many silent people pays for both: four queries,
10,000 probes and one seek a follow.
"""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.models import Follow, User
from timeline.models import Post

MANY = 1_000
WINDOW = 10_000


def home_ids(*, user: User, before: int | None, limit: int, reposts: bool = True) -> list[int]:
    """Ids of the newest `limit` posts below the id `before`, newest first. Replies are not on home timelines: they are
    read where the conversation is. Quotes are, and with `reposts` what was passed on."""
    shown = Post.objects.filter(is_reply=False)
    if not reposts:
        shown = shown.filter(repost_of=None)
    below = shown if before is None else shown.filter(pk__lt=before)
    if user.following_count > MANY:
        found = _scan(user, below, before, limit)
        if len(found) == limit:
            return found
    return _seek(user, below, limit)


def first_id_since(at: datetime) -> int:
    """Return an id that all posts since `at` have at least, and no older post has.

    Ids grow with time, so it is found by halving: some twenty seeks of the primary key. An index of times would cost
    every post that is written.
    """
    low, high = 0, _newest_id() + 1
    while low < high:
        middle = (low + high) // 2
        found = Post.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "created_at").first()
        if found is not None and found[1] < at:
            low = found[0] + 1
        else:
            high = middle
    return low


def count_newer(*, user: User, after: int, limit: int) -> int:
    """Return how many posts of others a home timeline has above the id `after`, at most `limit`.

    A page asks for this when its socket comes back. Every followed person costs one index seek above `after`.
    """
    return len(_seek(user, Post.objects.filter(is_reply=False, pk__gt=after).exclude(author=user), limit))


def _scan(user: User, below: QuerySet[Post], before: int | None, limit: int) -> list[int]:
    top = _newest_id() + 1 if before is None else before
    follow = Follow.objects.filter(follower=user, followee=OuterRef("author")).values("pk")[:1]
    recent = below.filter(pk__gte=top - WINDOW).annotate(follow=Subquery(follow))
    theirs = recent.filter(Q(follow__isnull=False) | Q(author=user))
    return list(theirs.order_by("-pk").values_list("pk", flat=True)[:limit])


def _seek(user: User, below: QuerySet[Post], limit: int) -> list[int]:
    ranges = Q(author=user, is_reply=False, pk__gte=_floor(below, Value(user.pk), limit))
    for author, floor in _latest_followed(user, below, limit):
        ranges |= Q(author=author, is_reply=False, pk__gte=floor)
    # Sorted here: told to sort, PostgreSQL may prefer walking all posts backwards.
    found = below.filter(ranges).order_by().values_list("pk", flat=True)
    return sorted(found, reverse=True)[:limit]


def _latest_followed(user: User, below: QuerySet[Post], limit: int) -> list[tuple[int, int]]:
    """The `limit` followed people who posted last, each with the id of their post number `limit` counted from the
    newest, 0 where there are fewer. That id is looked up for those people only: hence the query inside the query."""
    newest = Subquery(_of_author(below, OuterRef("followee"))[:1])
    follows = Follow.objects.filter(follower=user).alias(newest=newest)
    latest = follows.order_by(F("newest").desc(nulls_last=True)).values("pk")[:limit]
    floors = Follow.objects.filter(pk__in=latest).annotate(floor=_floor(below, OuterRef("followee"), limit))
    return list(floors.values_list("followee", "floor"))


def _floor(below: QuerySet[Post], author: Combinable, limit: int) -> Coalesce:
    return Coalesce(Subquery(_of_author(below, author)[limit - 1 : limit]), 0)


def _of_author(posts: QuerySet[Post], author: Combinable) -> QuerySet[Post, Any]:
    return posts.filter(author=author).order_by("-pk").values("pk")


def _newest_id() -> int:
    return Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
