"""The two groups. Whoever is put into one also needs *staff status*, or the admin does not let them in."""

from typing import Any

from django.conf import settings
from django.db import migrations

CUSTOM = {
    "moderate": "Can look into reports and decide them",
    "moderate_senior": "Can suspend for long, decide appeals and keep the word list",
}
LOOKED_AT = ("appeal", "decision", "invitation", "logentry", "participant", "report", "space", "speakrequest")
OPERATED = ("space", "participant")
GROUPS = {"moderator": ["moderate"], "senior moderator": ["moderate", "moderate_senior"]}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Django makes permissions after all migrations, which is too late for a group that is made by one."""
    database = schema_editor.connection.alias
    permissions = _permissions(apps, database)
    verbs = ("view", "add", "delete")
    words = [_permission(apps, database, "flaggedword", f"{verb}_flaggedword") for verb in verbs]
    for name, extra in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.using(database).get_or_create(name=name)
        group.permissions.add(*permissions, *(_permission(apps, database, "report", code) for code in extra))
        if "moderate_senior" in extra:
            group.permissions.add(*words)


def _permissions(apps: Any, database: str) -> list[Any]:
    views = [_permission(apps, database, model, f"view_{model}") for model in LOOKED_AT]
    people = _permission(apps, database, "user", "view_user", app="accounts")
    return [*views, people, *(_permission(apps, database, model, f"change_{model}") for model in OPERATED)]


def _permission(apps: Any, database: str, model: str, code: str, app: str = "spaces") -> Any:
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    kind, _ = kinds.get_or_create(app_label=app, model=model)
    verb, _, _ = code.partition("_")
    verbose = apps.get_model(app, model)._meta.verbose_name
    name = CUSTOM.get(code, f"Can {verb} {verbose}")
    made, _ = (
        apps.get_model("auth", "Permission")
        .objects.using(database)
        .get_or_create(content_type=kind, codename=code, defaults={"name": name})
    )
    return made


class Migration(migrations.Migration):
    dependencies = [
        ("spaces", "0007_moderation"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
