from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WITHOUT_EFFECT = {"bookmark.read", "bookmark.write", "mute.read", "mute.write"}


def forget_scopes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take from apps the scopes that users granted while the page said that they have no effect here.

    They have one now, so an app must ask again.
    """
    for name in ("AccessToken", "Grant"):
        rows = apps.get_model("oauth2_provider", name).objects.using(schema_editor.connection.alias)
        for scope in set(rows.values_list("scope", flat=True).distinct()):
            kept = " ".join(word for word in scope.split() if word not in WITHOUT_EFFECT)
            if kept != scope:
                rows.filter(scope=scope).update(scope=kept)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_language"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [migrations.RunPython(forget_scopes, migrations.RunPython.noop)]
