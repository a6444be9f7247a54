"""The switchboard's pages and hot paths."""

from django.contrib import admin
from django.urls import path, re_path

from dispatch import views
from dispatch.admin import levels as desk
from dispatch.api import (
    call_backs,
    calls,
    console,
    levels,
    playback,
    record_export,
    records,
)

urlpatterns = [
    path("", views.caller_page, name="caller"),
    path("alarm/", views.plain_alarm, name="plain-alarm"),
    path("console/", views.console_page, name="console"),
    path("records/", records.records_page, name="records"),
    path("records/<str:number>/", records.record_page, name="record"),
    path(
        "records/<str:number>/export/",
        record_export.export_record,
        name="record-export",
    ),
    path("service-levels/", levels.levels_page, name="levels"),
    path("service-levels/<str:code>/", levels.levels_page, name="agency-levels"),
    # Before the desk's own addresses, and behind its door.
    path(
        "admin/service-levels/",
        admin.site.admin_view(desk.levels_page),
        name="desk-levels",
    ),
    path(
        "admin/staffing/",
        admin.site.admin_view(desk.staffing_page),
        name="desk-staffing",
    ),
    path("api/v1/calls", calls.tap, name="tap"),
    path("api/v1/calls/mine", calls.mine, name="mine"),
    path("api/v1/calls/<uuid:call>/commands", calls.command, name="command"),
    path("api/v1/calls/<uuid:call>/inbox", calls.inbox, name="inbox"),
    re_path("^api/v1/calls/", calls.nowhere),
    path("api/v1/console/ground", console.ground, name="console-ground"),
    path("api/v1/console/agencies", console.agencies, name="console-agencies"),
    path(
        "api/v1/console/incidents/<uuid:incident>/earlier",
        console.earlier,
        name="earlier-alarms",
    ),
    path(
        "api/v1/console/incidents/<uuid:incident>/marks",
        records.marks,
        name="call-marks",
    ),
    path(
        "api/v1/console/incidents/<uuid:incident>/clips",
        records.ways,
        name="clip-ways",
    ),
    path(
        "api/v1/console/calls/<uuid:call>/phone",
        call_backs.phone,
        name="call-back-phone",
    ),
    path(
        "api/v1/console/incidents/<uuid:incident>/snapshots/<uuid:clip>",
        playback.snapshot,
        name="snapshot",
    ),
    path("api/v1/console/clips/<uuid:clip>/view", playback.ask, name="ask-view"),
    path(
        "api/v1/console/clips/<uuid:clip>/view/<uuid:view>",
        playback.view,
        name="view",
    ),
    path(
        "api/v1/console/clips/<uuid:clip>/original", playback.original, name="original"
    ),
]
