"""The component kit: everything that looks alike on two pages is one of these."""

from __future__ import annotations

from django import template

register = template.Library()
