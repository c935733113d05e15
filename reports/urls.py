"""Addresses of what was published of the reports."""

from django.urls import path

from reports.views import editions

app_name = "reports"
urlpatterns = [
    path("", editions.edition_list, name="edition-list"),
    path("<slug:slug>/", editions.edition_page, name="edition"),
]
