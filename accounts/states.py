"""The words for what a staff member may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What an agency has until somebody sets it otherwise.
RING_SECONDS = 15
WRAP_UP_SECONDS = 30


class RoleKind(models.TextChoices):
    """What a staff member may do in an agency."""

    OPERATOR = "operator", _("operator")
    SUPERVISOR = "supervisor", _("supervisor")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


# Roles that open the supervisor's desk (/admin/); an operator's console is /console/.
DESK_ROLES = frozenset({RoleKind.SUPERVISOR, RoleKind.AUDITOR, RoleKind.ADMINISTRATOR})
