"""Two subscriptions of one mailbox become one: its letters that wait, and what was announced to it, go along."""

from datetime import datetime

from django.db.models import Exists, OuterRef, UniqueConstraint
from django.db.models.fields.reverse_related import ForeignObjectRel

from letsconnect.base import acts
from mailings.models import Subscription


def merge(other: Subscription, *, into: Subscription, now: datetime) -> None:
    """Delete the locked subscription ``other``; every row of it is from now on one of ``into``.

    So nobody loses an issue that waits for them because they have joined the portal meanwhile. Of two rows of which the
    reader may have only one (a clinic is announced once), that of ``into`` is kept. The log says which row it became,
    so that the links of letters that were sent still choose and leave.
    """
    for relation in Subscription._meta.get_fields(include_hidden=True):  # also those without a way back
        if isinstance(relation, ForeignObjectRel):
            _move(relation, other, into)
    acts.record(by=into.member, verb="merge_subscriptions", on=other, now=now, became=str(into.pk))
    other.delete()


def _move(relation: ForeignObjectRel, other: Subscription, into: Subscription) -> None:
    name, theirs = relation.field.name, relation.related_model._base_manager
    rows = theirs.filter(**{name: other})
    for constraint in relation.related_model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields:
            same = {field: OuterRef(field) for field in constraint.fields if field != name}
            rows = rows.exclude(Exists(theirs.filter(**{name: into}, **same)))
    rows.update(**{name: into})
