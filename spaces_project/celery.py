import os
from contextlib import ExitStack
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun

from spaces_project.common.logs import about

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")

app = Celery("spaces")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_running: dict[str, ExitStack] = {}


@setup_logging.connect(weak=False)
def _log_as_everybody_does(**_signal: Any) -> None:
    """Keep the project's log format. Celery sets up a format of its own unless a receiver of this signal exists."""


@celeryd_init.connect(weak=False)
@beat_init.connect(weak=False)
def _only_where_the_site_may_run(**_signal: Any) -> None:
    from spaces_project.own import require_sound_start  # settings are read after this module

    require_sound_start()


@task_prerun.connect(weak=False)
def _begin(task_id: str, task: Any, **_signal: Any) -> None:
    _running[task_id] = stack = ExitStack()
    stack.enter_context(about(request=task_id, task=task.name))


@task_postrun.connect(weak=False)
def _end(task_id: str, **_signal: Any) -> None:
    if stack := _running.pop(task_id, None):
        stack.close()
