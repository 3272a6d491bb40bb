from django.db import migrations

TREE = {
    "Arts & culture": ("Books", "Design", "Film & TV", "Theatre"),
    "Business": ("Careers", "Finance", "Start-ups"),
    "Education": ("History", "Languages", "Teaching"),
    "Entertainment": ("Comedy", "Games", "Podcasts"),
    "Health": ("Fitness", "Mental health", "Nutrition"),
    "Music": ("Classical", "Electronic", "Hip-hop", "Jazz", "Pop", "Rock"),
    "News": ("Local", "Politics", "World"),
    "Science": ("Climate", "Medicine", "Physics", "Space flight"),
    "Sport": ("Cycling", "Football", "Running", "Tennis"),
    "Technology": ("AI", "Open source", "Privacy", "Programming"),
}


def plant(apps, schema_editor):
    topics = apps.get_model("spaces", "Topic").objects.using(schema_editor.connection.alias)
    for name, children in TREE.items():
        parent, _ = topics.get_or_create(name=name)
        for child in children:
            topics.get_or_create(name=child, defaults={"parent": parent})


class Migration(migrations.Migration):
    dependencies = [("spaces", "0003_invitations_schedule_topics")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
