import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_programs"),
        ("accounts", "__first__"),
        ("spaces", "0006_pins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[("space", "Space"), ("person", "Person"), ("caption", "Caption")], max_length=10
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("person", "A person"), ("words", "The word list")], default="person", max_length=10
                    ),
                ),
                ("caption_id", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("abuse", "Harassment or abuse"),
                            ("hate", "Hate"),
                            ("violence", "Violence or threats"),
                            ("self_harm", "Self-harm or suicide"),
                            ("sexual", "Sexual content"),
                            ("child_safety", "Child safety"),
                            ("privacy", "Private information"),
                            ("impersonation", "Impersonation"),
                            ("spam", "Spam or scam"),
                            ("illegal", "Against the law"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                ("clock_ms", models.PositiveBigIntegerField(blank=True, null=True)),
                ("shown", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "state",
                    models.CharField(choices=[("open", "Open"), ("decided", "Decided")], default="open", max_length=10),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="claimed_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_about",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="spaces.space",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("moderate", "Can look into reports and decide them"),
                    ("moderate_senior", "Can suspend for long, decide appeals and keep the word list"),
                ],
                "indexes": [
                    models.Index(fields=["state", "-id"], name="report_queue"),
                    models.Index(fields=["space", "state"], name="report_of_space"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open"), ("subject", "space")),
                        fields=("reporter", "space"),
                        name="report_of_space_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open"), ("subject", "person")),
                        fields=("reporter", "person"),
                        name="report_of_person_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open"), ("subject", "caption")),
                        fields=("reporter", "caption_id"),
                        name="report_of_caption_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", "words"), ("subject", "space")),
                        fields=("space",),
                        name="report_flag_of_space_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", "words"), ("subject", "caption")),
                        fields=("caption_id",),
                        name="report_flag_of_caption_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("no_action", "No action was taken."),
                            ("warn", "You were warned."),
                            ("remove", "You were removed from a Space."),
                            ("end", "Your Space was ended."),
                            ("redact", "What you wrote was taken down."),
                            ("suspend_hosting", "You were suspended from hosting."),
                            ("suspend_speaking", "You were suspended from speaking and hosting."),
                            ("suspend_entirely", "Your account was suspended."),
                            ("reinstate", "Your suspension was lifted."),
                            ("uphold", "Your appeal was looked at, and the decision stands."),
                            ("reverse", "Your appeal was granted, and the decision is taken back."),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("before", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("after", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reversals",
                        to="spaces.decision",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to="spaces.space",
                    ),
                ),
                (
                    "suspension",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.suspension",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions_about",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to="spaces.report",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["target", "-id"], name="decision_about_person")],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("upheld", "Upheld"), ("reversed", "Reversed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appeals", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appeal", to="spaces.decision"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "id"], name="appeal_queue")],
            },
        ),
        migrations.CreateModel(
            name="FlaggedWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=60, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["text"],
            },
        ),
        migrations.AlterField(
            model_name="logentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("created", "Created"),
                    ("started", "Started"),
                    ("ended", "Ended"),
                    ("canceled", "Canceled"),
                    ("joined", "Joined"),
                    ("left", "Left"),
                    ("lost", "Lost"),
                    ("host_lost", "Host Lost"),
                    ("host_back", "Host Back"),
                    ("requested", "Requested"),
                    ("request_canceled", "Request Canceled"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("muted", "Muted"),
                    ("unmuted", "Unmuted"),
                    ("muted_all", "Muted All"),
                    ("mic_taken", "Mic Taken"),
                    ("stepped_down", "Stepped Down"),
                    ("removed", "Removed"),
                    ("invited", "Invited"),
                    ("mic_accepted", "Mic Accepted"),
                    ("policy_changed", "Policy Changed"),
                    ("captions_given", "Captions Given"),
                    ("captions_refused", "Captions Refused"),
                    ("captions_withdrawn", "Captions Withdrawn"),
                    ("language_changed", "Language Changed"),
                    ("caption_redacted", "Caption Redacted"),
                    ("updated", "Updated"),
                    ("reported", "Reported"),
                    ("flagged", "Flagged"),
                    ("decided", "Decided"),
                    ("listened_in", "Listened In"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["kind", "id"], name="spaces_log_of_kind"),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["space", "clock_ms"], name="spaces_log_around"),
        ),
    ]
