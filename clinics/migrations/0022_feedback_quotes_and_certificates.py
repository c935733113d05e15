"""Answers of feedback and their sums, what may be quoted, and certificates."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import letsconnect.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0025_what_is_kept_of_clinics"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("attending", "attending"), ("sharing", "sharing"), ("contributing", "contributing")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.CharField(max_length=28, unique=True, verbose_name="code")),
                ("name", letsconnect.base.fields.LineField(max_length=150, verbose_name="name on the certificate")),
                ("shows_name", models.BooleanField(default=False, verbose_name="the name")),
                ("shows_title", models.BooleanField(default=True, verbose_name="the title of the clinic")),
                ("shows_date", models.BooleanField(default=True, verbose_name="the date")),
                ("shows_hours", models.BooleanField(default=True, verbose_name="how long it was")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="counts no more since")),
                (
                    "revoked_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("holder", "taken back by its holder"),
                            ("desk", "revoked by the working group"),
                            ("ground", "what it was given for was corrected"),
                        ],
                        max_length=10,
                        verbose_name="why it counts no more",
                    ),
                ),
                ("revoke_reason", letsconnect.base.fields.LineField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="clinics.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate",
                "verbose_name_plural": "certificates",
                "indexes": [models.Index(fields=["member", "clinic"], name="clinics_certificate_by_member")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("clinic", "member", "kind"),
                        name="clinics_one_certificate_per_member_and_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["attending", "sharing", "contributing"])),
                        name="clinics_certificate_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[234679ACDEFHJKMNPQRTVWXY]{28}$")),
                        name="clinics_certificate_has_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "name__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                ("name", ""),
                                models.Q(
                                    (
                                        "name__regex",
                                        "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                    ),
                                    models.Q(
                                        (
                                            "name__regex",
                                            "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                        ),
                                        _negated=True,
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="clinics_certificate_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("revoke_reason", ""), ("revoked_at", None), ("revoked_by", None), ("revoked_why", "")
                            ),
                            models.Q(("revoked_at__isnull", False), ("revoked_why__in", ["holder", "desk", "ground"])),
                            _connector="OR",
                        ),
                        name="clinics_revoked_certificate_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("revoked_by__isnull", False),
                                ("revoked_why", "desk"),
                                (
                                    "revoke_reason__regex",
                                    "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                ),
                                models.Q(
                                    ("revoke_reason", ""),
                                    models.Q(
                                        (
                                            "revoke_reason__regex",
                                            "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                        ),
                                        models.Q(
                                            (
                                                "revoke_reason__regex",
                                                "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                            ),
                                            _negated=True,
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(models.Q(("revoked_why", "desk"), _negated=True), ("revoke_reason", "")),
                            _connector="OR",
                        ),
                        name="clinics_desk_revokes_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedbackAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("useful", "Was it useful for you?"),
                            ("pace", "How was the level?"),
                            ("language", "Could you take part in a language you are at ease in?"),
                            ("use", "Will you use something of it?"),
                            ("safe", "Did you feel safe and welcome?"),
                            ("words", "What would you change?"),
                        ],
                        max_length=10,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("option", models.CharField(max_length=10)),
                ("words", models.TextField(blank=True, max_length=1000)),
                ("week_of", models.DateField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback_answers",
                        to="clinics.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest",), name="clinics_one_feedback_answer_per_question"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("option__in", ["very", "quite", "little", "not"]), ("question", "useful")),
                            models.Q(("option__in", ["easy", "right", "hard"]), ("question", "pace")),
                            models.Q(("option__in", ["yes", "partly", "no"]), ("question", "language")),
                            models.Q(("option__in", ["yes", "maybe", "no"]), ("question", "use")),
                            models.Q(("option__in", ["yes", "mostly", "no"]), ("question", "safe")),
                            models.Q(("option__in", ["said"]), ("question", "words")),
                            _connector="OR",
                        ),
                        name="clinics_feedback_option_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("question", "words"),
                                (
                                    "words__regex",
                                    "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                ),
                            ),
                            models.Q(models.Q(("question", "words"), _negated=True), ("words", "")),
                            _connector="OR",
                        ),
                        name="clinics_feedback_words_stand_where_they_are_asked_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week_of__iso_week_day", 1)), name="clinics_feedback_week_is_its_monday"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedbackTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("useful", "Was it useful for you?"),
                            ("pace", "How was the level?"),
                            ("language", "Could you take part in a language you are at ease in?"),
                            ("use", "Will you use something of it?"),
                            ("safe", "Did you feel safe and welcome?"),
                            ("words", "What would you change?"),
                        ],
                        max_length=10,
                    ),
                ),
                ("option", models.CharField(max_length=10)),
                ("count", models.PositiveIntegerField(default=0)),
                ("shown", models.PositiveIntegerField(default=0)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback_tallies",
                        to="clinics.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "question", "option"), name="clinics_one_tally_per_option"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("option__in", ["very", "quite", "little", "not"]), ("question", "useful")),
                            models.Q(("option__in", ["easy", "right", "hard"]), ("question", "pace")),
                            models.Q(("option__in", ["yes", "partly", "no"]), ("question", "language")),
                            models.Q(("option__in", ["yes", "maybe", "no"]), ("question", "use")),
                            models.Q(("option__in", ["yes", "mostly", "no"]), ("question", "safe")),
                            models.Q(("option__in", ["said"]), ("question", "words")),
                            _connector="OR",
                        ),
                        name="clinics_tally_option_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shown__lte", models.F("count"))),
                        name="clinics_no_more_is_shown_than_was_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=500, verbose_name="what may be quoted")),
                (
                    "as_whom",
                    models.CharField(
                        choices=[
                            ("own_name", "my name"),
                            ("other_name", "another name"),
                            ("participant", "“a participant”, without a name"),
                        ],
                        default="participant",
                        max_length=12,
                        verbose_name="as whom",
                    ),
                ),
                ("name", letsconnect.base.fields.LineField(blank=True, max_length=100, verbose_name="name")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="clinics.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
                "constraints": [
                    models.UniqueConstraint(fields=("clinic", "member"), name="clinics_one_quote_per_member"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "text__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            )
                        ),
                        name="clinics_quote_can_be_seen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("as_whom__in", ["own_name", "other_name", "participant"])),
                        name="clinics_quote_is_as_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("as_whom", "participant"), ("name", "")),
                                models.Q(
                                    models.Q(("as_whom", "participant"), _negated=True),
                                    models.Q(("name", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("name", ""),
                                models.Q(
                                    (
                                        "name__regex",
                                        "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                    ),
                                    models.Q(
                                        (
                                            "name__regex",
                                            "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                        ),
                                        _negated=True,
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="clinics_quote_names_whom_it_is_to_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("published_by", None)),
                            models.Q(
                                ("published_at__gte", models.F("given_at")),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="clinics_published_quote_says_by_whom",
                    ),
                ],
            },
        ),
    ]
