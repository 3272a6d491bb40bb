"""Queries about users, follows and blocks. Inactive accounts are never returned."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Block, Follow, User
from accounts.muting import muted_ids_among
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.validators import is_username
from spaces_project.common.errors import NotFound


def get_user_by_username(username: str) -> User:
    """Return the active user with this username, in any case of letters. Raises `NotFound` `not_found`."""
    person = User.objects.with_username(username).filter(is_active=True).first() if is_username(username) else None
    if person is None:
        raise NotFound("not_found", _("This account does not exist."))
    return person


def get_user(user_id: int) -> User:
    """Return the active user with this id. Raises `NotFound` `not_found`."""
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None:
        raise NotFound("not_found", _("This account does not exist."))
    return person


def blocked_by(*, user_id: int, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[User]:
    """Return a page of the users that this user has blocked, latest first. Raises `BadInput` `bad_cursor`."""
    rows = Block.objects.filter(blocker_id=user_id, blocked__is_active=True).select_related("blocked")
    if cursor is not None:
        rows = rows.filter(id__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(rows.order_by("-id"), limit, lambda row: (row.pk,))
    return Page([row.blocked for row in page.items], page.next_cursor)


def is_blocked(blocker_id: int, blocked_id: int) -> bool:
    """Return whether the first user blocked the second."""
    return Block.objects.filter(blocker_id=blocker_id, blocked_id=blocked_id).exists()


def blocked_either_way(one_id: int, other_id: int) -> bool:
    """Return whether one of the two users blocked the other."""
    return Block.objects.filter(between(one_id, other_id)).exists()


def between(one: int, other: "int | OuterRef") -> Q:
    """Return a condition on blocks: one of the two users blocked the other. As `Exists(Block.objects.filter(…))` it is
    two probes of an index for each row; a join of users and blocks would read all users."""
    return Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)


def blocked_ids_among(blocker_id: int, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that the user has blocked."""
    return set(Block.objects.filter(blocker_id=blocker_id, blocked_id__in=ids).values_list("blocked_id", flat=True))


def blockers_among(blocked_id: int, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that have blocked the user."""
    return set(Block.objects.filter(blocked_id=blocked_id, blocker_id__in=ids).values_list("blocker_id", flat=True))


def visible_authors(authors: Collection[User], viewer_id: int | None) -> set[int]:
    """Return the ids of those of `authors` whose posts and Fleets the viewer may see. At most three queries.

    An inactive author is hidden from every viewer. A protected author is hidden from all but their followers. A block
    hides each side from the other. All code that shows a user's words or pictures asks this at the time it shows them.
    """
    active = {author.pk for author in authors if author.is_active}
    protected = {author.pk for author in authors if author.protected} - {viewer_id}
    if viewer_id is None:
        return active - protected
    followed = followed_ids_among(viewer_id, protected) if protected else set()
    blocked = blocked_ids_among(viewer_id, active) | blockers_among(viewer_id, active)
    return active - (protected - followed) - blocked


def sees_author(author: User, viewer_id: int | None) -> bool:
    """Return whether the viewer may see posts and Fleets of this author; see `visible_authors`."""
    return author.pk in visible_authors([author], viewer_id)


def follows(follower_id: int, followee_id: int) -> bool:
    """Return whether the first user follows the second."""
    return Follow.objects.filter(follower_id=follower_id, followee_id=followee_id).exists()


def followed_ids_among(user_id: int, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that the user follows.

    The query makes one probe of the key per id. With a plain `followee__in=ids` PostgreSQL may read every follow of the
    user.
    """
    follow = Subquery(Follow.objects.filter(follower_id=user_id, followee=OuterRef("pk")).values("pk")[:1])
    followed = User.objects.filter(pk__in=ids).alias(follow=follow).filter(follow__isnull=False)
    return set(followed.values_list("pk", flat=True))


def followers_among(user_ids: Collection[int], candidate_follower_ids: Collection[int]) -> set[int]:
    """Return the candidates that follow at least one of `user_ids`.

    Candidates are users connected to this process. One query.
    """
    rows = Follow.objects.filter(followee_id__in=user_ids, follower_id__in=candidate_follower_ids)
    return set(rows.values_list("follower_id", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Relation:
    """What a viewer and another user are to each other, as the viewer sees it."""

    is_self: bool = False
    following: bool = False
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False


def relation(*, viewer_id: int | None, person_id: int) -> Relation:
    """Return the relation to one user. `viewer_id` is None for a visitor who is not logged in."""
    return relations(viewer_id=viewer_id, person_ids=[person_id])[person_id]


def relations(*, viewer_id: int | None, person_ids: Collection[int]) -> dict[int, Relation]:
    """Return the relation to each of `person_ids`, in five queries for any number of them."""
    if viewer_id is None:
        return dict.fromkeys(person_ids, Relation())
    following = followed_ids_among(viewer_id, person_ids)
    followed_by = followers_among([viewer_id], person_ids)
    blocking = blocked_ids_among(viewer_id, person_ids)
    blocked_by = blockers_among(viewer_id, person_ids)
    muted = muted_ids_among(viewer_id, person_ids)
    return {
        person_id: Relation(
            is_self=person_id == viewer_id,
            following=person_id in following,
            followed_by=person_id in followed_by,
            blocking=person_id in blocking,
            blocked_by=person_id in blocked_by,
            muting=person_id in muted,
        )
        for person_id in person_ids
    }


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line in a list of users."""

    person: User
    relation: Relation


def as_rows(page: Page[User], *, viewer_id: int | None) -> Page[PersonRow]:
    """Return the same page with the viewer's relation to each user."""
    known = relations(viewer_id=viewer_id, person_ids=[person.pk for person in page.items])
    return Page([PersonRow(person, known[person.pk]) for person in page.items], page.next_cursor)


def followers_of(*, user_id: int, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[User]:
    """Return a page of a user's followers, latest follow first. Raises `BadInput` `bad_cursor`."""
    rows = Follow.objects.filter(followee_id=user_id, follower__is_active=True).select_related("follower")
    page = _follow_page(rows, cursor, limit)
    return Page([row.follower for row in page.items], page.next_cursor)


def followed_by(*, user_id: int, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[User]:
    """Return a page of the users that a user follows, latest follow first. Raises `BadInput` `bad_cursor`."""
    rows = Follow.objects.filter(follower_id=user_id, followee__is_active=True).select_related("followee")
    page = _follow_page(rows, cursor, limit)
    return Page([row.followee for row in page.items], page.next_cursor)


def _follow_page(rows: QuerySet[Follow], cursor: str | None, limit: int) -> Page[Follow]:
    if cursor is not None:
        rows = rows.filter(id__lt=parse_cursor(cursor, parts=1)[0])
    return cut_page(rows.order_by("-id"), limit, lambda row: (row.pk,))
