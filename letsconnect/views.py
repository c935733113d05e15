"""Pages that belong to no app: a person's home, health, errors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show a visitor what this is, a member what is theirs."""
    return render(request, "letsconnect/home.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long."""
    return render(request, "letsconnect/csrf_failure.html", status=403)
