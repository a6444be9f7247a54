"""The file of one record: its timeline as a table, for a reason, and in the ledger.

For whoever reads the record and has it at the desk, too. Everybody else is answered as
if there were no such record.
"""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dispatch.api.records import find_readable
from dispatch.snapshots.record.table import headers, rows_of
from reports.admin.export import EXPORT_ROWS, Taken, hand_out, reason_field
from reports.admin.incidents import may_export
from reports.exports import csv_text


class ReasonForm(forms.Form):
    """Why somebody takes a record away."""

    reason = reason_field()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def export_record(request: HttpRequest, number: str) -> HttpResponse:
    """Hand a record's timeline out as a table; without a reason, lead back to it.

    A GET comes from the sign-in of somebody whose session ended over the question.
    """
    incident, _looker = find_readable(request, number)
    if not may_export(request, incident):
        raise Http404
    if request.method != "POST":
        return redirect("record", number=number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _back(request, number, _("Nothing was taken. Say why you take it."))
    rows = rows_of(incident, EXPORT_ROWS)
    if rows is None:
        much = _("Nothing was taken. This record has more than %(limit)d entries.")
        return _back(request, number, much % {"limit": EXPORT_ROWS})
    return hand_out(
        request,
        Taken(
            content=csv_text(headers(), rows).encode(),
            name=f"{incident.number}.csv",
            content_type="text/csv; charset=utf-8",
            what="record",
            format="csv",
            rows=len(rows),
            reason=form.cleaned_data["reason"],
            query=f"number={incident.number}",
        ),
    )


def _back(request: HttpRequest, number: str, why: str) -> HttpResponse:
    """Lead back to the record, which says why there is no file."""
    messages.error(request, why)
    return redirect("record", number=number)
