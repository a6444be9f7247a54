"""A small region file, and how the tests load one."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from accounts.models import Agency, Area, Caller, Role, Tier, User
from dispatch.models import Seat
from reports.models import Entry, Stream

SMALL = """\
[region]
code = "3706"
name = "小城"
demo = true

[[agencies]]
code = "370602"
name = "甲"
default = true
areas = ["370602"]
seats = 2
tiers = [
  { neighbour = "370613", after_seconds = 5 },
]

[[agencies]]
code = "370613"
name = "乙"
areas = [
  { file = "own.geojson", code = "900001", name = "自绘" },
]
seats = [{ number = 7, label = "七号", label_en = "Seven" }]

[[categories]]
code = "01"
name = "盗窃"

[[phrases]]
text = "您好"
text_en = "Hello"

[[staff]]
username = "chen"
name = "陈"
role = "operator"
agencies = ["370602"]

[[staff]]
username = "zhao"
name = "赵"
role = "supervisor"
agencies = ["*"]
"""


def onboard(path: Path, *options: str) -> list[str]:
    # All runs of a test share its transaction, and entries come once in each.
    connection.run_on_commit.clear()
    out = StringIO()
    call_command("onboard", str(path), *options, stdout=out, no_color=True)
    return out.getvalue().splitlines()


def rewrite(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def everything() -> list[list[tuple]]:
    """Return all rows that onboarding writes."""
    models = (Agency, Area, Tier, Seat, User, Role, Caller, Entry, Stream)
    return [list(m.objects.order_by("pk").values_list()) for m in models]
