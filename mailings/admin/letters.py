"""The list of letters, for coordinators. Liaisons do not see it, because it shows addresses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext_lazy

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import FilterOfLink
from letsconnect.base.keys import keys_among
from letsconnect.base.languages import listed
from letsconnect.base.numbers_read import called_at_desk, read_numbers
from letsconnect.base.opened_lists import ListOfSeats, OpenedList, ValuesFilter
from letsconnect.base.pieces import Piece
from letsconnect.base.querysets import as_own
from letsconnect.base.statements import StatementOfSeats
from letsconnect.base.stored_words import in_words
from letsconnect.base.templatetags.people_at_desk import link_to
from letsconnect.base.zone_names import zone_in_words
from mailings import kinds
from mailings.admin.board import KindFilter, LetterBoard
from mailings.admin.letter_texts import LetterTexts
from mailings.admin.mass_acts import MARK_AS_SENT, SEND_AGAIN
from mailings.domain.letters import NEEDS_A_PERSON, LetterState
from mailings.models import Letter, LetterQuerySet
from mailings.models.letters import tally_of


class NeedsFilter(FilterOfLink):
    """The letters that need a person, as the first page of the desk and the board count them; links lead to it."""

    title = gettext_lazy("state")
    parameter_name, in_links = "needs", "person"

    def label(self) -> str:
        return listed(LetterState(state).label for state in sorted(NEEDS_A_PERSON))

    def chosen(self, rows: QuerySet[Any]) -> LetterQuerySet:
        return as_own(rows, LetterQuerySet).needing_a_person()


class PersonFilter(admin.SimpleListFilter):
    """The letters to one member, from before they had an account too; the page of the person leads here."""

    title = gettext_lazy("person")
    parameter_name = "person"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self._members = Letter._meta.get_field("member").related_model._base_manager
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        member = self._chosen()
        return [(str(member.pk), called_at_desk(member))] if member is not None else []

    def has_output(self) -> bool:
        return self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        member = self._chosen()
        if member is None:
            return queryset
        return as_own(queryset, LetterQuerySet).received_by(member, addresses=filter(None, [member.email]))

    def _chosen(self) -> Any:
        return self._members.filter(pk__in=keys_among([self.value() or ""])).first()


@admin.register(Letter)
class LetterAdmin(LetterTexts, LetterBoard):
    look, look_at_list = "letter", "letters"
    shows = ("member",)
    version_columns = ("state",)
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    columns_read_together = {**LetterBoard.columns_read_together, "recipient": "recipients"}
    list_display = [
        "shown_kind",
        "recipient",
        "state",
        "owed_at",
        "due_at",
        "sent_at",
        "tries",
        "shown_reason",
    ]
    on_phones = ("shown_kind", "recipient", "state", "owed_at", "shown_reason")
    list_filter = [NeedsFilter, PersonFilter, "state", KindFilter, ("language", ValuesFilter)]
    filters_about_one_person = (PersonFilter.parameter_name,)
    search_folded = ("member__folded_name",)
    search_addresses = ("address", "member__email", "message_id")
    search_help_text = gettext_lazy("A part of a name, or a whole address or Message-ID.")
    date_hierarchy = "owed_at"
    ordering = ["-owed_at", "-pk"]
    fields = [
        ("shown_kind", "state"),
        ("person", "address"),
        ("language", "clock"),
        "shown_about",
        ("owed_at", "due_at", "sent_at"),
        "shown_text",
        ("tries", "shown_reason"),
        "answer",
        "message_id",
    ]
    readonly_fields = ["shown_kind", "person", "clock", "shown_about", "shown_reason", "shown_text"]
    actions = left_to_worker = ["mark_as_sent", "send_again"]
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return ListOfSeats

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def shown_kind(self, letter: Letter) -> str:
        return kinds.label_of(letter.kind)

    @admin.display(description=Letter._meta.get_field("member").verbose_name)
    def person(self, letter: Letter) -> str:
        return link_to(letter.member, called_at_desk(letter.member)) if letter.member else "–"

    @admin.display(description=pgettext_lazy("recipient of a letter", "To"))
    def recipient(self, letter: Letter) -> str:
        return self.recipients([letter])[0]

    def recipients(self, rows: Sequence[Letter]) -> list[str]:
        """Return who each goes to, as a link to the page of the person, and the address."""
        prefetch_related_objects([row for row in rows if row.member_id], "member")
        read_numbers(row.member for row in rows)
        addresses = [format_html('<bdi dir="ltr">{}</bdi>', row.address) if row.address else "" for row in rows]
        return [
            format_html("{}<br>{}", link_to(row.member), address) if row.member else address or "–"
            for row, address in zip(rows, addresses, strict=True)
        ]

    @admin.display(description=gettext_lazy("time zone"))
    def clock(self, letter: Letter) -> str:
        return zone_in_words(letter.zone) if letter.zone else ""

    @admin.display(description=gettext_lazy("about"))
    def shown_about(self, letter: Letter) -> str:
        """Return what the letter is about, as a link where the desk has a page of it."""
        words, address = self.about(letter)
        return format_html('<a href="{}">{}</a>', address, words) if address else words or "–"

    @admin.display(description=gettext_lazy("reason"), ordering="reason")
    def shown_reason(self, letter: Letter) -> str:
        return in_words(letter.reason)

    def people_on(self, rows: Iterable[Letter]) -> PeopleShown:
        """Return the people these letters go to: members, or else bare addresses."""
        letters = list(rows)
        people = super().people_on(letters)
        people.addresses.update(letter.address for letter in letters if letter.member_id is None and letter.address)
        return people

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        reader: Any = request.user
        tally = tally_of(_BY_STATE.rows(reader))
        context = {"written": tally["written"], "states": list(_states(tally))}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.action(description=gettext_lazy("It arrived: mark as sent"), permissions=["coordinator"])
    def mark_as_sent(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return self.go_to_mass_act(request, MARK_AS_SENT, self.as_compared(request, letters))

    @admin.action(description=gettext_lazy("Send again"), permissions=["coordinator"])
    def send_again(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return self.go_to_mass_act(request, SEND_AGAIN, self.as_compared(request, letters))


def _states(tally: Mapping[str, int]) -> Iterator[Piece]:
    """Yield each state with how many letters are in it."""
    *_others, last = LetterState
    for state in LetterState:
        yield Piece({"state": state, "is_last": state == last}, {"count": localize(tally[state])})


_BY_STATE = StatementOfSeats(lambda reader: Letter.objects.visible_to(reader).counted_by_state())
