"""What a page of the desk sends along unseen: the version it was opened at."""

import html
import re
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

_HIDDEN = re.compile(r'<input type="hidden" name="(opened|opened_rows|opened_all|seen|version)" value="([^"]*)"')


def hidden_in(body: str) -> dict[str, Any]:
    """Return the hidden fields that carry versions, as a browser posts them."""
    found: dict[str, Any] = {}
    for name, value in _HIDDEN.findall(body):
        if name in ("opened", "opened_all", "version"):
            found[name] = html.unescape(value)
        else:
            found.setdefault(name, []).append(html.unescape(value))
    return found


def as_opened(client: Client, path: str, **typed: Any) -> dict[str, Any]:
    """Open a page and return what its form posts with these fields typed in."""
    return {**_hidden_on(client.get(path)), **typed}


def _hidden_on(page: Any) -> dict[str, Any]:
    return hidden_in(page.content.decode()) if page.status_code == 200 and not page.streaming else {}


def sent_along(client: Client, path: str, typed: dict[str, Any]) -> dict[str, Any]:
    """Return the versions that the page sends along on which this button of the desk stands: the address itself shows
    it, or the page of the row does."""
    asked_about, path = path, path.split("?")[0]
    if "id" in typed:  # a page about the row with this number
        return as_opened(client, f"{path}?{urlencode({'id': typed['id']}, doseq=True)}")
    asked = {name: typed[name] for name in ("target",) if name in typed}
    shown = client.get(f"{path}?{urlencode(asked)}" if asked else path)
    found, match = _hidden_on(shown), resolve(path)
    if not found and asked_about != path:  # a page that shows its buttons once it is asked something
        found = _hidden_on(client.get(asked_about))
    is_sent_away = shown.status_code == 302 and shown["Location"].startswith(reverse("admin:login"))
    if found or not match.kwargs or is_sent_away:  # who has no seat is shown no page of the desk
        return found
    page = f"admin:{'_'.join(match.url_name.split('_')[:2])}_change"
    try:
        return as_opened(client, reverse(page, args=[next(iter(match.kwargs.values()))]))
    except NoReverseMatch:
        return {}


class Browser(Client):
    """Posts at the desk as people do: the page is opened first, and its version goes along. Whoever wants to post
    without, or with an old one, takes Django's own client, or gives ``opened``."""

    def post(self, path: str, data: Any = None, *args: Any, **options: Any) -> Any:
        is_desk = path.startswith("/admin/") or resolve(path.split("?")[0]).view_name == "trust:report-detail"
        if is_desk and isinstance(data, dict | None) and "opened" not in (data or {}):
            data = {**sent_along(self, path, data or {}), **(data or {})}
        return super().post(path, data, *args, **options)


class Remembering(Client):
    """Asks for each page once: for tests that undo whatever was done, after which a page is as it was."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pages: dict[str, Any] = {}

    def get(self, path: str, *args: Any, **options: Any) -> Any:
        if path not in self.pages:
            self.pages[path] = super().get(path, *args, **options)
        return self.pages[path]
