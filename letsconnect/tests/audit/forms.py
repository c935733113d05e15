"""The forms of a page, and something that no field of theirs can mean."""

from html.parser import HTMLParser
from typing import NamedTuple

# Words are longer than what any field keeps; where they are read back they must not push a page sideways.
_NONSENSE = {
    "textarea": "w" * 3000,
    "select": "moon",
    "radio": "moon",
    "number": "-7",
    "date": "9999-99-99",
    "time": "99:99",
    "datetime-local": "9999-99-99T99:99",
}
_PRESSED = {"submit", "button", "image", "reset"}


class Form(NamedTuple):
    """Where one form posts to as it says, what it sends along unseen, and each of its fields with nonsense in it."""

    action: str
    hidden: dict[str, list[str]]
    nonsense: dict[str, list[str]]


def forms_in(html: str) -> list[Form]:
    """Return the forms that are posted, of the page itself: those of the frame sign out and change the language."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    """Reads the forms between <main> and its end."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_in_main = self._is_in_form = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attributes}
        self._is_in_main |= tag == "main"
        if tag == "form":
            self._is_in_form = self._is_in_main and values.get("method", "").lower() == "post"
            if self._is_in_form:
                self.forms.append(Form(values.get("action", "").split("#")[0], {}, {}))
        elif self._is_in_form and tag in ("input", "select", "textarea") and values.get("name"):
            self._field(tag, values["name"], values)

    def _field(self, tag: str, name: str, values: dict[str, str]) -> None:
        kind = values.get("type", "text") if tag == "input" else tag
        form = self.forms[-1]
        if kind == "hidden":
            form.hidden.setdefault(name, []).append(values.get("value", ""))
        elif kind not in _PRESSED and kind not in ("checkbox", "file"):
            form.nonsense[name] = [_NONSENSE.get(kind, "w" * 400)]

    def handle_endtag(self, tag: str) -> None:
        self._is_in_main &= tag != "main"
        self._is_in_form &= tag != "form"
