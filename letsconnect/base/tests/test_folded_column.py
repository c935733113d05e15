"""The database folds text as Python does, so that a column it keeps is found by what Python made of a query."""

import unicodedata

import pytest
from django.db import connection

from letsconnect.base import folding

NAMES = [
    "María-José Núñez Ibáñez", "NÚÑEZ", "Strauß", "STRAẞE", "Søren Ørsted", "Łukasz", "Đorđe", "Æsa", "Œuvre",
    "Iğdır ışık İZMİR", "أحمد", "احمد", "فاطمة", "فاطمه", "مصطفى", "محـــمد", "مُحَمَّد", "إيمان", "آمنة", "یکی", "O’Brien",
    "O'Brien", "Jean–Luc", "a & b", "a+b", "Анна Ёлкина", "Νίκος ΣΊΣΥΦΟΣ", "李小龙", "ガギグ", "ｶﾞｷﾞ", "한국", "हिन्दी",
    "ａｂｃ１２", "٣٤", "user_name", "«Ana»", "  a   b ", "", "Ǆ", "ﬁn", "𞤀𞤁",
    "x/y.z", "№5", "½", "Ana 🌍", "100%", "e\u0301",
]  # fmt: skip


@pytest.mark.django_db
def test_the_database_folds_names_and_letters_of_all_scripts_as_python_does():
    codes = (*range(1, 0x2000), *range(0x2000, 0x1F000, 31))
    letters = [chr(code) for code in codes if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co", "Cc")]
    texts = [*NAMES, *letters]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT base_folded(t) FROM unnest(%s::text[]) WITH ORDINALITY AS w (t, at) ORDER BY at", [texts]
        )
        folded = [row[0] for row in cursor.fetchall()]

    assert [pair for pair in zip(folded, map(folding.key, texts), strict=True) if pair[0] != pair[1]] == []
