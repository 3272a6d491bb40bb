from django.db import models

TOKEN_NAME_MAX = 50


class PersonalToken(models.Model):
    """An access token that a user made for a program of their own. Only a hash of the token is kept."""

    access = models.OneToOneField(
        "oauth2_provider.AccessToken", on_delete=models.CASCADE, primary_key=True, related_name="personal"
    )
    name = models.CharField(max_length=TOKEN_NAME_MAX)

    def __str__(self) -> str:
        return self.name
