from django.urls import path

from matching.views import blocks, feedback, introductions, matches, requests, sessions

app_name = "matching"
urlpatterns = [
    path("sharers/", requests.sharer_list, name="sharer-list"),
    path("sharers/<str:public_id>/", requests.sharer_ask, name="sharer-ask"),
    path("why/", requests.no_match, name="no-match"),
    path("requests/", requests.request_list, name="request-list"),
    path("requests/<int:request_id>/withdraw/", requests.request_withdraw, name="request-withdraw"),
    path("introduction/", introductions.introduction_edit, name="introduction-edit"),
    path("people/", blocks.person_list, name="person-list"),
    path("<int:match_id>/block/", blocks.person_block, name="person-block"),
    path("", matches.match_list, name="match-list"),
    path("<int:match_id>/", matches.match_detail, name="match-detail"),
    path("<int:match_id>/accept/", matches.match_accept, name="match-accept"),
    path("<int:match_id>/decline/", matches.match_decline, name="match-decline"),
    path("<int:match_id>/withdraw/", matches.match_withdraw, name="match-withdraw"),
    path("hours/<int:session_id>/how-was-it/", feedback.feedback_give, name="feedback-give"),
    path("<int:match_id>/met/", feedback.meeting_tell, name="meeting-tell"),
    path("<int:match_id>/complete/", matches.match_complete, name="match-complete"),
    path("<int:match_id>/times/", sessions.session_propose, name="session-propose"),
    path("sessions/<int:session_id>/confirm/", sessions.session_confirm, name="session-confirm"),
    path("sessions/<int:session_id>/keep/", sessions.session_keep, name="session-keep"),
    path("sessions/<int:session_id>/cancel/", sessions.session_cancel, name="session-cancel"),
    path("sessions/<int:session_id>/link/", sessions.session_link, name="session-link"),
    path("sessions/<int:session_id>/calendar/", sessions.session_calendar, name="session-calendar"),
]
