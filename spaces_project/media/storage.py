"""The storage of pictures on a site with a bucket."""

from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from spaces_project.media import bucket


class LocalFirst(FileSystemStorage):
    """Files are written to the local disk, so that no request waits for the bucket. A worker moves them there.

    Their addresses stay addresses of this site: those of the bucket expire.
    """

    def open(self, name: str, mode: str = "rb") -> "File[bytes]":
        try:
            return super().open(name, mode)
        except FileNotFoundError:
            return bucket.opened(Path(self.path(name)))

    def exists(self, name: str) -> bool:
        return super().exists(name) or bucket.exists(Path(self.path(name)))

    def delete(self, name: str) -> None:
        super().delete(name)
        bucket.discard(Path(self.path(name)))
