from django.db import migrations


class Migration(migrations.Migration):
    """The fingerprint of what a gathered letter told is named after what it is."""

    dependencies = [("mailings", "0005_letters_gather")]

    operations = [migrations.RenameField("letter", "told", "facts_digest")]
