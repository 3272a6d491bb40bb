"""What is masked where nobody has chosen yet: slurs against people for what they are. The admin's list from then on."""

from typing import Any

from django.db import migrations

# Whole words, so that no other word is hit by chance. Words with a common harmless sense are left to the site.
SLURS = """
    faggot faggots gook gooks kanake kanaken kike kikes maricon maricones neger nigga niggas nigger niggers paki pakis
    raghead ragheads sudaca sudacas trannies tranny wetback wetbacks
""".split()  # noqa: SIM905 - a list would be a page


def fill(apps: Any, schema_editor: Any) -> None:
    words = apps.get_model("captions", "MaskedWord").objects.using(schema_editor.connection.alias)
    for text in SLURS:
        words.get_or_create(text=text)


class Migration(migrations.Migration):
    dependencies = [("captions", "0003_honest_captions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
