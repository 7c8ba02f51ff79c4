"""Filters that every template has."""

from __future__ import annotations

from django.template import Library

from jobs.web.rhythm import rhythm
from jobs.web.sentences import example, said

register = Library()
register.filter("said", said)
register.filter("example", example)
register.filter("rhythm", rhythm)
