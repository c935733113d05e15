"""What a browser sees on the pages that belong to no app."""

import pytest

from letsconnect.tests.browser import WIDTHS

pytestmark = pytest.mark.browser
PUBLIC = ["/", "/code-of-conduct/", "/privacy/", "/contact/"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_public_page_is_sound(live_server, open_window, language, width):
    window = open_window(live_server.url, language=language, width=width)

    for path in PUBLIC:
        page = window.visit(path)
        window.screenshot(f"{path.strip('/') or 'home'}-{language}-{width}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("html").get_attribute("lang") == language
