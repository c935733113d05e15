"""HTML that is drawn once in a process for each language and each set of values it depends on, and then kept."""

from collections.abc import Callable, Hashable
from typing import Any

from django.core.signals import setting_changed
from django.urls import get_script_prefix
from django.utils.autoreload import file_changed
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_MOST_KEPT = 2048
_kept: dict[Hashable, SafeString] = {}


def drawn_once(key: Hashable, draw: Callable[[], str]) -> SafeString:
    """Return what ``draw`` drew for this key in the active language; the key holds nothing of one person."""
    whole_key = (key, get_language(), get_script_prefix())
    html = _kept.get(whole_key)
    if html is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        html = _kept[whole_key] = SafeString(draw())
    return html


def forget_on_change(forget: Callable[[], None]) -> None:
    """Call ``forget`` after a setting or, while somebody writes it, a template was changed."""

    def changed(**kwargs: Any) -> None:
        forget()

    for signal in (setting_changed, file_changed):
        signal.connect(changed, weak=False)


forget_on_change(_kept.clear)
