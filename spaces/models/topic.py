from typing import Final

from django.db import models
from django.utils.translation import gettext, gettext_noop

NAMES: Final = (
    gettext_noop("Arts & culture"),
    gettext_noop("Books"),
    gettext_noop("Design"),
    gettext_noop("Film & TV"),
    gettext_noop("Theatre"),
    gettext_noop("Business"),
    gettext_noop("Careers"),
    gettext_noop("Finance"),
    gettext_noop("Start-ups"),
    gettext_noop("Education"),
    gettext_noop("History"),
    gettext_noop("Languages"),
    gettext_noop("Teaching"),
    gettext_noop("Entertainment"),
    gettext_noop("Comedy"),
    gettext_noop("Games"),
    gettext_noop("Podcasts"),
    gettext_noop("Health"),
    gettext_noop("Fitness"),
    gettext_noop("Mental health"),
    gettext_noop("Nutrition"),
    gettext_noop("Music"),
    gettext_noop("Classical"),
    gettext_noop("Electronic"),
    gettext_noop("Hip-hop"),
    gettext_noop("Jazz"),
    gettext_noop("Pop"),
    gettext_noop("Rock"),
    gettext_noop("News"),
    gettext_noop("Local"),
    gettext_noop("Politics"),
    gettext_noop("World"),
    gettext_noop("Science"),
    gettext_noop("Climate"),
    gettext_noop("Medicine"),
    gettext_noop("Physics"),
    gettext_noop("Space flight"),
    gettext_noop("Sport"),
    gettext_noop("Cycling"),
    gettext_noop("Football"),
    gettext_noop("Running"),
    gettext_noop("Tennis"),
    gettext_noop("Technology"),
    gettext_noop("AI"),
    gettext_noop("Open source"),
    gettext_noop("Privacy"),
    gettext_noop("Programming"),
)
"""The names that the migration gives, for the catalogues."""


class Topic(models.Model):
    """A topic of Spaces: a node of a fixed tree of two levels, made by a migration."""

    name = models.CharField(max_length=50, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["parent_id", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Return the name in the language of the reader."""
        return gettext(self.name)
