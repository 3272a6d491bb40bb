import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def host_is_creator(apps, schema_editor):
    apps.get_model("spaces", "Space").objects.using(schema_editor.connection.alias).update(host=F("creator"))


class Migration(migrations.Migration):
    dependencies = [
        ("spaces", "0008_moderators"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="space",
            name="host",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hosted_spaces",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(host_is_creator, migrations.RunPython.noop),
    ]
