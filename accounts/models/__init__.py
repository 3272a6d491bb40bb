from accounts.models.answer import RepeatableAnswer
from accounts.models.demo import DEMO_DOMAIN, DemoAccount
from accounts.models.mutes import MUTED_PHRASE_LENGTH, MUTED_WORD_LENGTH, Mute, MutedWord
from accounts.models.names import NameWord
from accounts.models.own import AccountExport, ClosedAccount, ExportState
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
    takes_part,
)
from accounts.models.site import (
    CONTACT_MAX,
    SITE_NAME_MAX,
    Confirming,
    Hosting,
    Inviting,
    SetupCode,
    SignUp,
    SignUpInvitation,
    SiteSettings,
)
from accounts.models.token import TOKEN_NAME_MAX, PersonalToken
from accounts.models.webhook import Delivery, DeliveryState, Webhook, WebhookEvent

__all__ = [
    "BIO_MAX",
    "CONTACT_MAX",
    "DEMO_DOMAIN",
    "DISPLAY_NAME_MAX",
    "FOREVER",
    "MUTED_PHRASE_LENGTH",
    "MUTED_WORD_LENGTH",
    "SITE_NAME_MAX",
    "TOKEN_NAME_MAX",
    "USERNAME_MAX",
    "AccountExport",
    "Block",
    "ClosedAccount",
    "Confirming",
    "Delivery",
    "DeliveryState",
    "DemoAccount",
    "ExportState",
    "Follow",
    "Hosting",
    "Inviting",
    "Mute",
    "MutedWord",
    "NameWord",
    "PersonalToken",
    "RepeatableAnswer",
    "SetupCode",
    "SignUp",
    "SignUpInvitation",
    "SiteSettings",
    "Suspension",
    "SuspensionScope",
    "User",
    "UserManager",
    "Webhook",
    "WebhookEvent",
    "avatar_path",
    "takes_part",
]
