"""Two subscriptions of one mailbox become one: its letters that wait, and what was announced to it, go along."""

from django.db.models import Exists, OuterRef, UniqueConstraint
from django.db.models.fields.reverse_related import ForeignObjectRel

from mailings.models import Subscription


def merge(other: Subscription, *, into: Subscription) -> None:
    """Delete the locked subscription ``other``; every row of it is from now on one of ``into``.

    So nobody loses an issue that waits for them because they have joined the portal meanwhile. Of two rows of which the
    reader may have only one (a clinic is announced once), that of ``into`` is kept.
    """
    for relation in Subscription._meta.get_fields(include_hidden=True):  # also those without a way back
        if isinstance(relation, ForeignObjectRel):
            _move(relation, other, into)
    other.delete()


def _move(relation: ForeignObjectRel, other: Subscription, into: Subscription) -> None:
    name, theirs = relation.field.name, relation.related_model._base_manager
    rows = theirs.filter(**{name: other})
    for constraint in relation.related_model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields:
            same = {field: OuterRef(field) for field in constraint.fields if field != name}
            rows = rows.exclude(Exists(theirs.filter(**{name: into}, **same)))
    rows.update(**{name: into})
