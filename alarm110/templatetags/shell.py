"""What the caller's page links to so that a phone can keep it."""

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from alarm110 import inline
from alarm110.catalog import phone_catalog_path

register = template.Library()


@register.simple_tag
def page_language() -> str:
    """Return the page's language: one of ours, whatever the visitor asked for."""
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@register.simple_tag
def phone_words() -> str:
    """Return the address of what the page's scripts say, in its language."""
    return phone_catalog_path(page_language())


@register.simple_tag
def region_zone() -> str:
    """Return the region's time zone by the name that browsers know it by.

    Django's own tag says ``+08`` of Etc/GMT-8, which no older browser knows.
    """
    return str(timezone.get_current_timezone())


@register.simple_tag
def region_offset() -> str:
    """Return how far the region's clocks are from UTC now: UTC+08:00."""
    return f"UTC{timezone.localtime().isoformat()[-6:]}"


@register.simple_tag
def shell_worker() -> str:
    """Return the address of the worker that keeps the page; "" where it is off."""
    return "/worker.js" if settings.OFFLINE_SHELL else ""


@register.simple_tag
def dark_first() -> SafeString:
    """Return the script that runs before the first paint, for between the tags."""
    return mark_safe(inline.dark_first())  # noqa: S308 - a file of this house
