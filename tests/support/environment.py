"""The environment of a test run: a directory and ports of its own, so that no test meets what a developer has running,
and two runs at once do not meet each other. Set before Django reads its settings; nothing is started here.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from .ports import free_port


def isolate() -> Path:
    """Point settings to places of our own. Returns the directory, which is removed at exit."""
    directory = Path(tempfile.mkdtemp(prefix="spaces-tests-"))
    (directory / "static").mkdir()
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="spaces_project.settings",
        SPACES_VAR=str(directory),
        PORT="8000",
        REDIS_PORT=str(free_port()),
        GATEWAY_PORT=str(free_port()),
        GATEWAY_ADMIN_PORT=str(free_port()),
    )
    for name in (
        "REDIS_URL",
        "GATEWAY_URL",
        "GATEWAY_ADMIN_URL",
        "GATEWAY_NAME",
        "GATEWAYS",
        "SPACES_ORIGIN",
        "SPACES_TRUSTED_ORIGINS",
        "DEBUG",
        "S3_BUCKET",
    ):
        os.environ.pop(name, None)
    return directory
