from django.urls import path

from clinics import views

app_name = "clinics"
urlpatterns = [
    path("", views.clinic_list, name="clinic-list"),
    path("<int:clinic_id>/", views.clinic_detail, name="clinic-detail"),
    path("<int:clinic_id>/join/", views.clinic_join, name="clinic-join"),
    path("<int:clinic_id>/rsvp/", views.rsvp_make, name="rsvp-make"),
    path("<int:clinic_id>/cancel/", views.rsvp_cancel, name="rsvp-cancel"),
]
