"""What the groups of `spaces.0008_moderators` may do with captions: look at them, run one again, redact one."""

from typing import Any

from django.db import migrations

GROUPS = ("moderator", "senior moderator")
LOOKED_AT = ("consent", "redaction", "track", "utterance")
OPERATED = ("utterance",)


def let_moderators_in(apps: Any, schema_editor: Any) -> None:
    """Django makes permissions after all migrations, which is too late for a group that is made by one."""
    database = schema_editor.connection.alias
    views = [_permission(apps, database, model, "view") for model in LOOKED_AT]
    changes = [_permission(apps, database, model, "change") for model in OPERATED]
    for name in GROUPS:
        group, _ = apps.get_model("auth", "Group").objects.using(database).get_or_create(name=name)
        group.permissions.add(*views, *changes)


def _permission(apps: Any, database: str, model: str, verb: str) -> Any:
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    kind, _ = kinds.get_or_create(app_label="captions", model=model)
    verbose = apps.get_model("captions", model)._meta.verbose_name
    made, _ = (
        apps.get_model("auth", "Permission")
        .objects.using(database)
        .get_or_create(content_type=kind, codename=f"{verb}_{model}", defaults={"name": f"Can {verb} {verbose}"})
    )
    return made


class Migration(migrations.Migration):
    dependencies = [("captions", "0001_captions"), ("spaces", "0008_moderators")]

    operations = [migrations.RunPython(let_moderators_in, migrations.RunPython.noop)]
