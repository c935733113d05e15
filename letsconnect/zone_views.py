"""The page on which a reader says by whose clock they read hours, and the names of zones for the script of times."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from letsconnect.base.links import path_or_nothing
from letsconnect.base.visitor_zone import chosen_zone, keep_zone
from letsconnect.base.zone_names import cities_called_otherwise
from registrations.reference.typed_fields import keep_stored, zone_field

_A_DAY = 24 * 60 * 60


class ZoneForm(forms.Form):
    """By whose clock somebody reads hours. A zone with an old name is taken, too: a browser may know no other."""

    zone = zone_field(
        label=_("City by whose clock you live"),
        help_text=_("Type a large city near you, or your country; summer time is counted."),
        attrs={"data-guess-zone": ""},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_stored(self, "zone", self.initial.get("zone", ""))


@require_http_methods(["GET", "HEAD", "POST"])
def time_zone(request: HttpRequest) -> HttpResponse:
    """Ask by whose clock hours are shown; keep it on the account for a member, in a cookie for anybody."""
    if request.method != "POST":
        member = request.user if request.user.is_authenticated else None
        zone = member.zone if member else chosen_zone(request)
        form = ZoneForm(initial={"zone": zone, "next": path_or_nothing(request.GET.get("next", ""))})
        context = {"form": form, "by_the_browsers_clock": member is None and not zone}
        return render(request, "letsconnect/time_zone.html", context)
    form = ZoneForm(request.POST)
    if not form.is_valid():
        return render(request, "letsconnect/time_zone.html", {"form": form}, status=422)
    zone = form.cleaned_data["zone"]
    response = redirect(path_or_nothing(form.cleaned_data["next"]) or "home")
    if request.user.is_authenticated:
        request.user.read_hours_in(zone)
    else:
        keep_zone(response, zone)
    return response


@require_safe
@cache_control(public=True, max_age=_A_DAY)
def zone_cities(request: HttpRequest, language: str) -> HttpResponse:
    """Tell the script of times what cities are called in a language, where that is not the end of their zone's name."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return JsonResponse(cities_called_otherwise(language), json_dumps_params={"ensure_ascii": False})
