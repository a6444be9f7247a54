"""Configuration is edited here, by the admin and by ``manage.py onboard`` alike.

Each action takes the object as it should become, checks it whole (the models' own
``clean`` and constraints), and saves it with its history. What is wrong is a
ValidationError that names the field.
"""

from django.db import transaction

from accounts.models import Agency, Area, Tier, User

# What an edit of a person may touch; rights and passwords have actions of their own.
STAFF_FIELDS = ["username", "display_name", "staff_number", "skills"]


@transaction.atomic
def configure_agency(agency: Agency) -> None:
    """Save an agency: its name, hours, rules of the seats, categories and phrases."""
    agency.full_clean()
    agency.save()


@transaction.atomic
def configure_area(area: Area) -> None:
    """Save a piece of ground; its polygon must be a valid WGS-84 one."""
    area.full_clean()
    area.save()


@transaction.atomic
def configure_tier(tier: Tier) -> None:
    """Save who helps whom; two agencies may help each other."""
    tier.full_clean()
    tier.save()


@transaction.atomic
def configure_staff(user: User) -> None:
    """Save who somebody is; their rights are given and taken in ``roles``."""
    user.full_clean()
    if user._state.adding:
        user.save()
    else:  # only these: another request may be changing their rights meanwhile
        user.save(update_fields=STAFF_FIELDS)
