from django.urls import path

from matching import asking_views, blocking_views, views

app_name = "matching"
urlpatterns = [
    path("sharers/", asking_views.sharer_list, name="sharer-list"),
    path("sharers/<str:public_id>/", asking_views.sharer_ask, name="sharer-ask"),
    path("why/", asking_views.no_match, name="no-match"),
    path("requests/", asking_views.request_list, name="request-list"),
    path("requests/<int:request_id>/withdraw/", asking_views.request_withdraw, name="request-withdraw"),
    path("people/", blocking_views.person_list, name="person-list"),
    path("<int:match_id>/block/", blocking_views.person_block, name="person-block"),
    path("", views.match_list, name="match-list"),
    path("<int:match_id>/", views.match_detail, name="match-detail"),
    path("<int:match_id>/accept/", views.match_accept, name="match-accept"),
    path("<int:match_id>/decline/", views.match_decline, name="match-decline"),
    path("<int:match_id>/withdraw/", views.match_withdraw, name="match-withdraw"),
    path("<int:match_id>/complete/", views.match_complete, name="match-complete"),
]
