from django.urls import path

from mailings.views import archive, mailbox, reaching, subscriptions

app_name = "mailings"
urlpatterns = [
    path("dev/mailbox", mailbox.mailbox, name="mailbox"),
    path("dev/mailbox/<slug:name>", mailbox.mailbox_letter, name="mailbox-letter"),
    path("dev/mailbox/<slug:name>/html", mailbox.mailbox_html, name="mailbox-html"),
    path("newsletter/", archive.newsletter_list, name="newsletter-list"),
    path("newsletter/<int:number>/<slug:language>/", archive.newsletter_detail, name="newsletter-detail"),
    path("newsletter/<slug:language>/feed.atom", archive.newsletter_feed, name="newsletter-feed"),
    path("letters/again/", reaching.letters_again, name="letters-again"),
    path("letters/again/<str:token>/", reaching.letters_again_by_link, name="letters-again-by-link"),
    path("letters/subscribe/", subscriptions.subscribe, name="subscribe"),
    path("letters/confirm/<str:token>/", subscriptions.subscription_confirm, name="subscription-confirm"),
    path("letters/choose/<str:token>/", subscriptions.subscription_preferences, name="subscription-preferences"),
    path("letters/leave/<str:token>/", subscriptions.subscription_leave, name="subscription-leave"),
    path(
        "letters/one-click/<slug:chosen>/<str:token>/",
        subscriptions.subscription_one_click,
        name="subscription-one-click",
    ),
]
