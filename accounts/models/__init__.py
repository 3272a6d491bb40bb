from accounts.models.answer import RepeatableAnswer
from accounts.models.demo import DEMO_DOMAIN, DemoAccount
from accounts.models.people import (
    BIO_MAX,
    DISPLAY_NAME_MAX,
    FOREVER,
    USERNAME_MAX,
    Block,
    Follow,
    Suspension,
    SuspensionScope,
    User,
    UserManager,
    avatar_path,
)
from accounts.models.token import TOKEN_NAME_MAX, PersonalToken
from accounts.models.webhook import Delivery, DeliveryState, Webhook, WebhookEvent

__all__ = [
    "BIO_MAX",
    "DEMO_DOMAIN",
    "DISPLAY_NAME_MAX",
    "FOREVER",
    "TOKEN_NAME_MAX",
    "USERNAME_MAX",
    "Block",
    "Delivery",
    "DeliveryState",
    "DemoAccount",
    "Follow",
    "PersonalToken",
    "RepeatableAnswer",
    "Suspension",
    "SuspensionScope",
    "User",
    "UserManager",
    "Webhook",
    "WebhookEvent",
    "avatar_path",
]
