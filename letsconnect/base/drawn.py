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


def _forget(**kwargs: Any) -> None:
    """Draw anew after a setting or, while somebody writes it, a template was changed."""
    _kept.clear()


for _signal in (setting_changed, file_changed):
    _signal.connect(_forget, dispatch_uid="letsconnect.drawn")
