"""Parts of the desk's pages that are the same for all readers: `{% drawn_once opts=cl.opts %}…{% enddrawn_once %}`."""

from typing import Any

from django import template
from django.forms import Media
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString

from letsconnect.base.drawn import drawn_once as kept

register = template.Library()


class DrawnOnce(Node):
    """A part of a template that sees nothing but the values that are named, so nothing of a person can be kept."""

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self._values = nodelist, values

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self._values.items()}

        def draw() -> str:
            alone = Context(values)
            alone.template = context.template
            return self.nodelist.render(alone)

        return kept((self, *values.values()), draw)


@register.tag
def drawn_once(parser: Parser, token: Token) -> DrawnOnce:
    values = token_kwargs(token.split_contents()[1:], parser)
    nodelist = parser.parse(("enddrawn_once",))
    parser.delete_first_token()
    return DrawnOnce(nodelist, values)


@register.filter
def drawn_media(media: Media, kind: str) -> SafeString:
    """Return the tags for the style sheets ("css") or the scripts ("js") of a page."""
    files: Any = vars(media)[f"_{kind}_lists"]
    return kept(("media", kind, repr(files)), lambda: str(media[kind]))
