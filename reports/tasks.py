"""Jobs of the worker: what is derived from evidence and may take its time."""

from uuid import UUID

from django_tasks import task

from reports.actions import copying


@task()
def make_view(view: str) -> None:
    """Make the copy of a clip that people look at."""
    copying.make_view(UUID(view))
