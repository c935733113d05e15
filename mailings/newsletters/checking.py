"""What keeps an issue from being sent: half-written versions, links that lead nowhere, nobody to read it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from mailings.domain.newsletters import VersionState
from mailings.models import Newsletter, NewsletterSection, NewsletterVersion
from mailings.newsletters import audiences, markdown
from mailings.newsletters.composing import body_of
from mailings.sending.plain_text import flowed

LARGEST = 57_000  # bytes of both texts: with its headers a letter stays under 60 kB; mail programs cut at 102 kB
_PORTS = {"http": 80, "https": 443}
_OF_ONE_READER = {"token", "secret"}  # what the addresses of pages call what stands for one person
_OF_ALL_READERS = {"language", "step", "kind"}  # and what they call what is there for everybody
LONGEST_LINE = 900  # bytes: with the addresses that are put in, a line stays under the 998 that mail allows

# A page of the portal (its path), and since when the text that leads there stands (None: it is being written) → why a
# letter cannot lead there, or None. Registered by the app whose page it is.
LinkCheck = Callable[[str, datetime | None], str | None]
_link_checks: dict[str, LinkCheck] = {}


def register_link_check(view_name: str, check: LinkCheck) -> None:
    """Register what tells whether pages of this named address can be linked to: a draft clinic cannot."""
    if _link_checks.setdefault(view_name, check) is not check:
        raise ValueError(f"links to {view_name!r} are checked twice")


def why_not_to_send(newsletter: Newsletter) -> list[str]:
    """Return every reason why the issue cannot be sent as it stands, each a sentence; none if it can."""
    versions = list(newsletter.versions.prefetch_related("sections").order_by("language"))
    ready = [version for version in versions if version.state == VersionState.READY]
    sentences = []
    if not ready:
        sentences.append(_("No version is ready. Write one, and mark it as ready."))
    for version in versions:
        named = {"language": version.get_language_display()}
        if version.state != VersionState.READY:
            sentences.append(_("The version in %(language)s is half written. Finish it or remove it.") % named)
        elif not any(markdown.says_something(section.body) for section in version.sections.all()):
            sentences.append(_("The version in %(language)s says nothing yet.") % named)
        sentences.extend(
            _("%(language)s: %(problem)s") % {**named, "problem": problem} for problem in problems_of(version)
        )
    sentences.extend(_audience_problems(newsletter))
    return sentences


def problems_of(version: NewsletterVersion) -> list[str]:
    """Return what an editor has to change in a version before it can be sent."""
    sentences = []
    for section in version.sections.all():
        sentences.extend(problems_of_section(section, since=version.newsletter.asked_at))
    return sentences or problems_of_letter(version)


def problems_of_section(section: NewsletterSection, *, since: datetime | None = None) -> list[str]:
    """Return what has to be changed in one section; ``since`` is when somebody asked for its issue to be sent."""
    return [*markdown.problems(section.body), *_links_to_mend(section, since=since)]


def links_gone_wrong(newsletter: Newsletter) -> list[str]:
    """Return what is wrong by now with the pages that an issue leads to, each a sentence; none if nothing is.

    What an issue says stands since somebody asked for it to be sent: also what has changed since then is named.
    """
    versions = newsletter.versions.prefetch_related("sections").order_by("language")
    return [
        _("%(language)s: %(problem)s") % {"language": version.get_language_display(), "problem": problem}
        for version in versions
        for section in version.sections.all()
        for problem in _links_to_mend(section, since=newsletter.asked_at)
    ]


def _links_to_mend(section: NewsletterSection, *, since: datetime | None) -> Iterator[str]:
    for link in markdown.links(section.body):
        reason = why_not_to_link(link.target, since=since)
        if reason:
            yield _("The link “%(words)s”: %(reason)s") % {"words": link.words, "reason": reason}


def why_not_to_link(target: str, *, since: datetime | None = None) -> str | None:
    """Return why a link leads nowhere, or None. Only the portal's own pages are looked at; nothing is fetched."""
    try:
        parts = urlsplit(target)
        is_ours = _site(parts) == _site(urlsplit(settings.SITE_URL))
    except ValueError:  # brackets, or a port, that no address has
        return _("this is no address of a page.")
    if parts.scheme == "mailto":
        return None if re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", target) else _("this is no address.")
    if (parts.netloc or target.startswith("//")) and not parts.scheme:
        return _("write it with https:// in front.")
    if "@" in parts.netloc:
        return _("take out what stands before the @: it hides where the link leads.")
    if parts.scheme and not is_ours:
        return None if parts.hostname else _("this is no address of a page.")
    if not parts.scheme and not parts.path:  # a place on the same page, of which a letter has none
        return _("this is no address of a page.")
    return _why_not_to_page(unquote(parts.path) or "/", since=since)


def page_of_ours(target: str) -> str | None:
    """Return the path of the page of the portal that a link leads to, None where it leads elsewhere."""
    try:
        parts = urlsplit(target)
        is_ours = _site(parts) == _site(urlsplit(settings.SITE_URL)) if parts.scheme else not parts.netloc
    except ValueError:
        return None
    return (unquote(parts.path) or "/") if is_ours else None


def _site(parts: SplitResult) -> tuple[str | None, int | None]:
    """Return host and port, the same for every spelling of a site."""
    return parts.hostname, None if parts.port == _PORTS.get(parts.scheme) else parts.port


def _why_not_to_page(path: str, *, since: datetime | None) -> str | None:
    """Return why no letter can lead to this page of the portal, or None."""
    try:
        match = resolve(path)
    except Resolver404:
        return _("the portal has no page %(path)s.") % {"path": path}
    if "admin" in match.app_names:
        return _("readers cannot open the pages of the desk.")
    if match.kwargs.keys() & _OF_ONE_READER:
        return _("this address is one reader's own: whoever opens it would act in their name.")
    check = _link_checks.get(match.view_name)
    if check is None and match.kwargs.keys() - _OF_ALL_READERS:  # what is one person's, or one pair's
        return _("not every reader can open this page.")
    return check(path, since) if check else None


def problems_of_letter(version: NewsletterVersion) -> list[str]:
    """Look at the letter as it would be sent."""
    body = body_of(version)
    texts = body.html, flowed(body.text)
    sentences = []
    if sum(len(text.encode()) + text.count("\n") for text in texts) > LARGEST:  # a line ends with two bytes in a letter
        sentences.append(_("It is too long: mail programs would cut it. Shorten it, or link to a page that says more."))
    if any(len(line.encode()) > LONGEST_LINE for text in texts for line in text.splitlines()):
        sentences.append(_("One word or address is too long for an email. Write it with spaces, or a shorter link."))
    return sentences


def _audience_problems(newsletter: Newsletter) -> list[str]:
    try:
        chosen = audiences.readers(newsletter.audience)
    except LookupError as missing:
        return [_("Readers were chosen by “%(name)s”, which the portal no longer knows.") % {"name": missing.args[0]}]
    return [] if chosen.exists() else [_("Nobody would get this issue: no reader is left by what you chose.")]
