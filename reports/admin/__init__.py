"""Incidents, callers, evidence and the journal at the supervisor's desk: read only."""

from reports.admin import evidence, incidents, journal
from reports.admin.base import ReadOnlyAdmin, RecordsAdmin

__all__ = ["ReadOnlyAdmin", "RecordsAdmin", "evidence", "incidents", "journal"]
