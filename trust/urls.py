from django.urls import path

from trust import views

app_name = "trust"
urlpatterns = [
    path("", views.report_list, name="report-list"),
    path("tell/", views.report_new, name="report-new"),
    path("tell/<int:match_id>/", views.report_match, name="report-match"),
    path("tell/clinic/<int:clinic_id>/", views.report_clinic, name="report-clinic"),
    path("read/<slug:number>/", views.report_detail, name="report-detail"),
    path("read/<slug:number>/account/", views.report_name, name="report-name"),
    path("read/<slug:number>/reopen/", views.report_reopen, name="report-reopen"),
    path("read/<slug:number>/step-aside/", views.report_step_aside, name="report-step-aside"),
]
