"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from letsconnect import views

urlpatterns = [
    path("", views.home, name="home"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
