"""The database keeps the names of people as they are compared, whoever writes a row; looks at the page of a person."""

from django.db import migrations, models

import letsconnect.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0011_folded_text"),
        ("registrations", "0046_what_is_written_to_the_team_can_be_read"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="folded_name",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("name"), function="base_folded", output_field=models.TextField()),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="folded_names",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    letsconnect.base.fields.Concatenated("name", "wikimedia_username", output_field=models.TextField()),
                    function="base_folded",
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.RemoveConstraint(
            model_name="look",
            name="registrations_look_kind_is_known",
        ),
        migrations.AlterField(
            model_name="look",
            name="kind",
            field=models.CharField(
                choices=[
                    ("registration", "your registration"),
                    ("account", "your account"),
                    ("person", "a page of all that the working group sees of you"),
                    ("match", "a match of yours, with both sides"),
                    ("export", "your registration, in an export"),
                    ("accounts", "a list of accounts, with yours"),
                    ("registrations", "a list of registrations, with yours"),
                    ("matches", "a list of people and matches, with your name"),
                    ("letter", "when an email to you was sent, and where"),
                    ("letter_text", "what an email to you said"),
                    ("letter_naming", "what an email to somebody else said that names you"),
                    ("letters", "a list of emails, with your address"),
                    ("invitations", "your invitation to take over what you wrote in the old form"),
                    ("clinic", "who comes to a clinic, with your name"),
                    ("import", "what you wrote in the old form, in a file"),
                    ("topic", "for which clinics you asked, or which you support, with your name"),
                    ("candidate", "who would like to share in a clinic or to come, with your name"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="look",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "registration",
                            "account",
                            "person",
                            "match",
                            "export",
                            "accounts",
                            "registrations",
                            "matches",
                            "letter",
                            "letter_text",
                            "letter_naming",
                            "letters",
                            "invitations",
                            "clinic",
                            "import",
                            "topic",
                            "candidate",
                        ],
                    )
                ),
                name="registrations_look_kind_is_known",
            ),
        ),
    ]
