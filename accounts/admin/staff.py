"""Staff and their roles: who may come in, and what they may do."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.forms import (
    AdminPasswordChangeForm,
    PaginationInlineFormSet,
    UserCreationForm,
)
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.actions import roles
from accounts.actions.configure import STAFF_FIELDS, configure_staff
from accounts.admin.base import (
    SUPERVISORS,
    HistoryDeskAdmin,
    desk_rights,
    editable_agencies,
    is_old_version,
)
from accounts.models import Role, User
from accounts.permissions import Rights
from accounts.states import RoleKind
from accounts.words import LANGUAGES


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who somebody is; their languages are ticked, not typed."""

    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Languages and sign language"),
        help_text=gettext_lazy("Among free seats, one that can help comes first."),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = User
        fields = ("username", "display_name", "staff_number", "is_active", "skills")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "skills" in self.fields:
            held = self.instance.skills or []
            more = {tag: tag for tag in held if tag not in LANGUAGES}
            field = cast(forms.MultipleChoiceField, self.fields["skills"])
            field.choices = [*LANGUAGES.items(), *more.items()]


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """A password for somebody else; it ends what they have open."""

    def set_password_and_save(
        self, user: User, commit: bool = True, **kwargs: Any
    ) -> User:
        """Save by the action."""
        roles.set_password(user, self.cleaned_data["password1"])
        return user


class RoleFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Roles to give or take, each within what the editor holds."""

    rights: Rights  # the editor's

    def clean(self) -> None:
        """Refuse a role the editor may not give, and a new person without any."""
        super().clean()
        kept = 0
        for form in self.forms:
            if not form.has_changed() and form.instance.pk is None:
                continue
            is_taken = form.cleaned_data.get("DELETE")
            kept += not is_taken
            changes = is_taken or form.has_changed()
            role = form.instance
            if changes and not self.rights.may_manage(role):
                raise ValidationError(_("This role is not yours to give or take."))
            if role.kind == RoleKind.OPERATOR and role.agency_id is None:
                raise ValidationError(_("An operator works in an agency: choose one."))
        if not kept and self.instance._state.adding:
            raise ValidationError(_("Give at least one role."))


class RoleInline(TabularInline):  # type: ignore[misc]
    """What a person may do; a role is given or taken, not edited."""

    model = Role
    formset = RoleFormSet
    extra = 0
    fields: ClassVar[tuple[str, ...]] = ("kind", "agency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        """Read the agencies along."""
        rows: QuerySet[Role] = super().get_queryset(request).select_related("agency")
        return rows

    def get_formset(
        self, request: HttpRequest, obj: User | None = None, **kwargs: Any
    ) -> Any:
        """Let the formset know what the editor holds."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.rights = desk_rights(request)
        return formset

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Offer the agencies of the editor; "all" only to whoever holds all."""
        if db_field.name == "agency":
            kwargs["queryset"] = editable_agencies(request, SUPERVISORS)
            everywhere = desk_rights(request).may_administer(None)
            kwargs["required"] = not everywhere
        field: forms.ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        if field and not field.required:
            field.empty_label = _("all agencies")
        return field

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer a supervisor what a supervisor may give."""
        rights = desk_rights(request)
        if db_field.name == "kind" and not (
            rights.administrator_agencies or rights.may_administer(None)
        ):
            kwargs["choices"] = [(RoleKind.OPERATOR.value, RoleKind.OPERATOR.label)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # Whoever may change the person may do this; the formset looks at each role.
    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Seen by whoever sees the person."""
        return True

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Given by whoever may change the person."""
        return _may_change(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Taken by whoever may change the person."""
        return _may_change(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse: take the role and give another, so that history is plain."""
        return False


def _may_change(request: HttpRequest, obj: Model | None) -> bool:
    """Edit a person only with power over each of their roles.

    Otherwise a supervisor could give a neighbour's administrator a new password.
    """
    rights = desk_rights(request)
    if not (rights.is_everywhere(*SUPERVISORS) or rights.agencies(*SUPERVISORS)):
        return False
    if not isinstance(obj, User) or obj.pk is None:
        return True
    if obj.is_superuser and not getattr(request.user, "is_superuser", False):
        return False
    if rights.may_administer(None):
        return True
    held = list(obj.roles.all())
    return bool(held) and all(rights.may_manage(role) for role in held)


def _few(names: list[str]) -> str:
    """Name up to three agencies, count more."""
    if len(names) <= 3:
        return " / ".join(names)
    return ngettext("%(n)d agency", "%(n)d agencies", len(names)) % {"n": len(names)}


@admin.register(User)
class StaffAdmin(HistoryDeskAdmin, UserAdmin):  # type: ignore[type-arg]
    """Staff members. Callers, who are Users too once verified, are not shown here."""

    editors = SUPERVISORS
    inlines = (RoleInline,)
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = NewPasswordForm
    list_display = (
        "username",
        "display_name",
        "staff_number",
        "role_list",
        "is_active",
    )
    list_display_links = ("username", "display_name")
    list_filter = ("is_active", "roles__kind")
    search_fields = ("username", "display_name", "staff_number")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("password_link",)
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "display_name",
                    "staff_number",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("roles"))
    def role_list(self, person: User) -> str:
        """Name the roles: "operator (Zhifu) · supervisor (12 agencies)"."""
        held: dict[str, list[str]] = {}
        for role in person.roles.all():
            where = str(role.agency) if role.agency else _("all agencies")
            held.setdefault(role.get_kind_display(), []).append(where)
        return " · ".join(
            _("%(role)s (%(where)s)") % {"role": kind, "where": _few(where)}
            for kind, where in held.items()
        )

    @admin.display(description=gettext_lazy("password"))
    def password_link(self, person: User) -> str:
        """Lead to the form for a new password."""
        return format_html('<a href="../password/">{}</a>', _("Give a new password"))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Add what only who may change this person needs."""
        if obj is None:
            return self.add_fieldsets
        if is_old_version(request):
            return ((None, {"fields": STAFF_FIELDS}),)
        names = [*STAFF_FIELDS, "is_active"]
        if obj != request.user and self.has_change_permission(request, obj):
            names.append("password_link")
        return ((None, {"fields": names}),)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        """Leave rights out of an old version: they are given and taken, not put back.

        A person is more than their row. Who they are can be put back; roles, password
        and whether they may come in stay as they are now.
        """
        return () if is_old_version(request) else super().get_inlines(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Leave out callers, who are Users too once verified."""
        staff = super().get_queryset(request).filter(caller__isnull=True)
        return staff.prefetch_related("roles__agency")

    def is_within(self, obj: User, agencies: frozenset[int]) -> bool:
        """Look for a role in one of these agencies."""
        return any(role.agency_id in agencies for role in obj.roles.all())

    def rows_within(
        self, rows: QuerySet[User], agencies: frozenset[int]
    ) -> QuerySet[User]:
        """Return people with a role in one of these agencies, each once."""
        held = Role.objects.filter(agency_id__in=agencies)
        return rows.filter(pk__in=held.values("user_id"))

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Change a person over each of whose roles one has power."""
        return _may_change(request, obj)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> Any:
        """Give a new password; not to oneself, that asks for the old one."""
        if str(request.user.pk) == id:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool
    ) -> None:
        """Save who it is by the action; rights follow in ``save_formset``."""
        configure_staff(obj)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: RoleFormSet, change: bool
    ) -> None:
        """Give and take roles, and open or close the account, as one act."""
        gone = [f.instance for f in formset.deleted_forms if f.instance.pk]
        new = [
            f.instance
            for f in formset.extra_forms
            if f.has_changed() and f not in formset.deleted_forms
        ]
        roles.change_rights(
            formset.instance,
            give=[roles.Right(RoleKind(r.kind), r.agency) for r in new],
            take=[roles.Right(RoleKind(r.kind), r.agency) for r in gone],
            is_active=formset.instance.is_active if change else None,
        )
        # What the admin writes into its log of changes.
        formset.new_objects, formset.deleted_objects = new, gone
        formset.changed_objects = []
