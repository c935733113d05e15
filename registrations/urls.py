"""Addresses of the account and the registration."""

from django.urls import path

from registrations.views import (
    agreements,
    claims,
    my_data,
    my_letters,
    my_part,
    registration,
    search,
    sign_in,
    skills,
    steps,
    wikimedia,
)

app_name = "registrations"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/link/", sign_in.sign_in_link, name="sign-in-link"),
    path("sign-in/again/", sign_in.sign_in_resend, name="sign-in-resend"),
    path("sign-in/other/", sign_in.sign_in_other, name="sign-in-other"),
    path("sign-in/wikimedia/", wikimedia.wikimedia_sign_in, name="wikimedia-sign-in"),
    path("sign-in/wikimedia/callback/", wikimedia.wikimedia_callback, name="wikimedia-callback"),
    path("account/sign-in/", wikimedia.sign_in_ways, name="sign-in-ways"),
    path("account/sign-in/connect/", wikimedia.wikimedia_connect, name="wikimedia-connect"),
    path("account/sign-in/disconnect/", wikimedia.wikimedia_disconnect, name="wikimedia-disconnect"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("agreements/", agreements.agreement_list, name="agreement-list"),
    path("agreements/take-back/", agreements.agreement_take_back, name="agreement-take-back"),
    path("my-data/", my_data.my_data, name="my-data"),
    path("my-data/file.<str:kind>", my_data.download, name="data-download"),
    path("my-data/letters/", my_letters.letter_list, name="letter-list"),
    path("my-data/letters/<int:letter_id>/", my_letters.letter_detail, name="letter-detail"),
    path("my-data/pause/", my_part.pause, name="registration-pause"),
    path("my-data/away/", my_part.away, name="registration-away"),
    path("my-data/come-back/", my_part.come_back, name="registration-resume"),
    path("my-data/link/undo/", my_part.link_undo, name="link-undo"),
    path("my-data/findable/", my_part.findable, name="registration-findable"),
    path("my-data/withdraw/", my_part.withdraw, name="registration-withdraw"),
    path("my-data/delete/", my_part.delete, name="account-delete"),
    path("my-data/unblock/<str:public_id>/", my_part.unblock, name="person-unblock"),
    path("still-in/<str:token>/", my_part.still_in, name="still-in"),
    path("claim/<str:token>/", claims.claim, name="claim"),
    path("registration/", registration.registration_edit, name="registration-edit"),
    path("skills/search/", skills.skill_search, name="skill-search"),
    path("skills/hints/", skills.skill_hints, name="skill-hints"),
    path("find/<slug:what>/<slug:language>/", search.find, name="find"),
    path("registration/groups/", search.group_search, name="group-search"),
    path("registration/<slug:step>/", steps.registration_step, name="registration-step"),
    path("skills/suggestions/noted/", skills.suggestions_note, name="suggestions-note"),
]
