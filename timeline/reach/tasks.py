"""Background tasks. Each takes ids or a packed notice, and may run twice."""

from typing import Any

from celery import shared_task

from accounts.models import User, takes_part
from timeline.reach import services
from timeline.reach.notice import Notice


@shared_task(ignore_result=True)
def tell_followers(space_id: int, after: int = 0, **_: Any) -> None:
    """Tell one step of a host's followers. The next step is queued first, so that several run at once."""
    step = services.followers_step(space_id=space_id, after=after)
    if step is None:
        return
    if step.following is not None:
        tell_followers.delay(space_id, step.following)
    _tell(step.told, step.user_ids, step.host_id)


@shared_task(ignore_result=True)
def tell(packed: dict[str, Any], user_ids: list[int], actor_id: int | None = None, **_: Any) -> None:
    """Tell a few people."""
    _tell(Notice.unpacked(packed), user_ids, actor_id)


def _tell(told: Notice, user_ids: list[int], actor_id: int | None) -> None:
    mailed = services.tell(told=told, user_ids=user_ids, actor_id=actor_id)
    if mailed:
        mail.delay(told.packed(), mailed)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=600, max_retries=4, ignore_result=True)
def mail(packed: dict[str, Any], user_ids: list[int], **_: Any) -> None:
    services.mail_people(told=Notice.unpacked(packed), user_ids=user_ids)


@shared_task(ignore_result=True)
def send_digests(after: int = 0, **_: Any) -> None:
    """Queue the weekly mail of one step of the users who want it. Beat runs the first step once a week."""
    step = services.digest_step(after=after)
    if step.following is not None:
        send_digests.delay(step.following)
    for user_id in step.user_ids:
        digest.delay(user_id)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, retry_backoff_max=600, max_retries=4, ignore_result=True)
def digest(user_id: int, **_: Any) -> None:
    """Send one user's weekly mail, once a week however often this runs."""
    user = User.objects.filter(takes_part(), pk=user_id).first()
    told = services.digest_of(user) if user is not None else None
    if told is not None:
        services.mail_people(told=told, user_ids=[user_id])


@shared_task(ignore_result=True)
def forget_subscriptions(**_: Any) -> None:
    """Delete the subscriptions whose session is over. Beat runs it once a night."""
    services.drop_ended_sessions()
