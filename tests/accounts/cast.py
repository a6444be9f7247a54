"""The people of these tests. Ma, an operator of another agency, must see nothing."""

from dataclasses import dataclass

from accounts.actions.roles import Right, change_rights
from accounts.models import Agency, User
from accounts.states import RoleKind

PASSWORD = "correct-horse-battery"
# Without the hashed names, which need a collectstatic.
PLAIN_STATIC = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[121.0, 37.0], [121.2, 37.0], [121.2, 37.2], [121.0, 37.0]]],
}


@dataclass
class Cast:
    """Two agencies, and somebody of every role."""

    zhifu: Agency
    laizhou: Agency
    chen: User  # operator, Zhifu
    ma: User  # operator, Laizhou: the outsider
    zhao: User  # supervisor, Zhifu
    han: User  # auditor, Zhifu
    tang: User  # administrator of all agencies
    yuan: User  # administrator, Laizhou
    nobody: User  # no role at all


def person(username: str, *rights: tuple[RoleKind, Agency | None]) -> User:
    """Make a member of staff with these rights."""
    user = User.objects.create_user(username, password=PASSWORD)
    change_rights(user, give=[Right(*right) for right in rights])
    return user


def assemble() -> Cast:
    """Make everybody."""
    zhifu = Agency.objects.create(code="370602", name="芝罘", name_en="Zhifu")
    laizhou = Agency.objects.create(code="370683", name="莱州", name_en="Laizhou")
    return Cast(
        zhifu=zhifu,
        laizhou=laizhou,
        chen=person("chen", (RoleKind.OPERATOR, zhifu)),
        ma=person("ma", (RoleKind.OPERATOR, laizhou)),
        zhao=person("zhao", (RoleKind.SUPERVISOR, zhifu)),
        han=person("han", (RoleKind.AUDITOR, zhifu)),
        tang=person("tang", (RoleKind.ADMINISTRATOR, None)),
        yuan=person("yuan", (RoleKind.ADMINISTRATOR, laizhou)),
        nobody=person("nobody"),
    )
