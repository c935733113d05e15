"""The log of acts in the reader's language: what was done, and what it was and became."""

from functools import cache

from django.apps import apps
from django.conf import settings
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from letsconnect.base.labels import without_code
from letsconnect.base.languages import cldr_name, listed

# Every verb of every app, as it reads after the name of whoever did it. A verb in the code that is missing here fails a
# test.
# Translators: these follow the name of somebody, or “the portal”, in a table of what was done.
VERBS: dict[str, Promise] = {
    "accept_changes": pgettext_lazy("act", "accepted the changes"),
    "accept_clinic_role": pgettext_lazy("act", "said yes to the clinic"),
    "accept_match": pgettext_lazy("act", "accepted the match"),
    "accept_skill": pgettext_lazy("act", "accepted the suggested skill"),
    "add_channel": pgettext_lazy("act", "added an interpretation channel"),
    "add_clinic_person": pgettext_lazy("act", "added the person to the clinic"),
    "add_newsletter_section": pgettext_lazy("act", "added a section to the version"),
    "add_newsletter_version": pgettext_lazy("act", "added a version of the issue in a language"),
    "add_skill": pgettext_lazy("act", "added the skill"),
    "agree_on_session": pgettext_lazy("act", "agreed on an hour"),
    "agree_to_code_of_conduct": pgettext_lazy("act", "agreed to the Universal Code of Conduct"),
    "agree_to_newsletter": pgettext_lazy("act", "agreed to the newsletter"),
    "agree_to_privacy_notice": pgettext_lazy("act", "agreed to the privacy notice"),
    "announce_clinic": pgettext_lazy("act", "announced the clinic"),
    "answer_topic": pgettext_lazy("act", "answered the topic request"),
    "apply_file": pgettext_lazy("act", "had the file imported"),
    "show_on_team_page": pgettext_lazy("act", "chose whether the page of the team shows them"),
    "appoint": pgettext_lazy("act", "gave the seat"),
    "appoint_to_trust_team": pgettext_lazy("act", "gave the seat on the trust team"),
    "approve_match": pgettext_lazy("act", "approved the match"),
    "archive_clinic": pgettext_lazy("act", "archived the clinic"),
    "arrange_checklist_item": pgettext_lazy("act", "said who does it, and until when"),
    "ask_clinic_person": pgettext_lazy("act", "asked the person for the clinic"),
    "ask_clinic_person_again": pgettext_lazy("act", "asked the person again, because the clinic was moved"),
    "ask_for_language": pgettext_lazy("act", "said that interpreters into a language are asked"),
    "ask_for_sharer": pgettext_lazy("act", "asked for this person as sharer"),
    "ask_to_send_newsletter": pgettext_lazy("act", "asked a second person to have the issue sent"),
    "ask_topic": pgettext_lazy("act", "asked for a clinic on the topic"),
    "begin_mass_act": pgettext_lazy("act", "began an act on many"),
    "begin_merging_skill": pgettext_lazy("act", "began to merge the skill into another"),
    "block_person": pgettext_lazy("act", "asked never to be matched with somebody"),
    "bring_call_list": pgettext_lazy("act", "brought the list of a call"),
    "bring_file": pgettext_lazy("act", "brought the file"),
    "cancel_clinic": pgettext_lazy("act", "cancelled the clinic"),
    "cancel_mass_act": pgettext_lazy("act", "stopped an act on many"),
    "cancel_round": pgettext_lazy("act", "cancelled the round"),
    "cancel_rsvp": pgettext_lazy("act", "gave the seat at the clinic back"),
    "cancel_session": pgettext_lazy("act", "cancelled the session"),
    "change_capacity": pgettext_lazy("act", "changed the number of seats"),
    "change_certificate": pgettext_lazy("act", "changed what the certificate says or shows"),
    "change_channel": pgettext_lazy("act", "changed an interpretation channel"),
    "change_clinic": pgettext_lazy("act", "changed the clinic"),
    "change_clinic_skills": pgettext_lazy("act", "changed the skills of the clinic"),
    "change_draft": pgettext_lazy("act", "changed the draft of the round"),
    "change_hour_rules": pgettext_lazy("act", "changed the rules for the hours of clinics"),
    "change_matching_rules": pgettext_lazy("act", "changed the rules of matching"),
    "change_need": pgettext_lazy("act", "changed the need"),
    "change_newsletter": pgettext_lazy("act", "changed when the issue goes out or who reads it"),
    "change_offer": pgettext_lazy("act", "changed until when the offered seat can be taken"),
    "change_ready_clinic_text": pgettext_lazy("act", "changed the ready text of the clinic in a language"),
    "change_seat_rules": pgettext_lazy("act", "changed the rules for the seats of clinics"),
    "change_usual_checklist": pgettext_lazy("act", "changed the usual checklist"),
    "choose_channel": pgettext_lazy("act", "chose in which language to listen"),
    "choose_encoding": pgettext_lazy("act", "chose the code page of the file"),
    "choose_hour": pgettext_lazy("act", "chose an hour that was found"),
    "choose_letters": pgettext_lazy("act", "chose which newsletters and announcements to get"),
    "claim_registration": pgettext_lazy("act", "took over the registration of the old form"),
    "claim_seat": pgettext_lazy("act", "took the offered seat"),
    "clinic_text_draft": pgettext_lazy("act", "made the text of the clinic in a language a draft again"),
    "clinic_text_ready": pgettext_lazy("act", "marked the text of the clinic in a language as ready"),
    "close_account": pgettext_lazy("act", "closed the account"),
    "close_concern": pgettext_lazy("act", "closed the concern"),
    "close_fallen_match": pgettext_lazy("act", "ended the match because one side had left"),
    "close_match_of_closed_account": pgettext_lazy("act", "ended the match because an account was closed"),
    "close_need": pgettext_lazy("act", "said that the need is met"),
    "close_request": pgettext_lazy("act", "closed the request for a sharer"),
    "come_back": pgettext_lazy("act", "came back"),
    "come_without_seat": pgettext_lazy("act", "gave the seat back, because they come to the clinic anyway"),
    "complete_match": pgettext_lazy("act", "completed the match"),
    "confirm_from_call": pgettext_lazy("act", "confirmed from the list of the call that they were there"),
    "confirm_old_yes": pgettext_lazy("act", "confirmed a yes given in the old form"),
    "connect_wikimedia": pgettext_lazy("act", "connected a Wikimedia account"),
    "note_beside_registration": pgettext_lazy("act", "wrote a note for colleagues"),
    "note_walk_in": pgettext_lazy("act", "noted somebody who had not signed up"),
    "count_other_heads": pgettext_lazy("act", "counted how many more people were there"),
    "create_clinic": pgettext_lazy("act", "created the clinic"),
    "create_round": pgettext_lazy("act", "created the round"),
    "create_series": pgettext_lazy("act", "made the series of clinics"),
    "decide_anew": pgettext_lazy("act", "took the decision back for another one"),
    "decide_readings": pgettext_lazy("act", "decided how cells of the file are read"),
    "decline_clinic_role": pgettext_lazy("act", "said no to the clinic"),
    "decline_language": pgettext_lazy("act", "said that nobody interprets into a language this time"),
    "decline_match": pgettext_lazy("act", "declined the match"),
    "decline_seat": pgettext_lazy("act", "gave up the offered seat"),
    "decline_topic": pgettext_lazy("act", "declined the topic request"),
    "disconnect_wikimedia": pgettext_lazy("act", "disconnected the Wikimedia account"),
    "do_checklist_item": pgettext_lazy("act", "ticked it as done"),
    "draft_round": pgettext_lazy("act", "began a draft of the round"),
    "drop_call_list": pgettext_lazy("act", "deleted the list of a call"),
    "drop_clinic_text": pgettext_lazy("act", "removed the text of the clinic in a language"),
    "drop_newsletter_section": pgettext_lazy("act", "took a section out of the version"),
    "drop_newsletter_version": pgettext_lazy("act", "removed a version of the issue"),
    "end_feed": pgettext_lazy("act", "ended the calendar feed"),
    "end_match": pgettext_lazy("act", "ended the match"),
    "end_match_not_a_fit": pgettext_lazy("act", "ended the match because it was not a fit"),
    "correct_edition": pgettext_lazy("act", "began to correct an edition of figures"),
    "delete_edition": pgettext_lazy("act", "deleted a draft of an edition of figures"),
    "publish_edition": pgettext_lazy("act", "published an edition of figures"),
    "save_edition": pgettext_lazy("act", "saved a draft of an edition of figures"),
    "end_seat": pgettext_lazy("act", "ended the seat"),
    "end_trust_seat": pgettext_lazy("act", "ended the seat on the trust team"),
    "erase_member": pgettext_lazy("act", "deleted the account"),
    "exclude_pair": pgettext_lazy("act", "keeps the two people apart"),
    "expire_connection": pgettext_lazy("act", "ended the match because no hour was found"),
    "expire_match": pgettext_lazy("act", "ended the match because nobody answered in time"),
    "expire_offer": pgettext_lazy("act", "ended the offer, because nobody answered in time"),
    "export_attendance": pgettext_lazy("act", "took the list of those who come along as a file"),
    "export_registrations": pgettext_lazy("act", "exported registrations as a file"),
    "fail_round": pgettext_lazy("act", "could not compute the round"),
    "fill_checklist": pgettext_lazy("act", "added to the checklist of the clinic"),
    "fill_in_newsletter": pgettext_lazy("act", "filled in a section from the portal"),
    "finish_call_list": pgettext_lazy("act", "finished the review of the list of a call"),
    "forget_clinic_person": pgettext_lazy("act", "deleted what was known of the person"),
    "give_quote": pgettext_lazy("act", "allowed something to be quoted"),
    "hand_over_clinic_person": pgettext_lazy("act", "gave the row to the account that proved the address"),
    "hide_name_from_others": pgettext_lazy("act", "hid the name from others who come"),
    "hide_quote": pgettext_lazy("act", "took a quote off the page of the clinic"),
    "forget_who_was_there": pgettext_lazy("act", "deleted who was there at the old hour of the clinic"),
    "hold_clinic": pgettext_lazy("act", "noted that the clinic was held"),
    "hold_newsletter": pgettext_lazy("act", "held the issue, because a page it leads to had changed"),
    "import_consent": pgettext_lazy("act", "brought a list by which this person agreed elsewhere"),
    "import_registration": pgettext_lazy("act", "imported the registration"),
    "invite_to_claim": pgettext_lazy("act", "invited the person to take over the registration"),
    "join": pgettext_lazy("act", "signed in for the first time"),
    "join_clinic": pgettext_lazy("act", "pressed the button to join the clinic"),
    "keep_in_by_link": pgettext_lazy("act", "a link said that the person stays in"),
    "keep_the_hour": pgettext_lazy("act", "kept the agreed hour"),
    "leave_letters": pgettext_lazy("act", "left newsletters and announcements"),
    "leave_match": pgettext_lazy("act", "ended the match by leaving the programme"),
    "lift_exclusion": pgettext_lazy("act", "no longer keeps the two people apart"),
    "lift_suppression": pgettext_lazy("act", "lets emails go to the address again"),
    "make_certificate": pgettext_lazy("act", "made the certificate"),
    "make_feed": pgettext_lazy("act", "made a calendar feed"),
    "make_match_by_hand": pgettext_lazy("act", "made the match by hand"),
    "make_newsletter": pgettext_lazy("act", "began the issue"),
    "make_newsletter_a_draft_again": pgettext_lazy("act", "made the issue a draft again"),
    "mark_letter_as_sent": pgettext_lazy("act", "marked the email as sent"),
    "merge_skill": pgettext_lazy("act", "merged the skill into another"),
    "merge_subscriptions": pgettext_lazy("act", "joined two subscriptions of one mailbox"),
    "merge_topic": pgettext_lazy("act", "merged the topic request into another"),
    "move_newsletter_section": pgettext_lazy("act", "moved a section of the version"),
    "move_session": pgettext_lazy("act", "moved the session to another hour"),
    "move_up": pgettext_lazy("act", "gave a freed seat to the first who waited"),
    "name_clinic_person": pgettext_lazy("act", "changed how the person is named"),
    "name_skill": pgettext_lazy("act", "changed the names of the skill"),
    "need_language": pgettext_lazy("act", "said that they would need another language"),
    "newsletter_test_copy": pgettext_lazy("act", "had a test copy sent to themselves"),
    "newsletter_version_draft": pgettext_lazy("act", "made the version a draft again"),
    "newsletter_version_ready": pgettext_lazy("act", "marked the version as ready"),
    "offer_seat": pgettext_lazy("act", "offered a freed seat"),
    "pause_letters": pgettext_lazy("act", "paused newsletters and announcements"),
    "pause_newsletter": pgettext_lazy("act", "paused the sending of the issue"),
    "pause_registration": pgettext_lazy("act", "paused"),
    "pause_silent_registration": pgettext_lazy("act", "paused the registration: nothing was heard of the person"),
    "place_skill": pgettext_lazy("act", "moved the skill to another place in the tree"),
    "plan_clinic_again": pgettext_lazy("act", "planned the clinic again"),
    "plan_edition": pgettext_lazy("act", "planned another edition of the clinic"),
    "plan_for_need": pgettext_lazy("act", "had a clinic planned for the need"),
    "plan_topic": pgettext_lazy("act", "had a clinic planned for the topic request"),
    "preview_round": pgettext_lazy("act", "looked at what would come of the round"),
    "propose_round": pgettext_lazy("act", "computed the proposals of the round"),
    "propose_times": pgettext_lazy("act", "proposed hours for a session"),
    "publish_match": pgettext_lazy("act", "asked the two people of the match"),
    "leave_quote": pgettext_lazy("act", "left a quote off the page of the clinic"),
    "publish_quote": pgettext_lazy("act", "put a quote on the page of the clinic"),
    "publish_round": pgettext_lazy("act", "published the round"),
    "put_in_clinic": pgettext_lazy("act", "gave the person a seat at the clinic"),
    "raise_concern": pgettext_lazy("act", "noticed that somebody should look at it"),
    "recompute_session": pgettext_lazy("act", "moved the hour because the rules of the time zone changed"),
    "recompute_times": pgettext_lazy("act", "moved the proposed hours because the rules of the time zone changed"),
    "record_need": pgettext_lazy("act", "recorded the need"),
    "refuse_match": pgettext_lazy("act", "refused the match"),
    "release_clinic_person": pgettext_lazy("act", "told the person that they are not needed"),
    "release_undecided": pgettext_lazy("act", "let go of the proposals that nobody decided"),
    "remove_channel": pgettext_lazy("act", "removed an interpretation channel"),
    "remove_clinic_person": pgettext_lazy("act", "removed the person from the clinic"),
    "rename_series": pgettext_lazy("act", "renamed the series of clinics"),
    "reopen_account": pgettext_lazy("act", "reopened the account"),
    "reopen_checklist_item": pgettext_lazy("act", "said that it is still to be done"),
    "reopen_need": pgettext_lazy("act", "said that the need stands again"),
    "reopen_topic": pgettext_lazy("act", "opened the topic request again"),
    "repair_round": pgettext_lazy("act", "computed the rest of the round again"),
    "request_round": pgettext_lazy("act", "had the round computed"),
    "reschedule": pgettext_lazy("act", "moved the clinic to another hour"),
    "resume_newsletter": pgettext_lazy("act", "went on with the sending of the issue"),
    "retire_skill": pgettext_lazy("act", "retired the skill"),
    "review_registration": pgettext_lazy("act", "decided about the registration"),
    "review_registration_again": pgettext_lazy("act", "sent the registration back to review"),
    "revoke_certificate": pgettext_lazy("act", "revoked the certificate"),
    "rsvp": pgettext_lazy("act", "signed up for the clinic"),
    "save_registration": pgettext_lazy("act", "changed the answers"),
    "say_done": pgettext_lazy("act", "said that the match has reached its goal"),
    "say_how_it_went": pgettext_lazy("act", "said how the session went"),
    "send_letter_again": pgettext_lazy("act", "had the email sent again"),
    "send_newsletter": pgettext_lazy("act", "started the sending of the issue"),
    "set_away": pgettext_lazy("act", "said until when they are away"),
    "introduce_oneself": pgettext_lazy("act", "changed what their match reads of them"),
    "tell_of_meeting": pgettext_lazy("act", "told of a meeting outside the portal"),
    "set_call_link": pgettext_lazy("act", "set the link of the call"),
    "set_eligibility": pgettext_lazy("act", "changed the eligibility rules"),
    "set_findable": pgettext_lazy("act", "said whether others may find them"),
    "settle_session": pgettext_lazy("act", "noted what came of the session"),
    "show_name_to_others": pgettext_lazy("act", "showed the name to others who come"),
    "skip_checklist_item": pgettext_lazy("act", "said that it is not needed"),
    "solve_round": pgettext_lazy("act", "began to compute the round"),
    "stay_in": pgettext_lazy("act", "said that they stay in"),
    "step_back_from_clinic": pgettext_lazy("act", "stepped back from the clinic"),
    "stop_newsletter": pgettext_lazy("act", "stopped the sending of the issue for good"),
    "submit_registration": pgettext_lazy("act", "sent the registration"),
    "suggest_skill": pgettext_lazy("act", "suggested the skill"),
    "support_topic": pgettext_lazy("act", "supported the topic request"),
    "suppress": pgettext_lazy("act", "stopped emails to the address"),
    "swap_match": pgettext_lazy("act", "swapped the match for the next best"),
    "take_back_code_of_conduct": pgettext_lazy("act", "took back the agreement to the Universal Code of Conduct"),
    "take_back_concern": pgettext_lazy("act", "took back the concern"),
    "take_back_newsletter": pgettext_lazy("act", "took back the agreement to the newsletter"),
    "take_back_privacy_notice": pgettext_lazy("act", "took back the agreement to the privacy notice"),
    "take_confirmation_back": pgettext_lazy("act", "took back what the list of the call had said"),
    "take_free_seat": pgettext_lazy("act", "found a seat free and took it"),
    "take_back_quote": pgettext_lazy("act", "took back what might be quoted"),
    "take_in_skill": pgettext_lazy("act", "merged another skill into this one"),
    "take_out_of_clinic": pgettext_lazy("act", "took the person out of the clinic"),
    "take_over_newsletter_changes": pgettext_lazy("act", "said that the translation has what its source says now"),
    "take_support_back": pgettext_lazy("act", "took the support of the topic request back"),
    "take_tick_back": pgettext_lazy("act", "took the tick back"),
    "tick_attendance": pgettext_lazy("act", "ticked that they were there"),
    "unblock_person": pgettext_lazy("act", "no longer asks never to be matched with somebody"),
    "undo_review": pgettext_lazy("act", "undid the decision within seconds, before anybody was told"),
    "undo_link": pgettext_lazy("act", "took back what a link had said"),
    "undo_link_by_link": pgettext_lazy("act", "a link took back what a link had said"),
    "unmake_match_by_hand": pgettext_lazy("act", "took the match out of the draft"),
    "unpause_letters": pgettext_lazy("act", "ended the pause of newsletters and announcements"),
    "withdraw_from_match": pgettext_lazy("act", "withdrew from the match"),
    "withdraw_registration": pgettext_lazy("act", "withdrew from the programme"),
    "withdraw_topic": pgettext_lazy("act", "withdrew the topic request"),
    "write_agenda": pgettext_lazy("act", "wrote the agenda of the clinic"),
    "write_clinic_outcome": pgettext_lazy("act", "wrote what came of the clinic"),
    "write_clinic_resources": pgettext_lazy("act", "wrote down recordings and slides of the clinic"),
    "write_clinic_text": pgettext_lazy("act", "wrote the text of the clinic in a language"),
    "write_newsletter": pgettext_lazy("act", "wrote the text of the version"),
    "write_to_clinic": pgettext_lazy("act", "wrote to those who come to the clinic"),
    "write_usual_agenda": pgettext_lazy("act", "changed the agenda to begin with"),
}

# What people chose to get, which stands in acts by one word each.
LISTS: dict[str, Promise] = {
    "newsletter": gettext_lazy("the monthly newsletter"),
    "announcements": gettext_lazy("announcements of clinics"),
    "digest": gettext_lazy("a weekly list of new clinics for my skills"),
}
ALL_LISTS = "all"
# Tables whose acts say of which language they are: any language at all, and none of them says yes or no.
_WITH_LANGUAGES = frozenset({"clinics.clinic"})


def verb_in_words(verb: str) -> str:
    """Return a verb in the reader's language; one of years ago, which no code writes any more, stays as it is."""
    return str(VERBS[verb]) if verb in VERBS else without_code(verb)


def state_in_words(object_type: str, state: str) -> str:
    """Return what an object was or became in the reader's language; days, numbers and versions stay as they are."""
    labels = _labels(object_type)
    if object_type in _WITH_LANGUAGES and state not in labels:
        return cldr_name(state, get_language() or "en") or state
    if state in ("yes", "no"):
        return _("yes") if state == "yes" else _("no")
    if state in labels:
        return str(labels[state])
    return _lists_in_words(state) if object_type == "mailings.subscription" else without_code(language_in_words(state))


def _lists_in_words(state: str) -> str:
    words = LISTS if state == ALL_LISTS else state.split(", ")
    return listed(LISTS.get(word, word) for word in words)


def language_in_words(code: str) -> str:
    """Return the name of one of the portal's languages in the reader's; what is none stays as it is."""
    return cldr_name(code, get_language() or "en") if code in dict(settings.LANGUAGES) else code


@cache
def _labels(object_type: str) -> dict[str, Promise | str]:
    """Return the label of each choice that a row, or the row that completes it, can have; its state counts first."""
    try:
        model = apps.get_model(object_type)
    except LookupError:  # a table of years ago
        return {}
    completing = [relation.related_model for relation in model._meta.related_objects if relation.one_to_one]
    fields = [field for table in (model, *completing) for field in table._meta.concrete_fields]
    labels: dict[str, Promise | str] = {}
    for field in sorted(fields, key=lambda field: field.name != "state"):
        if not isinstance(field.choices, CallableChoiceIterator):  # these are no states, and of one language each time
            labels = {**{value: label for value, label in field.flatchoices if isinstance(value, str)}, **labels}
    return labels
