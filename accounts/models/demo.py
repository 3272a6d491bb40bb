"""Accounts that `seed_demo` made."""

from django.db import models

from accounts.models.people import USERNAME_MAX, User

DEMO_DOMAIN = "demo.invalid"


class DemoAccount(models.Model):
    """A name that a demo account was given once. The row outlives the account: a deleted one stays deleted."""

    username = models.CharField(max_length=USERNAME_MAX, unique=True)
    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.username
