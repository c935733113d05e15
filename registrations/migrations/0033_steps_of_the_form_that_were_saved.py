from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import Q


def mark_what_was_answered(apps, schema_editor):
    """Mark in each draft the steps that hold an answer: nobody knows which others were saved."""
    drafts = apps.get_model("registrations", "Registration").objects.filter(state="draft").order_by("pk")
    answered = {
        "who": ~Q(country="") | Q(role__isnull=False),
        "languages": Q(spoken_languages__isnull=False),
        "share": Q(offers__isnull=False),
        "learn": Q(wishes__isnull=False),
        "when": ~Q(zone=""),
        "how-much": ~Q(can_help=1) | ~Q(can_learn_from=1) | ~Q(contact_text=""),
    }
    steps = {draft.pk: [] for draft in drafts}
    for step, condition in answered.items():
        for pk in drafts.filter(condition).distinct().values_list("pk", flat=True):
            steps[pk].append(step)
    for draft in drafts:
        draft.steps_saved = steps[draft.pk]
        draft.save(update_fields=["steps_saved"])


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0032_looks_at_what_letters_said"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="steps_saved",
            field=ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, editable=False, size=None
            ),
        ),
        migrations.RunPython(mark_what_was_answered, migrations.RunPython.noop),
    ]
