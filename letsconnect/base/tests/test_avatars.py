"""Initials in the script of the name, as a reader of it sees letters."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from letsconnect.base.avatars import COLOURS, avatar, initials

APART = "\u200c"
TOKENS = settings.BASE_DIR / "node_modules" / "@wikimedia" / "codex-design-tokens" / "dist"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "A"),
        ("ada lovelace", f"A{APART}L"),
        ("Ana María de la Cruz", f"A{APART}C"),
        ("Émile Zola", f"É{APART}Z"),
        ("E\u0301mile", "É"),
        ("José_Ñandú", f"J{APART}Ñ"),
        ("Jean-Luc", f"J{APART}L"),
        ("  (ada)  “byron” ", f"A{APART}B"),
        ("نور مصطفى", f"ن{APART}م"),
        ("أ\u064eحمد", "أ\u064e"),
        ("सिमरन कौर", f"सि{APART}कौ"),
        ("田中太郎", "田"),
        ("ნინო", "ნ"),
        ("ßen", "S"),
        ("user 2024", f"U{APART}2"),
        ("👩🏽‍🔬 🇧🇷", "👩🏽‍🔬"),
        ("🇧🇷", "🇧🇷"),
        ("***", "*"),
        ("", ""),
        (" \u00a0 ", ""),
    ],
)
def test_initials_are_whole_letters_of_the_first_and_the_last_word(name, shown):
    assert initials(name) == shown


def test_an_avatar_is_escaped_and_not_read_aloud_and_keeps_its_colour():
    assert "<bdi>&lt;</bdi>" in avatar("<")
    assert 'aria-hidden="true"' in avatar("Ada")
    assert avatar("Ada Byron") == avatar("Ada Byron")
    colours = {re.search(r"lc-avatar--(\d)", avatar(f"Person {number}"))[1] for number in range(200)}
    assert colours == {str(number) for number in range(COLOURS)}
    assert re.findall(r"--\d", avatar("Ada", "key")) == re.findall(r"--\d", avatar("Bob", "key"))


def test_the_tag_draws_it_and_takes_a_missing_key():
    drawn = Template("{% load avatars %}{% avatar name nobody.public_id %}").render(Context({"name": "Ada"}))

    assert drawn == avatar("Ada")


@pytest.mark.parametrize("sheet", ["theme-wikimedia-ui.css", "theme-wikimedia-ui-mode-dark.css"])
def test_each_colour_has_a_rule_and_enough_contrast_in_light_and_dark(sheet):
    ours = (Path(settings.BASE_DIR) / "static" / "css" / "portal.css").read_text()
    values = {}
    for name in ("theme-wikimedia-ui.css", sheet):
        values |= dict(re.findall(r"(--[\w-]+): (#\w+);", (TOKENS / name).read_text()))

    for number in range(COLOURS):
        rule = re.search(rf"\.lc-avatar--{number} \{{([^}}]+)\}}", ours)[1]
        ground, ink = (values[name] for name in re.findall(r"var\((--[\w-]+)\)", rule))
        assert contrast(ground, ink) >= 4.5, (number, ground, ink)


def contrast(*colours: str) -> float:
    """The contrast of two colours (WCAG 2)."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted(map(luminance, colours))
    return (high + 0.05) / (low + 0.05)
