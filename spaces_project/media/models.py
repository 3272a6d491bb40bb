from django.db import models


class StoredFile(models.Model):
    """A file that the bucket has or is about to get. Only `spaces_project.media.bucket` changes it.

    The row outlives the file's own: a file that was discarded keeps it until the bucket has deleted the object.
    """

    key = models.CharField(max_length=255, unique=True)
    """Its name in the bucket."""
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    uploading_since = models.DateTimeField(null=True, blank=True)
    """When the worker began that uploads it just now."""
    stored_at = models.DateTimeField(null=True, blank=True)
    """When the upload was read back and found equal. Before this no reader is sent to it."""
    discarded_at = models.DateTimeField(null=True, blank=True)
    """When it was deleted here. From then on no reader is sent to it."""

    class Meta:
        indexes = [
            models.Index(
                fields=["discarded_at"], name="media_discarded", condition=models.Q(discarded_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.key
