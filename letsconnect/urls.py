"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from letsconnect import health, style_views, views, zone_views
from letsconnect.calendars import views as calendars
from letsconnect.open_data import views as open_data

urlpatterns = [
    path("", views.home, name="home"),
    path("code-of-conduct/", views.code_of_conduct, name="code-of-conduct"),
    path("privacy/", views.privacy, name="privacy"),
    path("who-may-take-part/", views.who_may_take_part, name="who-may-take-part"),
    path("run-your-own/", views.run_your_own, name="run-your-own"),
    path("contact/", views.contact, name="contact"),
    path("language/", views.set_language, name="set-language"),
    path("theme/", views.set_theme, name="set-theme"),
    path("time-zone/", zone_views.time_zone, name="time-zone"),
    path("time-zone/cities/<slug:language>.json", zone_views.zone_cities, name="zone-cities"),
    path("", include("registrations.urls")),
    path("clinics/", include("clinics.urls")),
    path("dev/styles", style_views.styles, name="styles"),
    path("dev/styles/sheet", style_views.sheet, name="styles-sheet"),
    path("api/", open_data.api, name="api"),
    path("api/openapi.json", open_data.openapi, name="api-document"),
    path("api/clinics.json", open_data.clinic_list, name="api-clinics"),
    path("api/clinics/<int:clinic_id>.json", open_data.clinic_one, name="api-clinic"),
    path("api/statistics.json", open_data.edition_list, name="api-editions"),
    path("api/statistics/<slug:slug>.json", open_data.edition_one, name="api-edition"),
    path("api/<path:rest>", open_data.nothing, name="api-nothing"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("calendar/", calendars.feed_page, name="calendar-feed"),
    path("calendar/end/", calendars.feed_end, name="calendar-feed-end"),
    # Where programs read it since it held sessions only: these addresses stand in people's calendars.
    path("matches/calendar/<str:secret>.ics", calendars.feed_calendar, name="calendar-feed-file"),
    path("matches/calendar/", calendars.feed_page_before, name="calendar-feed-before"),
    path("matches/", include("matching.urls")),
    path("trust/", include("trust.urls")),
    path("reports/", include("reports.urls")),
    path("", include("mailings.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "letsconnect.errors.bad_request"
handler403 = "letsconnect.errors.permission_denied"
handler404 = "letsconnect.errors.page_not_found"
handler500 = "letsconnect.database_unavailable.server_error"
