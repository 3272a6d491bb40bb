"""Services for notifications. A user is told once, never about their own actions, and never across a block."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import User
from accounts.muting import muters_among, muters_of_text
from accounts.selectors import blocked_ids_among, blockers_among, followers_among
from spaces.models import Decision, Recording, Space
from spaces.states import RecordingState, Verdict
from timeline import news
from timeline.links import mentioned_usernames
from timeline.models import Notification, NotificationKind, Post
from timeline.signals import notified

OVERTAKING = frozenset({NotificationKind.SPACE_MOVED})
"""Kinds of which only the latest counts: a repeated notification replaces the old one and is unseen again."""
_MENTIONS_TOLD = 20


def notify(
    *, user: User, kind: NotificationKind, actor: User, space: Space | None = None, post: Post | None = None
) -> None:
    """Notify one user. Idempotent: the same action of the same actor is told once."""
    notify_many(user_ids=[user.pk], kind=kind, actor=actor, space=space, post=post)


def notify_many(
    *,
    user_ids: Collection[int],
    kind: NotificationKind,
    actor: User,
    space: Space | None = None,
    post: Post | None = None,
) -> list[int]:
    """Notify many users in a constant number of queries. Return the ids of those who are told now."""
    told = _tellable(user_ids, actor) - _not_wanting(user_ids, actor, post)
    about = Notification.objects.filter(user__in=told, kind=kind, actor=actor, space=space, post=post)
    with transaction.atomic():
        if kind in OVERTAKING:
            about.delete()
        new = sorted(told - set(about.values_list("user_id", flat=True)))
        rows = [Notification(user_id=pk, kind=kind, actor=actor, space=space, post=post) for pk in new]
        # Two requests at once may both have found a row missing; the constraint lets one of them insert it.
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        news.tell(news.Topic.NOTIFICATIONS, new)
        if new:
            _announce(kind, new, actor, space_id=getattr(space, "pk", None), post_id=getattr(post, "pk", None))
    return new


def _announce(kind: NotificationKind, user_ids: list[int], actor: User, **about: int | None) -> None:
    told = {"space_id": None, "post_id": None, "decision_id": None} | about
    tell = partial(notified.send_robust, Notification, kind=kind, user_ids=user_ids, actor_id=actor.pk, **told)
    transaction.on_commit(tell, robust=True)


def notify_of_post(*, post_id: int) -> None:
    """Notify the users that a post answers, quotes, reposts or mentions.

    Each is told once, for the first of these that applies.
    """
    post = Post.objects.select_related("author", "reply_to", "quote_of", "repost_of").filter(pk=post_id).first()
    if post is None:
        return
    told: set[int] = set()
    for kind, subject, user_ids in _concerned(post):
        notify_many(user_ids=_readers(post, set(user_ids) - told), kind=kind, actor=post.author, post=subject)
        told.update(user_ids)


def notify_of_like(*, post_id: int, user_id: int) -> None:
    """Notify the author of a post that a user liked it. A deleted post or user is ignored."""
    post = Post.objects.filter(pk=post_id).first()
    actor = User.objects.filter(pk=user_id).first()
    if post is not None and actor is not None:
        notify_many(user_ids=[post.author_id], kind=NotificationKind.LIKED, actor=actor, post=post)


def notify_of_decision(*, decision_id: int) -> None:
    """Notify a user of a moderators' decision, without saying who decided. Idempotent.

    A decision without consequences is not told.
    """
    decision = Decision.objects.select_related("target").filter(pk=decision_id).first()
    if decision is None or decision.target is None or decision.verdict == Verdict.NO_ACTION:
        return
    row = Notification(user=decision.target, kind=NotificationKind.DECIDED, actor=decision.target, decision=decision)
    with transaction.atomic():
        Notification.objects.bulk_create([row], ignore_conflicts=True)
        news.tell(news.Topic.NOTIFICATIONS, [decision.target.pk])
        _announce(NotificationKind.DECIDED, [decision.target.pk], decision.target, decision_id=decision.pk)


def notify_of_expiry(*, recording_id: int) -> None:
    """Notify the host that a recording is about to expire. Only the latest such notification of a Space counts."""
    recording = Recording.objects.select_related("space__host").filter(pk=recording_id).first()
    if recording is None or recording.state == RecordingState.DELETED:
        return
    host, kind = recording.space.host, NotificationKind.RECORDING_EXPIRES
    with transaction.atomic():
        Notification.objects.filter(user=host, kind=kind, actor=host, space=recording.space).delete()
        row = Notification(user=host, kind=kind, actor=host, space=recording.space)
        Notification.objects.bulk_create([row], ignore_conflicts=True)
        news.tell(news.Topic.NOTIFICATIONS, [host.pk])
        _announce(kind, [host.pk], host, space_id=recording.space_id)


def mark_seen(*, user: User, up_to: int, now: datetime | None = None) -> None:
    """Mark all notifications up to the notification `up_to` as seen. Later ones stay new."""
    unseen = Notification.objects.filter(user=user, seen_at=None, pk__lte=up_to)
    with transaction.atomic():
        if unseen.update(seen_at=now or timezone.now()):
            news.tell(news.Topic.NOTIFICATIONS, [user.pk])


def forget_between(*, one_id: int, other_id: int) -> None:
    """Delete the notifications of two users about each other, because one blocked the other."""
    pair = Q(user=one_id, actor=other_id) | Q(user=other_id, actor=one_id)
    with transaction.atomic():
        Notification.objects.filter(pair).delete()
        news.tell(news.Topic.NOTIFICATIONS, [one_id, other_id])


def _tellable(user_ids: Collection[int], actor: User) -> set[int]:
    others = set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True)) - {actor.pk}
    return others - blocked_ids_among(actor.pk, others) - blockers_among(actor.pk, others)


def _not_wanting(user_ids: Collection[int], actor: User, post: Post | None) -> set[int]:
    """Return those of the users who have muted the actor, or a word of the actor's own post."""
    muters = muters_among(actor.pk, user_ids)
    text = post.text if post is not None and post.author_id == actor.pk else ""
    return muters | muters_of_text(text, user_ids)


def _readers(post: Post, user_ids: set[int]) -> set[int]:
    return followers_among([post.author_id], user_ids) if post.author.protected else user_ids


def _concerned(post: Post) -> Iterable[tuple[NotificationKind, Post, list[int]]]:
    """Yield each kind with the post to link to and the users to tell.

    A repost links to the original, everything else to the new post.
    """
    if post.repost_of is not None:
        yield NotificationKind.REPOSTED, post.repost_of, [post.repost_of.author_id]
        return
    if post.reply_to is not None:
        yield NotificationKind.REPLIED, post, [post.reply_to.author_id]
    if post.quote_of is not None:
        yield NotificationKind.QUOTED, post, [post.quote_of.author_id]
    yield NotificationKind.MENTIONED, post, _mentioned(post.text)


def _mentioned(text: str) -> list[int]:
    names = [name.upper() for name in mentioned_usernames(text)[:_MENTIONS_TOLD]]
    people = User.objects.alias(username_key=Upper("username")).filter(username_key__in=names)
    return list(people.values_list("pk", flat=True)) if names else []
