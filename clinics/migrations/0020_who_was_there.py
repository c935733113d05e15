"""Who was at a clinic and from what we know it, how many more were there, and the link of a channel."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import letsconnect.base.typed_links


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0015_appointments_wait_for_each_other"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "joined_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="pressed the button to join at"),
                ),
                ("ticked_at", models.DateTimeField(blank=True, null=True, verbose_name="ticked at")),
                ("in_call_at", models.DateTimeField(blank=True, null=True, verbose_name="found in the call's list at")),
                (
                    "minutes_in_call",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(2880)],
                        verbose_name="minutes in the call",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendances",
            },
        ),
        migrations.CreateModel(
            name="OtherHeads",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(100000)],
                        verbose_name="how many more people were there",
                    ),
                ),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "count of other people",
                "verbose_name_plural": "counts of other people",
            },
        ),
        migrations.AddField(
            model_name="channel",
            name="meeting_link",
            field=models.URLField(
                blank=True,
                max_length=500,
                validators=[letsconnect.base.typed_links.validate_typed_link],
                verbose_name="meeting link of the channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("meeting_link", ""), ("meeting_link__startswith", "https://"), _connector="OR"),
                name="clinics_channel_link_is_encrypted",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendances",
                to="clinics.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="in_call_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendances",
                to=settings.AUTH_USER_MODEL,
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="ticked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="otherheads",
            name="clinic",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="other_heads", to="clinics.clinic"
            ),
        ),
        migrations.AddField(
            model_name="otherheads",
            name="counted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(fields=("clinic", "member"), name="clinics_one_attendance_per_member"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("joined_at__isnull", False),
                    ("ticked_at__isnull", False),
                    ("in_call_at__isnull", False),
                    _connector="OR",
                ),
                name="clinics_attendance_has_a_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ticked_at__isnull", False), ("ticked_by__isnull", False)),
                    models.Q(("ticked_at", None), ("ticked_by", None)),
                    _connector="OR",
                ),
                name="clinics_tick_says_who_ticked",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("in_call_at__isnull", False), ("in_call_by__isnull", False)),
                    models.Q(("in_call_at", None), ("in_call_by", None), ("minutes_in_call", None)),
                    _connector="OR",
                ),
                name="clinics_call_list_says_who_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes_in_call", None), ("minutes_in_call__lte", 2880), _connector="OR"),
                name="clinics_minutes_in_call_are_at_most_two_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="otherheads",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__lte", 100000)), name="clinics_other_heads_are_a_sensible_number"
            ),
        ),
    ]
