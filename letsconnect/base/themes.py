"""Light or dark pages: as the reader's device says, unless they chose one of the two, in a cookie of this browser.

Pages are drawn, and kept for all visitors, without a choice. For a browser that carries one, `dressed` writes it into
the finished page: nothing of the choice is in what is kept.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEMES = ("light", "dark")
BY_DEVICE = "device"
_A_YEAR = 365 * 24 * 60 * 60
_MEDIA = b'media="screen and (prefers-color-scheme: dark)"'  # of the sheet with dark colours
_MEDIA_OF = {"light": b'media="not all"', "dark": b'media="screen"'}  # what is printed is light


def chosen_theme(request: HttpRequest) -> str:
    """Return the theme of the cookie; "" where the device decides."""
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return theme if theme in THEMES else ""


def keep_theme(response: HttpResponse, theme: str) -> None:
    """Keep the theme in a cookie; any other word leaves it to the device."""
    if theme not in THEMES:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.THEME_COOKIE_NAME,
        theme,
        max_age=_A_YEAR,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def dressed(page: bytes, theme: str) -> bytes:
    """Return a page in the theme somebody chose: each place is written as the templates of the frame write it."""
    head, end, body = page.partition(b"</head>")
    if b'<meta name="color-scheme"' not in head or b"<html data-theme=" in head:
        return page  # the desk's, which has a switch of its own; or one that is in a theme by its address
    name = theme.encode()
    head = (
        head.replace(b"<html ", b'<html data-theme="%s" ' % name, 1)
        .replace(b'name="color-scheme" content="light dark"', b'name="color-scheme" content="%s"' % name, 1)
        .replace(_MEDIA, _MEDIA_OF[theme], 1)
    )
    was, now = (b'name="theme" value="%s" aria-pressed=' % value for value in (BY_DEVICE.encode(), name))
    return head + end + body.replace(was + b'"true"', was + b'"false"', 1).replace(now + b'"false"', now + b'"true"', 1)
