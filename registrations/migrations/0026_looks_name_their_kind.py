from django.db import migrations, models
from django.db.models import Q

KINDS = [
    "registration",
    "account",
    "match",
    "export",
    "accounts",
    "registrations",
    "matches",
    "letter",
    "letters",
    "invitations",
    "clinic",
    "import",
]
# PostgreSQL renames the column in the rules by itself; only what Django knows of them is written anew.
RULES = (
    models.UniqueConstraint(
        fields=["viewer", "registration", "kind", "seen_on"],
        condition=Q(registration__isnull=False),
        name="registrations_one_look_a_day_at_a_registration",
    ),
    models.UniqueConstraint(
        fields=["viewer", "member", "kind", "seen_on"],
        condition=Q(member__isnull=False),
        name="registrations_one_look_a_day_at_an_account",
    ),
    models.CheckConstraint(condition=Q(kind__in=KINDS), name="registrations_look_kind_is_known"),
)


class Migration(migrations.Migration):
    """A look says of which kind it is."""

    dependencies = [("registrations", "0025_headings_of_the_desk_in_the_readers_language")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveConstraint("look", rule.name) for rule in RULES]
        ),
        migrations.RenameField("look", "what", "kind"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint("look", rule) for rule in RULES]
        ),
    ]
