"""Commas of the reader's language in templates: `{{ names|listed }}`, and `{% comma %}` between other words."""

from django import template

from letsconnect.base.languages import comma, listed

register = template.Library()
register.filter("listed", listed)
register.simple_tag(comma, name="comma")
