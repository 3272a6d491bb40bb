import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PEOPLE = ("ada", "grace", "alan", "joan", "mod", "senior")


def know_those_there_are(apps, schema_editor):
    """Enter the accounts that earlier versions made at every start. What is missing was deleted, and stays so."""
    database = schema_editor.connection.alias
    users = apps.get_model("accounts", "User").objects.using(database)
    demo = apps.get_model("accounts", "DemoAccount")
    people = users.filter(username__in=PEOPLE, email__endswith="@demo.invalid")
    crowd = users.filter(username__startswith="crowd", display_name__startswith="Listener ", email="")
    ids = [user.pk for user in crowd if re.fullmatch(r"crowd\d{3}", user.username) and user.password[0] == "!"]
    users.filter(pk__in=ids).update(is_active=False)
    rows = [*people, *users.filter(pk__in=ids)]
    demo.objects.using(database).bulk_create(demo(username=user.username, user=user) for user in rows)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_programs"),
    ]

    operations = [
        migrations.CreateModel(
            name="DemoAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("username", models.CharField(max_length=15, unique=True)),
                (
                    "user",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(know_those_there_are, migrations.RunPython.noop),
    ]
