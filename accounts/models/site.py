"""What an operator chose for the whole site, the code that opens the set-up page, and invitations to sign up."""

import secrets

from django.core.validators import MaxValueValidator, MinLengthValidator
from django.db import models
from django.utils import timezone

from accounts.models.people import User
from accounts.validators import dark_enough, known_languages

SITE_NAME_MAX = 40
CONTACT_MAX = 200
MOST_FOLLOWERS = 1_000_000


class SignUp(models.TextChoices):
    """Who may make an account."""

    ALL = "all", "Everyone"
    INVITED = "invited", "People with an invitation"
    CLOSED = "closed", "No one: staff make accounts"


class Inviting(models.TextChoices):
    """Who may invite, where sign-up needs an invitation."""

    MEMBERS = "members", "Everyone with an account"
    STAFF = "staff", "Staff only"


class Hosting(models.TextChoices):
    """Which accounts may host a Space. A user with `may_host` may host in every case."""

    FOLLOWERS = "followers", "Accounts with enough followers"
    EVERYONE = "everyone", "Every account"
    CHOSEN = "chosen", "Accounts that staff chose"


class Confirming(models.TextChoices):
    """Whether an email address must be confirmed by its link."""

    DEFAULT = "", "As CONFIRM_ADDRESSES says"
    YES = "yes", "Yes"
    NO = "no", "No"


def logo_path(row: "SiteSettings", filename: str) -> str:
    """Return a random path for the logo, so that browsers fetch a new one."""
    return f"site/{secrets.token_hex(16)}.webp"


class SiteSettings(models.Model):
    """The one row with the choices of the operator. Read it with `accounts.site.site`, which also knows the defaults.

    An empty field means that the environment decides: `SITE_NAME`, `SPACES_HOST_MIN_FOLLOWERS`, `CAPTIONS_LANGUAGE` …
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=SITE_NAME_MAX, blank=True, help_text="Empty: SITE_NAME.")
    color = models.CharField(
        "colour",
        max_length=7,
        blank=True,
        validators=[dark_enough],
        help_text="#rrggbb, dark enough for white text on it. Empty: purple.",
    )
    logo = models.ImageField(upload_to=logo_path, blank=True, editable=False)
    sign_up = models.CharField("who may sign up", max_length=10, choices=SignUp, default=SignUp.ALL)
    inviting = models.CharField("who may invite", max_length=10, choices=Inviting, default=Inviting.MEMBERS)
    confirming = models.CharField("confirm email addresses", max_length=3, choices=Confirming, blank=True, default="")
    hosting = models.CharField("who may host", max_length=10, choices=Hosting, default=Hosting.FOLLOWERS)
    host_min_followers = models.PositiveIntegerField(
        "followers needed to host",
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_FOLLOWERS)],
        help_text="Empty: SPACES_HOST_MIN_FOLLOWERS.",
    )
    language = models.CharField(
        "language of captions in a new Space",
        max_length=12,
        blank=True,
        validators=[known_languages],
        help_text="A code such as en, or auto. Empty: CAPTIONS_LANGUAGE.",
    )
    languages = models.CharField(
        "languages that hosts may choose for captions",
        max_length=600,
        blank=True,
        validators=[known_languages],
        help_text="Codes separated by commas. Empty: CAPTIONS_LANGUAGES.",
    )
    contact = models.CharField(max_length=CONTACT_MAX, blank=True, help_text="How people reach who runs this site.")
    set_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "settings of the site"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="accounts_one_row_of_settings")]

    def __str__(self) -> str:
        return "Settings of the site"


class SetupCode(models.Model):
    """The code that opens the set-up page, as a hash. There is one at most, and none once the site is set up."""

    digest = models.CharField(max_length=64, validators=[MinLengthValidator(64)])
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"


class SignUpInvitation(models.Model):
    """A link with which people may sign up where sign-up needs an invitation. Only a hash of its key is kept."""

    digest = models.CharField(max_length=64, unique=True)
    inviter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_up_invitations")
    uses = models.PositiveSmallIntegerField(default=1)
    """How many people may sign up with it."""
    used = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.inviter_id}: {self.used} of {self.uses}"

    @property
    def is_open(self) -> bool:
        """Return whether a person may still sign up with it."""
        return self.used < self.uses and self.expires_at > timezone.now()
