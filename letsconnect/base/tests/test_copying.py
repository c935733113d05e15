"""Rows by COPY are those that saving each would have made."""

import pytest
from django.db import IntegrityError, transaction

from letsconnect.base.copying import copy_in
from letsconnect.base.models import Act, ActReason

pytestmark = pytest.mark.django_db
COLUMNS = ("verb", "object_type", "object_id", "was", "became", "at", "actor_id")
NOW = "2026-03-02T12:00:00Z"


def test_texts_nothing_and_defaults_arrive_as_they_are():
    texts = ['a "word", and\nanother', "", "ساعة", "\\", "tab\there"]

    copy_in(Act, COLUMNS, [(text, "x", number, "", "", NOW, None) for number, text in enumerate(texts)])

    acts = list(Act.objects.order_by("object_id"))
    assert [act.verb for act in acts] == texts
    assert {(act.was, act.actor_id, act.at.isoformat()) for act in acts} == {("", None, "2026-03-02T12:00:00+00:00")}
    copy_in(ActReason, ("act_id", "text"), [(acts[0].pk, "because")])
    assert ActReason.objects.get().act == acts[0]
    copy_in(Act, COLUMNS, [])
    assert Act.objects.count() == len(texts)


def test_a_rule_the_database_keeps_refuses_all_of_them():
    copy_in(Act, COLUMNS, [("a", "x", 1, "", "", NOW, None)])
    act = Act.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in(ActReason, ("act_id", "text"), [(act.pk, "one"), (act.pk, "two")])

    assert not ActReason.objects.exists()
