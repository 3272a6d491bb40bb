from typing import Any

from celery import shared_task
from oauth2_provider.models import clear_expired

from accounts import services
from accounts.api.once import forget_old_answers
from spaces_project.common.mail_files import forget_old_mails


@shared_task(ignore_result=False)
def heal_follow_counts(**_: Any) -> int:
    """How many people had a wrong counter. Meant for beat, once a night; harmless to run twice."""
    return services.recount_followers()


@shared_task(ignore_result=True)
def clear_expired_tokens(**_: Any) -> None:
    """Tokens and codes that are good for nothing any more, and answers kept for a repetition that did not come."""
    clear_expired()
    forget_old_answers()
    services.forget_old_deliveries()
    forget_old_mails()


@shared_task(ignore_result=True)
def deliver_due(**_: Any) -> None:
    """Tries again what did not arrive. Meant for beat."""
    for delivery_id in services.due_deliveries():
        deliver.delay(delivery_id)


@shared_task(ignore_result=True, expires=60)  # what waits longer is found by `deliver_due`
def deliver(delivery_id: int, **_: Any) -> bool:
    return services.deliver(delivery_id=delivery_id)
