"""Who of the working group stands on the page of the team, and what is written to them there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import letsconnect.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0036_cards_seen_after_handing_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=43, unique=True)),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("network", models.CharField(blank=True, max_length=64)),
                ("name", letsconnect.base.fields.LineField(max_length=100, verbose_name="name")),
                ("text", models.TextField(max_length=3000, verbose_name="message")),
                ("gives_address", models.BooleanField(default=False, verbose_name="they may see my email address")),
                ("made_at", models.DateTimeField(verbose_name="written")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
            ],
        ),
        migrations.AddField(
            model_name="workinggroupseat",
            name="is_shown",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="shown on the page of the team"
            ),
        ),
        migrations.AddConstraint(
            model_name="workinggroupseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_shown", False), ("role__in", frozenset(["coordinator", "liaison"])), _connector="OR"
                ),
                name="registrations_only_the_working_group_is_shown_as_the_team",
            ),
        ),
        migrations.AddField(
            model_name="teammessage",
            name="recipient",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="teammessage",
            name="writer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="teammessage",
            index=models.Index(fields=["network", "made_at"], name="registrations_message_network"),
        ),
        migrations.AddIndex(
            model_name="teammessage",
            index=models.Index(fields=["writer", "sent_at"], name="registrations_message_writer"),
        ),
        migrations.AddConstraint(
            model_name="teammessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("address__regex", "^[ -@[-~]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
                        ("sent_at", None),
                        ("writer", None),
                    ),
                    models.Q(("address", ""), ("network", ""), ("sent_at__isnull", False), ("writer__isnull", False)),
                    _connector="OR",
                ),
                name="registrations_team_message_waits_for_its_address_or_has_a_writer",
            ),
        ),
    ]
