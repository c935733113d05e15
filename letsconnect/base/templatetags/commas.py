"""Words within the reader's sentences: `{{ names|listed }}`, and `{% comma %}` between other words.

`{{ text|isolated }}` is for what somebody wrote, perhaps in another script.
"""

from django import template

from letsconnect.base.languages import comma, listed
from letsconnect.base.lines import isolated

register = template.Library()
register.filter("listed", listed)
register.filter("isolated", isolated)
register.simple_tag(comma, name="comma")
