from django.urls import path

from clinics.views import clinics

app_name = "clinics"
urlpatterns = [
    path("", clinics.clinic_list, name="clinic-list"),
    path("<int:clinic_id>/", clinics.clinic_detail, name="clinic-detail"),
    path("<int:clinic_id>/join/", clinics.clinic_join, name="clinic-join"),
    path("<int:clinic_id>/rsvp/", clinics.rsvp_make, name="rsvp-make"),
    path("<int:clinic_id>/cancel/", clinics.rsvp_cancel, name="rsvp-cancel"),
]
