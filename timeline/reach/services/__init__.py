"""What changes what people are told outside the pages, and tells them."""

from timeline.reach.services.calendar import calendar_token, owner_of_calendar, replace_calendar_token
from timeline.reach.services.digest import DigestStep, digest_of, digest_step
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
    "DigestStep",
    "Step",
    "calendar_token",
    "choices",
    "digest_of",
    "digest_step",
    "drop_ended_sessions",
    "drop_sessions",
    "drop_subscription",
    "followers_step",
    "keep_subscription",
    "mail_people",
    "owner_of_calendar",
    "push_people",
    "replace_calendar_token",
    "save_choices",
    "send_trial",
    "stop_mails",
    "subscriptions_of",
    "tell",
]
