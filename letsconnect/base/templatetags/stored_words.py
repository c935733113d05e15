"""Sentences stored in English, shown in the reader's language: `{{ upload.failure|in_words }}`."""

from django import template

from letsconnect.base.stored_words import in_words, reading_in_words

register = template.Library()
register.filter("in_words", in_words)
register.filter("reading_in_words", reading_in_words)
