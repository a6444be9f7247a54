"""The staff a region file names."""

from accounts.actions.configure import configure_staff
from accounts.actions.roles import enrol, give_role
from accounts.models import Agency, User
from accounts.states import RoleKind
from dispatch.actions.regions.changes import Changes, said
from dispatch.actions.regions.logins import Login
from dispatch.actions.regions.region_file import RegionFile, StaffSpec


def settle_staff(
    region: RegionFile,
    agencies: dict[str, Agency],
    logins: dict[str, Login],
    changes: Changes,
    hints: list[str],
) -> dict[str, tuple[str, str]]:
    """Make who is new and give roles that are missing; nobody loses any here.

    Returns user name → (password, what for) of demo staff made now. Whoever was
    closed by an administrator stays closed.
    """
    names = [spec.username for spec in region.staff]
    known = {
        user.username: user
        for user in User.objects.filter(username__in=names).prefetch_related("roles")
    }
    told: dict[str, tuple[str, str]] = {}
    for spec in region.staff:
        user = known.get(spec.username)
        if user is not None:
            _settle_known(spec, user, agencies, changes)
            continue
        login = logins.get(spec.username)
        _enrol(spec, agencies, login)
        changes.note(f"staff {spec.username}: made")
        if login is None:
            hints.append(f"give a password: manage.py changepassword {spec.username}")
        else:
            told[spec.username] = (login.password, _purpose(spec, agencies))
    return told


def _enrol(spec: StaffSpec, agencies: dict[str, Agency], login: Login | None) -> None:
    user = User(username=spec.username, display_name=spec.name)
    user.staff_number = str(said(spec, "number").get("number", ""))
    user.skills = said(spec, "skills").get("skills", [])
    if login is None:
        user.set_unusable_password()
    else:
        user.password = login.encoded
    enrol(user, RoleKind(spec.role), _where(spec, agencies))


def _settle_known(
    spec: StaffSpec, user: User, agencies: dict[str, Agency], changes: Changes
) -> None:
    wanted: dict[str, object] = {"display_name": spec.name}
    if number := said(spec, "number"):
        wanted["staff_number"] = number["number"]
    wanted |= said(spec, "skills")
    changes.settle(f"staff {spec.username}", user, wanted, configure_staff)
    held = {(role.kind, role.agency_id) for role in user.roles.all()}
    for agency in _where(spec, agencies):
        if (spec.role, agency.pk if agency else None) not in held:
            give_role(user, RoleKind(spec.role), agency)
            where = agency.code if agency else "everywhere"
            changes.note(f"staff {spec.username}: {spec.role} {where}")


def _where(spec: StaffSpec, agencies: dict[str, Agency]) -> list[Agency | None]:
    """Return the agencies of a role; None stands for all there will ever be."""
    if spec.everywhere:
        return [None]
    if "*" in spec.agencies:
        return list(agencies.values())
    return [agencies[code] for code in spec.agencies]


def _purpose(spec: StaffSpec, agencies: dict[str, Agency]) -> str:
    # As the desk's list of staff says it.
    if spec.everywhere:
        return f"{spec.role}, all agencies"
    if "*" in spec.agencies:
        return f"{spec.role}, {len(agencies)} agencies"
    where = ", ".join(agencies[code].label("en") for code in spec.agencies)
    return f"{spec.role}, {where}"
