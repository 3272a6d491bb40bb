"""What the staff see of recordings, and do to them."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks as Commits

from spaces.doors import tasks
from spaces.models import Export, Recording
from spaces.services import exporting
from spaces.states import ExportState, LogKind, RecordingState, StopReason
from tests.factories import UserFactory
from tests.recordings.made import made_recording

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

LIST = reverse("admin:spaces_recording_changelist")


def act(client: Client, action: str, *recordings: Recording) -> str:
    chosen: dict[str, Any] = {"action": action, "_selected_action": [one.pk for one in recordings]}
    return client.post(LIST, chosen, follow=True).content.decode()


def test_the_list_shows_state_size_and_why_it_stopped(admin_client: Client) -> None:
    recording = made_recording()
    made_recording(state=RecordingState.FAILED, stop_reason=StopReason.DISK_FULL)
    exporting.request_export(recording_id=recording.pk)
    Export.objects.update(state=ExportState.FAILED, error="BadSound: <b>")
    shown = admin_client.get(LIST).content.decode()
    for words in (recording.space.host.username, "1:00", "1.9", "failed: BadSound: &lt;b&gt;", "no room left"):
        assert words in shown
    found = admin_client.get(LIST, {"q": recording.space.host.username}).content.decode()
    assert "no room left for it.</td>" not in found
    page = admin_client.get(reverse("admin:spaces_recording_change", args=[recording.pk])).content.decode()
    assert recording.directory not in page  # it is the address of the files


def test_the_staff_delete_a_recording_and_the_log_says_so(admin_client: Client) -> None:
    recording = made_recording()
    assert "Deleted: 1" in act(admin_client, "delete_recording", recording)
    recording.refresh_from_db()
    assert recording.state == RecordingState.DELETED
    entry = recording.space.log.get(kind=LogKind.RECORDING_DELETED)
    assert entry.reason == "operator"
    assert "was deleted" in act(admin_client, "delete_recording", recording)


def test_the_staff_have_files_made_anew(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Commits
) -> None:
    queued: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.export_recording, "delay", lambda *arguments: queued.append(arguments))
    recording, failed = made_recording(), made_recording(state=RecordingState.FAILED, stop_reason=StopReason.NO_SOUND)
    with django_capture_on_commit_callbacks(execute=True):
        said = act(admin_client, "make_files", recording, failed)
    assert "Asked for: 1" in said
    assert "There is no replay" in said
    export = Export.objects.get()
    assert (export.recording, queued) == (recording, [(export.pk, 1)])


@pytest.mark.parametrize("group", ["moderator", "senior moderator"])
def test_moderators_delete_recordings(client: Client, group: str) -> None:
    recording, person = made_recording(), UserFactory.create(is_staff=True)
    client.force_login(person)
    assert client.get(LIST).status_code == 403
    person.groups.add(Group.objects.get(name=group))
    assert "Deleted: 1" in act(client, "delete_recording", recording)
