"""The tab of the texts: what the clinic is about, in each language."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin.tabs import Tab, form_of_rows
from clinics.models import Clinic, ClinicText
from clinics.texts.forms import FirstTextForm
from letsconnect.base.admin import DeskInline


class ClinicTextInline(DeskInline, admin.StackedInline):
    model = ClinicText
    form = FirstTextForm

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        return 0 if obj and obj.texts.exists() else 1


TEXTS = Tab("texts", _("Texts"), form_of_rows, inlines=(ClinicTextInline,))
