"""What people agreed to stands still: the text of a document changes under a version only if somebody says so."""

import re
import tomllib
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags

from letsconnect.settings import DOCUMENT_VERSIONS

KEPT = Path(__file__).with_name("texts_of_documents.toml")
PAGES = {"code_of_conduct": "code-of-conduct", "privacy_notice": "privacy"}
CHANGED = """
A document reads differently under a version that people may have agreed to:

{changed}

If it says something else now (what is kept, why, who sees it, for how long, what is expected of people): add a version
to DOCUMENT_VERSIONS in letsconnect/settings.py, with the day on which its text comes. Everybody is asked again.
If it says the same in better words: the version stays. In either case bring {kept} up to date with:

{lines}"""


def digest_of(client, document, language):
    """A digest of the words that somebody reads on the page of a document in a language."""
    page = client.get(reverse(PAGES[document]), headers={"accept-language": language}).content.decode()
    (text,) = re.findall(r'<div class="lc-prose lc-stack">(.*?)</div>', page, re.DOTALL)
    words = " ".join(unescape(strip_tags(text)).replace(settings.CONTACT_EMAIL, "").split())
    return sha256(words.encode()).hexdigest()[:16]


def test_every_document_that_is_agreed_to_has_its_page():
    assert set(PAGES) == set(DOCUMENT_VERSIONS)


@pytest.mark.django_db
def test_no_document_changes_under_its_version_unless_somebody_says_so(client):
    kept, changed, lines = tomllib.loads(KEPT.read_text()), [], []
    for document, versions in DOCUMENT_VERSIONS.items():
        newest = versions[-1][0]
        digests = {language: digest_of(client, document, language) for language, _name in settings.LANGUAGES}
        known = kept.get(document, {}).get(newest, {})
        changed += [
            f"  {document}, version {newest}, in {language}"
            for language, digest in digests.items()
            if known.get(language) != digest
        ]
        if known != digests:
            lines += [f'[{document}."{newest}"]', *(f'{language} = "{digest}"' for language, digest in digests.items())]
    assert not changed, CHANGED.format(changed="\n".join(changed), kept=KEPT.name, lines="\n".join(lines))


@pytest.mark.parametrize("document", PAGES)
def test_versions_of_a_document_come_one_after_the_other(document):
    names, days = zip(*DOCUMENT_VERSIONS[document], strict=True)

    assert len({*names}) == len(names)
    assert sorted({*days}) == list(days)
