"""A lookup of 100 Spaces with all fields and expansions: our answer beside a plain ModelSerializer's, on the same rows.

    .venv/bin/python -m benchmarks.api

Both views run in one process; each is called with a request and rendered. The results are answers per second and core,
and queries per call.
"""

import time
from collections.abc import Callable
from typing import Any

from tests.support.environment import isolate

VAR = isolate()

import django  # noqa: E402 - the line above names the settings

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import create_personal_token  # noqa: E402
from benchmarks._support.plain_api import PlainSpaces  # noqa: E402
from benchmarks._support.table import markdown  # noqa: E402
from spaces.doors.api.v2.views import SpacesByIds  # noqa: E402
from spaces.models import Invitation, Participant, Reminder, Space, Topic  # noqa: E402
from spaces.states import Role, SpaceState  # noqa: E402
from spaces_project.common.api.scopes import SCOPES  # noqa: E402
from tests.support.redis import running_redis  # noqa: E402

SPACES, SPEAKERS, SECONDS = 100, 3, 5.0
FIELDS = (
    "created_at,creator_id,ended_at,host_ids,id,invited_user_ids,is_ticketed,lang,participant_count,scheduled_start,"
    "speaker_ids,started_at,state,subscriber_count,title,topic_ids,updated_at"
)
USER_FIELDS = "created_at,description,id,name,profile_image_url,protected,public_metrics,username,verified"
EXPANSIONS = "creator_id,host_ids,speaker_ids,invited_user_ids,topic_ids"

Call = Callable[[], Any]


def main() -> None:
    call_command("migrate", verbosity=0)
    ids, key = _fill()
    address = f"/2/spaces?ids={ids}&space.fields={FIELDS}&user.fields={USER_FIELDS}&expansions={EXPANSIONS}"
    headers = {"authorization": f"Bearer {key}"}
    ours: Call = lambda: SpacesByIds.as_view()(RequestFactory().get(address, headers=headers))  # noqa: E731
    theirs: Call = lambda: PlainSpaces.as_view()(RequestFactory().get(address, headers=headers)).render()  # noqa: E731
    with running_redis(VAR, port=settings.REDIS_PORT), override_settings(API_CALLS_PER_WINDOW=10_000_000):
        rows = [_measured("ModelSerializer", theirs), _measured("ours", ours)]
    for row in rows:
        row.append(f"{float(row[1]) / float(rows[0][1]):.1f}")
    print(markdown(["view", "requests/s", "queries", "bytes", "ratio"], rows))


def _measured(name: str, call: Call) -> list[str]:
    answer = call()
    assert answer.status_code == 200, answer.content
    queries: list[str] = []
    with connection.execute_wrapper(_noting(queries)):
        call()
    began, calls = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        call()
        calls += 1
    rate = calls / (time.process_time() - began)
    return [name, f"{rate:.1f}", str(len(queries)), str(len(answer.content))]


def _noting(queries: list[str]) -> Callable[..., Any]:
    def note(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        queries.append(sql)
        return execute(sql, *more)

    return note


def _fill() -> tuple[str, str]:
    people = User.objects.bulk_create(
        User(username=f"p{n}", display_name=f"Person {n}", email=f"p{n}@example.test") for n in range(SPACES + 50)
    )
    topic = Topic.objects.all()[0]
    reader = people[-1]
    for number in range(SPACES):
        space = Space.objects.create(
            creator=people[number],
            title=f"Space {number}",
            state=SpaceState.SCHEDULED,
            scheduled_start="2030-01-01T00:00Z",
        )
        space.topics.add(topic)
        roles = [Role.HOST] + [Role.SPEAKER] * SPEAKERS
        for offset, role in enumerate(roles):
            Participant.objects.create(space=space, user=people[(number + offset) % SPACES], role=role, spoke=True)
        Reminder.objects.create(space=space, user=reader)
        Invitation.objects.create(space=space, inviter=people[number], invitee=reader)
    key = create_personal_token(user=reader, name="bench", scopes=[scope.value for scope in SCOPES]).key
    return ",".join(Space.objects.values_list("public_id", flat=True)), key


if __name__ == "__main__":
    main()
