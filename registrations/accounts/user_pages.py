"""Where somebody stands on the wiki: the name they sign in with there, and the address of their user page."""

from typing import Any
from urllib.parse import quote, urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import models
from django.db.models import Subquery
from django.db.models.fields.json import KeyTextTransform

from registrations.accounts.wikimedia import PROVIDER


def username_of(member: Any) -> Subquery:
    """Return the name of an account of the wiki with which a member signs in: they have proved that it is theirs."""
    accounts = SocialAccount.objects.filter(user=member, provider=PROVIDER).order_by("pk")
    name = KeyTextTransform("username", "extra_data", output_field=models.CharField())
    return Subquery(accounts.annotate(username=name).values("username")[:1])


def user_page(name: str) -> tuple[str, str]:
    """Return what the user page of this account is called, and its address."""
    page, wiki = f"User:{name}", urlsplit(settings.MEDIAWIKI_URL)
    return page, f"{wiki.scheme}://{wiki.netloc}/wiki/{quote(page.replace(' ', '_'), safe=':')}"
