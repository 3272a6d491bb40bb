"""What changes what people are told outside the pages, and tells them."""

from timeline.reach.services.settings import Choices, choices, save_choices
from timeline.reach.services.subscriptions import (
    drop_ended_sessions,
    drop_sessions,
    drop_subscription,
    keep_subscription,
    subscriptions_of,
)
from timeline.reach.services.telling import Step, followers_step, mail_people, push_people, send_trial, stop_mails, tell

__all__ = [
    "Choices",
    "Step",
    "choices",
    "drop_ended_sessions",
    "drop_sessions",
    "drop_subscription",
    "followers_step",
    "keep_subscription",
    "mail_people",
    "push_people",
    "save_choices",
    "send_trial",
    "stop_mails",
    "subscriptions_of",
    "tell",
]
