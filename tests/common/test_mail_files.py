"""Mails in files: one mail, one file, whatever the calls and the connections."""

from pathlib import Path

from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

from spaces_project.common.mail_files import forget_mails_to

BACKEND = "spaces_project.common.mail_files.FileBackend"


def test_each_mail_is_a_file_of_its_own(tmp_path: Path, settings: Settings) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    mails = [EmailMessage("Hello", "text", "site@example.test", [f"{name}@example.test"]) for name in ("ada", "grace")]
    assert get_connection(BACKEND).send_messages(mails) == 2
    get_connection(BACKEND).send_messages(mails)
    assert len(list(tmp_path.iterdir())) == 4
    forget_mails_to(["ada@example.test"])
    assert ["grace@example.test" in file.read_text() for file in tmp_path.iterdir()] == [True, True]
