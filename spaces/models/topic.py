from django.db import models


class Topic(models.Model):
    """A topic of Spaces: a node of a fixed tree of two levels, made by a migration."""

    name = models.CharField(max_length=50, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["parent_id", "name"]

    def __str__(self) -> str:
        return self.name
