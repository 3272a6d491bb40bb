"""Let both groups of moderators look at clips, and delete them."""

from typing import Any

from django.db import migrations

GROUPS = ("moderator", "senior moderator")
CODES = {"view_clip": "Can view clip", "change_clip": "Can change clip"}


def allow(apps: Any, schema_editor: Any) -> None:
    """Django makes permissions after all migrations, which is too late for a group that is made by one."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    groups = apps.get_model("auth", "Group").objects.using(database)
    kind, _ = content_types.get_or_create(app_label="spaces", model="clip")
    for code, name in CODES.items():
        made, _ = permissions.get_or_create(content_type=kind, codename=code, defaults={"name": name})
        for group in groups.filter(name__in=GROUPS):
            group.permissions.add(made)


class Migration(migrations.Migration):
    dependencies = [
        ("spaces", "0023_clips"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
