"""The checklists of clinics, the template they are copied from, and the letters about what is due."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain import checklists as domain
from clinics.domain.checklists import DAYS_AFTER_AT_MOST, DAYS_BEFORE_AT_MOST, ChecklistState, ItemState, UsualItem
from clinics.domain.clinics import ClinicState
from clinics.models.clinics import Clinic
from clinics.models.people import ClinicPerson
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.labels import label_of
from registrations.domain.registrations import WORKING_GROUP
from registrations.models import Member, WorkingGroupSeat

DUE_ON = ExpressionWrapper(F("clinic__local_date") + F("days"), output_field=models.DateField())


def in_working_group(member: str = "", *, on: date) -> Q:
    """Return the rule that the person to whom ``member`` (a lookup) leads is in the working group on that day.

    Without a lookup the rows are people themselves.
    """
    seats = WorkingGroupSeat.objects.current(on=on).filter(role__in=WORKING_GROUP, member=OuterRef(member or "pk"))
    return Q(Exists(seats)) | Q(**{f"{member}__is_superuser" if member else "is_superuser": True})


def _rules(table: str) -> list[models.BaseConstraint]:
    """Return the rules of a table of checklist items: those of a clinic and of the template are the same."""
    return [
        models.CheckConstraint(
            condition=Q(name="") & ~Q(title="") | ~Q(name="") & Q(title=""), name=f"clinics_{table}_is_named_once"
        ),
        models.CheckConstraint(
            condition=Q(name="") | Q(name__in=UsualItem.values), name=f"clinics_{table}_name_is_known"
        ),
        models.CheckConstraint(condition=lines_can_be_seen("title"), name=f"clinics_{table}_title_can_be_seen"),
        models.CheckConstraint(
            condition=Q(days__gte=-DAYS_BEFORE_AT_MOST, days__lte=DAYS_AFTER_AT_MOST),
            name=f"clinics_{table}_is_due_within_a_year",
        ),
    ]


class ChecklistLine(models.Model):
    """What is to be done, and when, counted in days from the day of the clinic."""

    name = models.CharField(max_length=30, choices=UsualItem, blank=True, editable=False)
    title = LineField(pgettext_lazy("of a checklist item", "what is to be done"), max_length=150, blank=True)
    days = models.SmallIntegerField(
        _("days from the clinic"),
        validators=[MinValueValidator(-DAYS_BEFORE_AT_MOST), MaxValueValidator(DAYS_AFTER_AT_MOST)],
        help_text=_("Before the day of the clinic with a minus, as in -14; 0 is the day itself."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.in_words

    @property
    def in_words(self) -> str:
        """What is to be done: as it was typed, or in the reader's language."""
        return self.title or label_of(self, "name")


class ChecklistTemplateItem(ChecklistLine):
    """What new clinics have on their list, as long as it ``is_used``."""

    is_used = models.BooleanField(_("on the list of new clinics"), default=True)

    class Meta:
        verbose_name = _("usual checklist item")
        verbose_name_plural = _("usual checklist")
        ordering = ["days", "pk"]
        constraints = [
            *_rules("usual_item"),
            models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="clinics_each_usual_item_once"),
        ]


class ChecklistItemQuerySet(models.QuerySet["ChecklistItem"]):
    def looked_after_by(self, reader: Member) -> "ChecklistItemQuerySet":
        """The items of the clinics a member of the working group looks after."""
        return self.filter(clinic__in=Clinic.objects.looked_after_by(reader).values("pk"))

    def open(self) -> "ChecklistItemQuerySet":
        """What is still to be done, of clinics that were not cancelled."""
        return self.filter(state=ItemState.OPEN).exclude(clinic__state=ClinicState.CANCELLED)

    def due_by(self, day: date) -> "ChecklistItemQuerySet":
        """What is still to be done and is due on that day, or was earlier."""
        return self.open().alias(_due=DUE_ON).filter(_due__lte=day)

    def of(self, member: Member) -> "ChecklistItemQuerySet":
        """What this person was given to do."""
        return self.filter(assignee=member)

    def in_good_hands(self, *, on: date) -> "ChecklistItemQuerySet":
        """Given to somebody who may still do it: in the working group on that day, or host of the clinic."""
        hosts = ClinicPerson.objects.hosts().accepted()
        is_host = Exists(hosts.filter(clinic=OuterRef("clinic"), member=OuterRef("assignee")))
        return self.filter(in_working_group("assignee", on=on) | Q(is_host), assignee__is_active=True)

    def in_order(self) -> "ChecklistItemQuerySet":
        """By the day on which they are due."""
        return self.order_by(DUE_ON, "clinic_id", "pk")


class ChecklistItem(ChecklistLine):
    """What is to be done for one clinic; by whom, and what became of it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="checklist")
    assignee = models.ForeignKey(
        Member,
        verbose_name=pgettext_lazy("of a checklist item", "who does it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=10, choices=ItemState, default=ItemState.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = pgettext_lazy("of a clinic", "checklist")
        ordering = ["clinic_id", "days", "pk"]
        constraints = [
            *_rules("checklist_item"),
            models.UniqueConstraint(
                fields=["clinic", "name"], condition=~Q(name=""), name="clinics_each_checklist_item_once"
            ),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="clinics_checklist_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ItemState.OPEN, settled_at=None, settled_by=None)
                | ~Q(state=ItemState.OPEN) & Q(settled_at__isnull=False, settled_by__isnull=False),
                name="clinics_checklist_item_says_who_settled_it",
            ),
        ]

    @property
    def due_on(self) -> date:
        return domain.due_on(self.days, day=self.clinic.local_date)

    def state_on(self, today: date) -> ChecklistState:
        """Return what it looks like on a reader's day."""
        return domain.state_of(due=self.due_on, state=self.state, today=today)


class ChecklistReminder(models.Model):
    """The letter of one day to one person about what is due: the row keeps it to one a day."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="clinics_one_letter_about_the_checklist_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"
