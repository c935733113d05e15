"""The words for a choice in templates: `{{ match|label:"state" }}`."""

from django import template

from letsconnect.base.labels import label_of

register = template.Library()
register.filter("label", label_of)
