from django.urls import path

from mailings import views

app_name = "mailings"
urlpatterns = [
    path("dev/mailbox", views.mailbox, name="mailbox"),
    path("dev/mailbox/<slug:name>", views.mailbox_letter, name="mailbox-letter"),
    path("dev/mailbox/<slug:name>/html", views.mailbox_html, name="mailbox-html"),
]
