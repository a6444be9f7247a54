"""How Django admin looks and what its menu holds: the supervisor's desk."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _link(title: object, icon: str, page: str) -> dict[str, object]:
    """Return a line of the menu; who has a desk may open each, and sees their own."""
    return {"title": title, "icon": icon, "link": reverse_lazy(page)}


def _list_link(title: object, icon: str, model: str) -> dict[str, object]:
    """Return the menu's line of a model's list."""
    return _link(title, icon, f"admin:{model}_changelist")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "alarm110",
    "SITE_HEADER": "alarm110",
    "SITE_SUBHEADER": _("Desk"),
    "SITE_URL": reverse_lazy("account_login"),  # on to a person's own first page
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("alarm110/icon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "dispatch.views.desk_index",  # the board, for supervisors
    "STYLES": [
        lambda request: static("accounts/desk.css"),
        lambda request: static("dispatch/figures/figures.css"),
    ],
    "COLORS": {  # the calm blue of the other pages
        "primary": {
            "50": "#eef4fe",
            "100": "#d9e6fc",
            "200": "#b7d0f9",
            "300": "#84b6ff",
            "400": "#4d8cec",
            "500": "#2a6dd8",
            "600": "#1558c0",
            "700": "#12499f",
            "800": "#123d80",
            "900": "#123464",
            "950": "#0c2142",
        }
    },
    "ACCOUNT": {
        "navigation": [
            {
                "title": _("Change password"),
                "link": reverse_lazy("account_change_password"),
            }
        ]
    },
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("Now"),
                "items": [
                    {
                        **_link(_("Board"), "dashboard", "admin:index"),
                        "permission": "dispatch.views.has_board",
                    },
                    _list_link(_("Calls"), "call", "dispatch_call"),
                    _list_link(_("Seats"), "desk", "dispatch_seat"),
                    _list_link(_("Shifts"), "badge", "dispatch_shift"),
                ],
            },
            {
                "title": _("Records"),
                "separator": True,
                "items": [
                    _list_link(_("Incidents"), "description", "reports_incident"),
                    _list_link(_("Evidence"), "videocam", "reports_evidenceclip"),
                    _list_link(_("Callers"), "smartphone", "accounts_caller"),
                    _list_link(_("Offers"), "ring_volume", "dispatch_offer"),
                    _list_link(_("Participants"), "groups", "dispatch_participant"),
                    _list_link(_("Journal"), "receipt_long", "reports_entry"),
                    _list_link(_("Streams"), "account_tree", "reports_stream"),
                ],
            },
            {
                "title": _("Figures"),
                "separator": True,
                "items": [
                    _link(_("Service levels"), "monitoring", "desk-levels"),
                    _link(_("Seats needed"), "groups_2", "desk-staffing"),
                ],
            },
            {
                "title": _("Configuration"),
                "separator": True,
                "items": [
                    _list_link(_("Agencies"), "account_balance", "accounts_agency"),
                    _list_link(_("Areas"), "map", "accounts_area"),
                    _list_link(_("Overflow"), "alt_route", "accounts_tier"),
                    _list_link(_("Staff"), "people", "accounts_user"),
                ],
            },
        ],
    },
}
