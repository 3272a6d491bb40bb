"""Users, follows, blocks and suspensions."""

import secrets
from datetime import UTC, datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.validators import username_shape

USERNAME_MAX = 15
DISPLAY_NAME_MAX = 50
BIO_MAX = 160

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a suspension that lasts until staff lift it."""


class SuspensionScope(models.TextChoices):
    """What a suspension takes away.

    Each scope includes the one before it: a user who may not speak cannot host either.
    """

    HOSTING = "hosting", _("hosting")
    SPEAKING = "speaking", _("speaking and hosting")
    ENTIRELY = "entirely", _("everything")


def takes_part(user: str = "") -> models.Q:
    """Return the condition that an account is open and not suspended from everything.

    `user` is the path to the account in a query about other rows: `takes_part("actor")`.
    """
    path = f"{user}__" if user else ""
    ends = models.Q(**{f"{path}suspended_until": None}) | models.Q(**{f"{path}suspended_until__lte": timezone.now()})
    return models.Q(**{f"{path}is_active": True}) & ends


def avatar_path(user: "User", filename: str) -> str:
    """Return a random path for an image.

    Nothing of the uploaded name reaches the disk, and no two images share an address.
    """
    name = secrets.token_hex(16)
    return f"avatars/{name[:2]}/{name}.webp"


class UserManager(DjangoUserManager["User"]):
    use_in_migrations = False

    def with_username(self, username: str) -> "models.QuerySet[User]":
        """Return the user with this username in any case of letters, as a queryset of at most one row.

        The unique index serves the query on both databases.
        """
        return self.alias(username_key=Upper("username")).filter(username_key=username.upper())

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.with_username(username or "").get()


class User(AbstractUser):
    first_name = None  # type: ignore[assignment]  # Django's documented way to drop an inherited field
    last_name = None  # type: ignore[assignment]  # the same

    username = models.CharField(
        max_length=USERNAME_MAX,
        unique=True,
        validators=[username_shape],
        error_messages={"unique": _("This username is taken.")},
    )
    display_name = models.CharField(max_length=DISPLAY_NAME_MAX, blank=True, default="")
    bio = models.CharField(max_length=BIO_MAX, blank=True, default="")
    avatar = models.ImageField(upload_to=avatar_path, blank=True, default="")
    protected = models.BooleanField(default=False)
    may_host = models.BooleanField(
        default=False,
        help_text="May host Spaces however many followers they have, also where staff choose the hosts.",
    )
    language = models.CharField(max_length=10, blank=True, default="")
    """The language of pages and mails, one of `LANGUAGES`. Empty: pages follow the browser, mails the site."""
    followers_count = models.PositiveIntegerField(default=0, editable=False)
    following_count = models.PositiveIntegerField(default=0, editable=False)
    # The ends of running suspensions, copied from the rows of `Suspension` so that rules need no query of their own.
    # They expire by themselves; only services write them.
    hosting_suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    speaking_suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            # Upper, not Lower: allauth asks with `iexact`, which PostgreSQL compiles to UPPER() and serves from this
            # index.
            models.UniqueConstraint(
                Upper("username"),
                name="accounts_user_username_ci",
                violation_error_message=_("This username is taken."),
            )
        ]
        indexes = [models.Index(fields=["-followers_count", "-id"], name="accounts_user_popular")]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """Return the name that pages show: the display name, or the username if there is none."""
        return self.display_name or self.username

    def barred_until(self, scope: SuspensionScope) -> datetime | None:
        """Return the end of this user's suspension from `scope`, or None if there is none. `FOREVER` means no end."""
        ends = [end for end in self._suspension_ends(scope) if end is not None and end > timezone.now()]
        return max(ends, default=None)

    def _suspension_ends(self, scope: SuspensionScope) -> list[datetime | None]:
        ends = [self.suspended_until]
        if scope != SuspensionScope.ENTIRELY:
            ends.append(self.speaking_suspended_until)
        if scope == SuspensionScope.HOSTING:
            ends.append(self.hosting_suspended_until)
        return ends

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("profile", args=[self.username])


class Follow(models.Model):
    """One user following another.

    `follower` sees what `followee` does. Only services write here: they change the counts of both users, too.
    """

    follower = models.ForeignKey(User, on_delete=models.CASCADE, related_name="following_rows", db_index=False)
    followee = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follower_rows", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followee"], name="accounts_follow_once"),
            models.CheckConstraint(condition=~models.Q(follower=models.F("followee")), name="accounts_follow_not_self"),
        ]
        indexes = [
            models.Index(fields=["followee", "follower"], name="accounts_follow_reverse"),
            # For the two lists, newest first.
            models.Index(fields=["followee", "-id"], name="accounts_follow_followers"),
            models.Index(fields=["follower", "-id"], name="accounts_follow_following"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followee_id}"


class Block(models.Model):
    """One user blocking another. `blocked` can neither follow `blocker` nor join a Space that `blocker` hosts."""

    blocker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="block_rows", db_index=False)
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocked_by_rows", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="accounts_block_once"),
            models.CheckConstraint(condition=~models.Q(blocker=models.F("blocked")), name="accounts_block_not_self"),
        ]
        indexes = [models.Index(fields=["blocked", "blocker"], name="accounts_block_reverse")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Suspension(models.Model):
    """A period in which a user may not do something.

    Rows stay after they end or are lifted; only services write them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="suspensions")
    scope = models.CharField(max_length=10, choices=SuspensionScope)
    until = models.DateTimeField(default=FOREVER)
    created_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} from {self.scope} until {self.until:%Y-%m-%d %H:%M}"
