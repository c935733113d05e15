import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import letsconnect.base.typed_links
import letsconnect.base.zones


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0002_requests_for_one_sharer"),
        ("registrations", "0011_people_who_may_be_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "times proposed"), ("confirmed", "agreed"), ("cancelled", "cancelled")],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("turn", models.PositiveIntegerField(default=0)),
                (
                    "waiting_for",
                    models.CharField(
                        blank=True,
                        choices=[("learner", "learner"), ("sharer", "sharer")],
                        max_length=10,
                        verbose_name="waits for",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        choices=[(30, "30"), (45, "45"), (60, "60"), (90, "90")], default=60, verbose_name="length"
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts at")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="calendar id")),
                ("sequence", models.PositiveIntegerField(default=0, verbose_name="calendar sequence")),
                (
                    "call_link",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[letsconnect.base.typed_links.validate_typed_link],
                        verbose_name="link to the call",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="first proposed at")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed at")),
                ("day_reminded_at", models.DateTimeField(blank=True, null=True)),
                ("hour_reminded_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="cancelled at")),
                (
                    "cancelled_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cannot", "I cannot at that time after all"),
                            ("no_time_fits", "No time suits both of us"),
                            ("not_needed", "We no longer need it"),
                            ("lapsed", "Every proposed time has passed without an answer"),
                            ("match_over", "The match is over"),
                            ("paused", "One of the two is taking a break"),
                        ],
                        max_length=20,
                        verbose_name="why it was cancelled",
                    ),
                ),
                (
                    "cancelled_note",
                    models.TextField(blank=True, max_length=500, verbose_name="a word to the other person"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions_as_learner",
                        to="registrations.registration",
                        verbose_name="learner",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first proposed by",
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="matching.match",
                        verbose_name="match",
                    ),
                ),
                (
                    "sharer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions_as_sharer",
                        to="registrations.registration",
                        verbose_name="sharer",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProposedTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("local_date", models.DateField(verbose_name="date")),
                ("local_time", models.TimeField(verbose_name="time")),
                (
                    "zone",
                    models.CharField(
                        max_length=50, validators=[letsconnect.base.zones.validate_zone], verbose_name="time zone"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="times", to="matching.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed time",
                "verbose_name_plural": "proposed times",
                "ordering": ["starts_at"],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar feed",
                "verbose_name_plural": "calendar feeds",
                "constraints": [
                    models.UniqueConstraint(fields=("fingerprint",), name="matching_one_feed_per_secret"),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint", ""), _negated=True), name="matching_feed_has_a_secret"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("state", "confirmed")), fields=["starts_at"], name="matching_session_agreed"
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["match", "state"], name="matching_session_of_match"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed", "cancelled"])),
                name="matching_session_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("learner", models.F("sharer")), _negated=True),
                name="matching_session_is_of_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed_at", None),
                        ("ends_at", None),
                        ("starts_at", None),
                        models.Q(("state", "confirmed"), _negated=True),
                    ),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("ends_at__gt", models.F("starts_at")),
                        ("starts_at__isnull", False),
                        models.Q(("state", "proposed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="matching_session_agreed_has_its_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "proposed"), ("waiting_for__in", ["learner", "sharer"])),
                    models.Q(("state", "confirmed"), ("waiting_for__in", ["", "learner", "sharer"])),
                    models.Q(("state", "cancelled"), ("waiting_for", "")),
                    _connector="OR",
                ),
                name="matching_session_waits_for_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_at", None),
                        ("cancelled_by", None),
                        ("cancelled_note", ""),
                        ("cancelled_why", ""),
                        models.Q(("state", "cancelled"), _negated=True),
                    ),
                    models.Q(
                        ("cancelled_at__isnull", False),
                        (
                            "cancelled_why__in",
                            ["cannot", "no_time_fits", "not_needed", "lapsed", "match_over", "paused"],
                        ),
                        ("state", "cancelled"),
                    ),
                    _connector="OR",
                ),
                name="matching_session_cancelled_has_when_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cancelled"), _negated=True),
                    ("cancelled_by__isnull", False),
                    ("cancelled_why__in", ["lapsed", "match_over"]),
                    _connector="OR",
                ),
                name="matching_session_cancelled_has_who_unless_lapsed",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__in", (30, 45, 60, 90))), name="matching_session_length_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("call_link", ""), ("call_link__startswith", "https://"), _connector="OR"),
                name="matching_session_call_link_is_https",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("uid",), name="matching_one_session_per_uid"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("match",),
                name="matching_one_session_is_agreed_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "confirmed")),
                expressions=[
                    (
                        models.Func(
                            models.Func(
                                models.F("learner_id"), models.F("learner_id"), models.Value("[]"), function="int8range"
                            ),
                            models.Func(
                                models.F("sharer_id"), models.F("sharer_id"), models.Value("[]"), function="int8range"
                            ),
                            function="int8multirange",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_at"),
                            models.F("ends_at"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="matching_one_person_one_session_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedtime",
            constraint=models.UniqueConstraint(
                fields=("session", "number"), name="matching_one_proposed_time_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedtime",
            constraint=models.UniqueConstraint(fields=("session", "starts_at"), name="matching_proposed_times_differ"),
        ),
        migrations.AddConstraint(
            model_name="proposedtime",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("number__lte", 3)), name="matching_proposed_times_at_most_three"
            ),
        ),
    ]
