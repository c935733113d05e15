from django.urls import path

from clinics.views import (
    calendars,
    certificates,
    checklists,
    clinics,
    fair_hours,
    feedback,
    hosting,
    people,
    seat_by_link,
    signing_up,
    topics,
)

app_name = "clinics"
urlpatterns = [
    path("", clinics.clinic_list, name="clinic-list"),
    path("fair-hours/", fair_hours.hours_fairness, name="hours-fairness"),
    path("<int:clinic_id>/", clinics.clinic_detail, name="clinic-detail"),
    path("<int:clinic_id>/calendar.ics", calendars.clinic_calendar, name="clinic-calendar"),
    path("calendar/<str:language>.ics", calendars.clinic_feed, name="clinic-feed"),
    path("<int:clinic_id>/join/", clinics.clinic_join, name="clinic-join"),
    path("<int:clinic_id>/host/", hosting.clinic_host, name="clinic-host"),
    path("<int:clinic_id>/rsvp/", signing_up.rsvp_make, name="rsvp-make"),
    path("<int:clinic_id>/sign-up/<str:key>/", signing_up.sign_up_kept, name="sign-up-kept"),
    path("<int:clinic_id>/wishes/", signing_up.seat_wishes, name="seat-wishes"),
    path("<int:clinic_id>/cancel/", signing_up.rsvp_cancel, name="rsvp-cancel"),
    path("seats/<str:token>/", seat_by_link.seat_by_link, name="seat-by-link"),
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/mine/", topics.topic_mine, name="topic-mine"),
    path("topics/ask/", topics.topic_ask, name="topic-ask"),
    path("topics/<int:request_id>/", topics.topic_detail, name="topic-detail"),
    path("topics/<int:request_id>/support/", topics.topic_support, name="topic-support"),
    path("topics/<int:request_id>/take-back/", topics.topic_take_back, name="topic-take-back"),
    path("to-do/", checklists.checklist_mine, name="checklist-mine"),
    path("to-do/<int:item_id>/", checklists.checklist_settle, name="checklist-settle"),
    path("asked/<int:person_id>/", people.person_mine, name="person-mine"),
    path("people/<str:token>/", people.person_answer, name="person-answer"),
    path("people/<str:token>/delete/", people.person_erase, name="person-erase"),
    path("<int:clinic_id>/feedback/", feedback.feedback_give, name="feedback-give"),
    path("<int:clinic_id>/feedback/quote/", feedback.quote_give, name="quote-give"),
    path("<int:clinic_id>/feedback/quote/take-back/", feedback.quote_take_back, name="quote-take-back"),
    path("<int:clinic_id>/feedback/read/", feedback.feedback_read, name="feedback-read"),
    path("<int:clinic_id>/certificate/", certificates.certificate_mine, name="certificate-mine"),
    path("certificates/", certificates.certificate_check, name="certificate-check"),
    path("certificates/mine/", certificates.certificate_list, name="certificate-list"),
    path("certificates/print/<int:certificate_id>/", certificates.certificate_print, name="certificate-print"),
    path(
        "certificates/take-back/<int:certificate_id>/", certificates.certificate_take_back, name="certificate-take-back"
    ),
    path("certificates/<str:code>/", certificates.certificate_verify, name="certificate-verify"),
]
