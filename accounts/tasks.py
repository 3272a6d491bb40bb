from typing import Any

from celery import shared_task
from oauth2_provider.models import clear_expired

from accounts import services
from accounts.api.idempotency import forget_old_answers
from spaces_project.common.mail_files import forget_old_mails


@shared_task(ignore_result=False)
def heal_follow_counts(**_: Any) -> int:
    """Recount followers and return how many users had a wrong counter.

    Beat runs it once a night; running it twice does no harm.
    """
    return services.recount_followers()


@shared_task(ignore_result=True)
def clear_expired_tokens(**_: Any) -> None:
    """Delete expired tokens and codes, old idempotency answers, old deliveries, old invitations and old mail files."""
    clear_expired()
    forget_old_answers()
    services.forget_old_deliveries()
    services.forget_old_invitations()
    forget_old_mails()


@shared_task(ignore_result=True)
def empty_closed_accounts(**_: Any) -> None:
    """Queue one task for each account whose owner did not take the deletion back. Beat runs it."""
    for user_id in services.accounts_to_empty():
        empty_account.delay(user_id)


@shared_task(ignore_result=True, expires=3600)  # the next beat finds those that wait longer
def empty_account(user_id: int, **_: Any) -> bool:
    return services.empty_account(user_id=user_id)


@shared_task(ignore_result=True)
def deliver_due(**_: Any) -> None:
    """Retry deliveries that have not arrived. Beat runs it."""
    for delivery_id in services.due_deliveries():
        deliver.delay(delivery_id)


@shared_task(ignore_result=True, expires=60)  # `deliver_due` finds deliveries that wait longer
def deliver(delivery_id: int, **_: Any) -> bool:
    return services.deliver(delivery_id=delivery_id)
