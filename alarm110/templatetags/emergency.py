"""The number to dial, on pages that may have neither a context nor a database."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def emergency_number(agency: object = None) -> str:
    """Return the agency's emergency number, or the installation's own."""
    return getattr(agency, "phone_number", "") or settings.EMERGENCY_NUMBER
