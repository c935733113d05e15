"""A letter to sign in carries a link beside its code, and belongs to the browser that asked for it."""

import django.db.models.deletion
from django.db import migrations, models

TEXTS = {"browser": 64, "language": 10, "leads_to": 1500, "link_hash": 64, "zone": 50}


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0003_lift_suppressions_that_spoke_of_somebody_else"),
        ("registrations", "0020_closed_accounts_say_when_and_by_whom"),
    ]

    operations = [
        *(
            migrations.AddField("signincode", name, models.CharField(blank=True, max_length=longest, default=""), False)
            for name, longest in TEXTS.items()
        ),
        migrations.AddField(
            "signincode",
            "letter",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="mailings.letter"
            ),
        ),
        migrations.AddField("signincode", "link_used_at", models.DateTimeField(null=True)),
        migrations.AddField("signincode", "tries_elsewhere", models.JSONField(blank=True, default=dict)),
        migrations.AlterField("signincode", "code_hash", models.CharField(blank=True, max_length=64)),
        migrations.AddIndex(
            "signincode", models.Index(fields=["browser", "made_at"], name="registrations_code_by_browser")
        ),
        migrations.AddConstraint(
            "signincode",
            models.UniqueConstraint(
                condition=models.Q(("link_hash", ""), _negated=True),
                fields=("link_hash",),
                name="registrations_one_code_per_link",
            ),
        ),
        migrations.AddConstraint(
            "signincode",
            models.CheckConstraint(
                condition=models.Q(("used_at", None), models.Q(("code_hash", ""), _negated=True), _connector="OR"),
                name="registrations_used_code_was_written",
            ),
        ),
    ]
