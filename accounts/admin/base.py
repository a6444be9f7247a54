"""The supervisor's desk: what every admin page here has in common.

Who may see and change a row is decided by the roles of ``accounts``, never by Django's
permission tables: a role's agency is the row's, or the row is not there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from accounts.errors import AccountError
from accounts.models import Agency, User
from accounts.permissions import Rights
from accounts.snapshots import rights_of
from accounts.states import DESK_ROLES, RoleKind

SUPERVISORS = frozenset({RoleKind.SUPERVISOR, RoleKind.ADMINISTRATOR})
ADMINISTRATORS = frozenset({RoleKind.ADMINISTRATOR})
NOBODY: frozenset[RoleKind] = frozenset()


def desk_rights(request: HttpRequest) -> Rights:
    """Return the rights of whoever asks, read once a request."""
    rights: Rights | None = getattr(request, "_desk_rights", None)
    if rights is None:
        user = request.user
        if not isinstance(user, User):
            raise PermissionDenied
        rights = rights_of(user)
        request._desk_rights = rights  # type: ignore[attr-defined]
    return rights


class DeskAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows of the agencies somebody holds a role in; read-only unless said otherwise.

    ``agency_path`` leads from a row to its agency, as a query would: ``"agency"``,
    ``"seat__agency"``; empty where the row is the agency. Where a row can be of
    several, override ``is_within`` and ``rows_within``.
    """

    agency_path: ClassVar[str] = "agency"
    viewers: ClassVar[frozenset[RoleKind]] = DESK_ROLES
    editors: ClassVar[frozenset[RoleKind]] = NOBODY

    actions: Any = None  # nothing is done to many rows at once, and nothing is deleted
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True

    # --- Doors ---

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show these rows in the menu to whoever may see some."""
        return self.has_view_permission(request)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """See a row of one's own agencies."""
        return self._may(request, self.viewers | self.editors, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Change a row of an agency one is an editor in."""
        return self._may(request, self.editors, obj)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add where one may change."""
        return self._may(request, self.editors, None)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse: rows are taken out of service, with history, never deleted."""
        return False

    def _may(
        self, request: HttpRequest, kinds: frozenset[RoleKind], obj: Model | None
    ) -> bool:
        rights = desk_rights(request)
        if rights.is_everywhere(*kinds):
            return True
        agencies = rights.agencies(*kinds)
        if obj is None or obj.pk is None:
            return bool(agencies)
        return self.is_within(obj, agencies)

    def is_within(self, obj: Any, agencies: frozenset[int]) -> bool:
        """Say whether a row is of one of these agencies; see ``rows_within``."""
        if not self.agency_path:
            return obj.pk in agencies
        *relations, last = self.agency_path.split("__")
        for relation in relations:
            obj = getattr(obj, relation)
        return getattr(obj, f"{last}_id") in agencies

    def rows_within(
        self, rows: QuerySet[Any], agencies: frozenset[int]
    ) -> QuerySet[Any]:
        """Return the rows of these agencies; see ``is_within``."""
        path = f"{self.agency_path}__in" if self.agency_path else "pk__in"
        return rows.filter(**{path: agencies})

    # --- Refusals ---

    # What an action may say no with; shown on the page, and nothing is saved.
    refusals: ClassVar[tuple[type[Exception], ...]] = (ValidationError, AccountError)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save by an action, which may refuse what the form could not know."""
        try:
            response: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except self.refusals as refusal:
            for text in getattr(refusal, "messages", None) or [str(refusal)]:
                self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return response

    # --- Rows and choices ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the agencies this person may see."""
        rows: QuerySet[Any] = super().get_queryset(request)
        kinds = self.viewers | self.editors
        rights = desk_rights(request)
        if rights.is_everywhere(*kinds):
            return rows
        return self.rows_within(rows, rights.agencies(*kinds))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer only agencies this person may edit."""
        if db_field.name == self.agency_path:
            kwargs["queryset"] = editable_agencies(request, self.editors)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field


def editable_agencies(
    request: HttpRequest, kinds: frozenset[RoleKind]
) -> QuerySet[Agency]:
    """Return the agencies in which this person holds one of these roles."""
    rights = desk_rights(request)
    if rights.is_everywhere(*kinds):
        return Agency.objects.all()
    return Agency.objects.filter(pk__in=rights.agencies(*kinds))


def is_old_version(request: HttpRequest) -> bool:
    """Return whether the page of a row's old version is asked for, or sent."""
    match = request.resolver_match
    return bool(match and (match.url_name or "").endswith("_simple_history"))


class HistoryDeskAdmin(DeskAdmin, SimpleHistoryAdmin):  # type: ignore[misc]
    """The same, with history; an old version is looked at, and put back as an edit.

    The page of an old version is a form filled with it. Sending it is the same edit as
    on the row's own page: same rights, same checks, same action, and the history grows
    by one. Nothing is written that the form does not show, so what is not in the
    history (rights, passwords, a seat's live state) stays as it is now.
    """

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, **kwargs: Any
    ) -> None:
        """Tell what changed; where nobody gave a reason, show none (not "None")."""
        super().set_history_delta_changes(request, historical_records, **kwargs)
        for record in historical_records:
            record.history_change_reason = record.history_change_reason or ""

    def has_change_history_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Put an old version back where one may change the row as it is now."""
        return self.has_change_permission(request, obj)

    def has_view_history_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """See the history of what one may see."""
        return self.has_view_permission(request, obj)

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show the button to whoever may use it."""
        return not self.has_change_history_permission(request, obj)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the history of a row that is there for this person."""
        self._refuse_absent(request, object_id)
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def _refuse_absent(self, request: HttpRequest, object_id: str) -> None:
        """Refuse a row of others, one that does not exist, and what is no id, alike."""
        if self.get_object(request, unquote(object_id)) is None:
            raise PermissionDenied

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an old version; what is sent from there is an edit of the row."""
        if request.method == "POST":
            return self.changeform_view(request, object_id)
        self._refuse_absent(request, object_id)
        response: HttpResponse = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        return response
