"""The ids of the posts on a home timeline: newest first, by the users one follows and by oneself.

Three shapes were measured with 2,000,000 posts on both databases (docs/measurements/timeline.md). None of them is flat
on its own:

- Joining follows to posts sorts everything that 20,000 followed users ever wrote.
- Scanning posts newest first and asking of each whether its author is followed reads the whole table for a user with
  ten quiet follows.
- Writing a row for every follower (fan-out on write) costs at least 600 writes a post, since hosts have 600 followers,
  and makes more rows than all other tables together.

So the first two are combined:

- **Many follows**, more than `MANY`: scan the last `WINDOW` ids newest first and probe the follow key. At `MANY` both
  ways cost the same, about 10 ms, if 200,000 users write. The probe is a scalar sub-select, which neither planner can
  turn back into the join. At most `WINDOW` probes of 1 to 3 µs; the more follows, the sooner the page is full.
- **Few follows, or a window too quiet to fill a page**: one index seek for the newest post of each followed user. A
  user who is not among the first `n` by that has no post among the first `n`. So only those `n` users are read further,
  at most `n` posts each. Cost: one seek of 5 to 10 µs a follow, and at most n² index entries.

Either way it is two queries, and a page never costs more the more posts there are. The cost grows with the follows up
to `MANY` and falls from there on. Only a user who follows very many silent users pays for both: four queries, 10,000
probes, and one seek a follow.
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
    """Return the ids of the newest `limit` posts below the id `before`, newest first.

    Replies are left out: they are read in their conversation. Quotes are included and, with `reposts`, reposts too.
    """
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
    """Return an id that separates posts by time: every post since `at` has at least this id, and no older post has.

    Ids grow with time, so the id is found by bisection, in some twenty seeks of the primary key. An index of times
    would make every new post more expensive.
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
    """Return how many posts of other users a home timeline has above the id `after`, at most `limit`.

    A page asks for this when its socket reconnects. Every followed user costs one index seek above `after`.
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
    # Sorted in Python: asked to sort, PostgreSQL may prefer to walk all posts backwards.
    found = below.filter(ranges).order_by().values_list("pk", flat=True)
    return sorted(found, reverse=True)[:limit]


def _latest_followed(user: User, below: QuerySet[Post], limit: int) -> list[tuple[int, int]]:
    """Return the `limit` followed users who posted last, each with an id to read down to.

    That id is the user's post number `limit` counted from the newest, or 0 if there are fewer. It is looked up for
    those users only, hence the query inside the query.
    """
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
