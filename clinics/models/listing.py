"""That something changed which lists and pages of clinics show, so that no process shows what it kept from before."""

from django.db import models
from django.db.models.functions import Now


class ListChange(models.Model):
    """One statement that changed what visitors read of clinics; written by the triggers of migrations 28, 60 and 70.

    Rows are only added, so nobody waits for anybody, and are seen when what they tell of is. Old ones are swept away:
    their number and the sum of their keys say whether anything changed, in whatever order transactions end.
    """

    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "change of lists"
        verbose_name_plural = "changes of lists"

    def __str__(self) -> str:
        return str(self.pk)
