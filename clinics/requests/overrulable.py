"""Which decisions on clinics and on topics asked for somebody else can change."""

from clinics.domain.requests import TopicRequestState
from clinics.models import Clinic, TopicRequest
from registrations.seats.overruling import Overrulable, register

_DECIDED = frozenset({"plan_topic", "answer_topic", "decline_topic", "merge_topic"})


def register_overrulable() -> None:
    """Register them: who announced a clinic hears that another moves it or calls it off."""
    register(
        Overrulable(
            table=Clinic,
            decided_by=frozenset({"announce_clinic"}),
            changed_by={"cancel_clinic": ("announced",), "reschedule": ()},
            seen_by=Clinic.objects.looked_after_by,
        ),
        Overrulable(
            table=TopicRequest,
            decided_by=_DECIDED | {"reopen_topic"},
            changed_by={
                "reopen_topic": (),
                **{verb: (TopicRequestState.PLANNED, TopicRequestState.ANSWERED) for verb in _DECIDED},
            },
            seen_by=TopicRequest.objects.looked_after_by,
        ),
    )
