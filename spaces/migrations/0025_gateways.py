"""Give Spaces the name of the gateway that carries them: `default` stood for the only one."""

from typing import Any

from django.conf import settings
from django.db import migrations, models


def name(apps: Any, schema_editor: Any) -> None:
    """Name the gateway of live Spaces; a Space that is over needs none."""
    spaces = apps.get_model("spaces", "Space").objects.using(schema_editor.connection.alias).filter(gateway="default")
    spaces.filter(state="live").update(gateway=next(iter(settings.GATEWAYS)))
    spaces.exclude(state="live").update(gateway="")


class Migration(migrations.Migration):
    dependencies = [("spaces", "0024_moderators_of_clips")]
    operations = [
        migrations.AlterField("space", "gateway", models.CharField(blank=True, default="", max_length=40)),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
