"""What a form of the desk does to a colleague's rights, each in one word."""

from accounts.actions.roles import Right, change_rights
from accounts.models import Agency, User
from accounts.states import RoleKind


def take_role(user: User, kind: RoleKind, agency: Agency | None) -> bool:
    """Take a role away; False if it was not held."""
    return change_rights(user, take=[Right(kind, agency)])


def disable_staff(user: User) -> bool:
    """Let this person in no more, and end what they have open; roles are kept."""
    return change_rights(user, is_active=False)
