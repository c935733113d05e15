"""Draw the rows of a list with one template: `{{ cards|drawn_as:"clinics/_clinic_card.html" }}`."""

from django import template

from letsconnect.base.pieces import draw

register = template.Library()
register.filter("drawn_as", draw)
