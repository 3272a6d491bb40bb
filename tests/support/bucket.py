"""An S3-compatible server on this machine, and sites that keep their media in a bucket of it."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.test import override_settings

from .ports import free_port, listens
from .processes import PYTHON, Child

STARTS_WITHIN = 30.0
KEYS = {"access_key": "test", "secret_key": "test"}


@contextlib.contextmanager
def running_server(directory: Path) -> Iterator[str]:
    """Run moto's server. Yield its address."""
    port = free_port()
    child = Child([PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], log=directory / "moto.log")
    try:
        child.wait_until(lambda: listens(port), seconds=STARTS_WITHIN)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop()


class Bucket:
    """An empty bucket, and the settings of a site that uses it."""

    def __init__(self, endpoint: str) -> None:
        import boto3  # here and below, not above: tests without a bucket run where it is not installed

        self.endpoint = endpoint
        self.name = f"spaces-{secrets.token_hex(4)}"
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
        )
        self._client.create_bucket(Bucket=self.name)

    def names(self) -> list[str]:
        """Return the names of all objects."""
        return [found["Key"] for found in self._client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def used(self, settings: dict[str, Any], *, endpoint: str = "") -> Any:
        """Return a context in which the site keeps its media here, or where no server listens."""
        from spaces_project.media.s3 import storage_of

        storages = {
            **settings,
            "default": {"BACKEND": "spaces_project.media.storage.LocalFirst"},
            "bucket": storage_of(self.name, endpoint or self.endpoint, "us-east-1", **KEYS),
        }
        return override_settings(STORAGES=storages)

    def away(self, settings: dict[str, Any]) -> Any:
        """Return a context in which nothing listens at the address of the bucket."""
        return self.used(settings, endpoint=f"http://127.0.0.1:{free_port()}")
