"""What somebody wants done as soon as they have signed in, by the press that signs them in.

A letter's code and link know a page to which signing in leads. Where an app above registered that page's name here,
what was to be done there is done at once; opened by itself, the page acts on no GET, like every other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from letsconnect.base.links import path_or_nothing
from registrations.models import Member


@dataclass(frozen=True)
class ErrandShown:
    """What the pages of signing in show of an errand: a template with its context, and the words of the button."""

    template: str
    context: dict[str, Any]
    button: str


Run = Callable[..., HttpResponse]  # (request, member, **words of the address): what is answered to the press
# (address to which the letter went, **words of the address): None once there is nothing to do any more
Show = Callable[..., ErrandShown | None]

_errands: dict[str, tuple[Run, Show]] = {}


def register(view_name: str, *, run: Run, show: Show) -> None:
    _errands[view_name] = run, show


def _errand_of(leads_to: str) -> tuple[Run, Show] | None:
    """Return how to do and to show the errand of this address, if it is one of an errand."""
    if not path_or_nothing(leads_to):
        return None
    try:
        match = resolve(urlsplit(leads_to).path)
    except Resolver404:
        return None
    if match.view_name not in _errands:
        return None
    run, show = _errands[match.view_name]
    return partial(run, **match.kwargs), partial(show, **match.kwargs)


def is_errand(leads_to: str) -> bool:
    return _errand_of(leads_to) is not None


def run_errand(request: HttpRequest, member: Member, leads_to: str) -> HttpResponse | None:
    """Do what the member wanted to sign in for, and return the answer; None if they only wanted to be led there."""
    errand = _errand_of(leads_to)
    return errand[0](request, member) if errand else None


def shown_errand(address: str, leads_to: str) -> ErrandShown | None:
    """Return what to show of the errand for which a letter went to this address, if there is one."""
    errand = _errand_of(leads_to)
    return errand[1](address) if errand else None
