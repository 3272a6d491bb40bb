"""The record of accounts that `seed_demo` made."""

from django.db import models

from accounts.models.people import USERNAME_MAX, User

DEMO_DOMAIN = "demo.invalid"


class DemoAccount(models.Model):
    """A username that `seed_demo` once used.

    The row outlives the account, so that a deleted demo account is not made again.
    """

    username = models.CharField(max_length=USERNAME_MAX, unique=True)
    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.username
