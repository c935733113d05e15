from django.urls import path

from matching import after_views, asking_views, blocking_views, feed_views, session_views, views

app_name = "matching"
urlpatterns = [
    path("sharers/", asking_views.sharer_list, name="sharer-list"),
    path("sharers/<str:public_id>/", asking_views.sharer_ask, name="sharer-ask"),
    path("why/", asking_views.no_match, name="no-match"),
    path("requests/", asking_views.request_list, name="request-list"),
    path("requests/<int:request_id>/withdraw/", asking_views.request_withdraw, name="request-withdraw"),
    path("calendar/", feed_views.feed_page, name="feed-page"),
    path("calendar/end/", feed_views.feed_end, name="feed-end"),
    path("calendar/<str:secret>.ics", feed_views.feed_calendar, name="feed-calendar"),
    path("people/", blocking_views.person_list, name="person-list"),
    path("<int:match_id>/block/", blocking_views.person_block, name="person-block"),
    path("", views.match_list, name="match-list"),
    path("<int:match_id>/", views.match_detail, name="match-detail"),
    path("<int:match_id>/accept/", views.match_accept, name="match-accept"),
    path("<int:match_id>/decline/", views.match_decline, name="match-decline"),
    path("<int:match_id>/withdraw/", views.match_withdraw, name="match-withdraw"),
    path("hours/<int:session_id>/how-was-it/", after_views.feedback_give, name="feedback-give"),
    path("<int:match_id>/complete/", views.match_complete, name="match-complete"),
    path("<int:match_id>/times/", session_views.session_propose, name="session-propose"),
    path("sessions/<int:session_id>/confirm/", session_views.session_confirm, name="session-confirm"),
    path("sessions/<int:session_id>/keep/", session_views.session_keep, name="session-keep"),
    path("sessions/<int:session_id>/cancel/", session_views.session_cancel, name="session-cancel"),
    path("sessions/<int:session_id>/link/", session_views.session_link, name="session-link"),
    path("sessions/<int:session_id>/calendar/", session_views.session_calendar, name="session-calendar"),
]
