"""The errors a client can be answered with: code, HTTP status, sentence, occasion."""

from typing import Any

from accounts import errors as account_errors
from accounts.errors import AccountError
from alarm110.protocol.markdown import in_a_line, own, table
from dispatch import errors
from dispatch.api import answers  # it names the status of its own
from reports import errors as report_errors
from reports.api import answers as report_answers
from reports.errors import ReportError

HEAD = ("Code", "HTTP", "Sentence (English)", "When")
# What an error that needs facts is shown with.
EXAMPLES: dict[type[Exception], dict[str, Any]] = {
    errors.CallTaken: {"seat_label": "Zhifu 7", "seat_label_en": "Zhifu 7"},
    errors.SeatNotFree: {"seat_label_en": "Zhifu 7"},
    errors.TransferPending: {"seat_label_en": "Zhifu 7"},
    errors.FormChanged: {"saved_by": "Chen"},
    errors.HostAlive: {"operator": "Chen"},
    errors.ReliefNotOpen: {"operator": "Chen"},
    errors.CalledBack: {"operator": "Chen"},
    account_errors.TooSoon: {"seconds": 30},
    account_errors.WrongCode: {"attempts_left": 4},
}


def of_doors() -> str:
    """Return the errors of the sockets, the tap and the second door."""
    rows = []
    for kind in door_errors():
        error = kind(**EXAMPLES.get(kind, {}))
        status = str(answers.refusal(error).status_code)
        rows.append((f"`{kind.code}`", status, error.detail, in_a_line(kind)))
    return table(HEAD, rows)


def of_verification() -> str:
    """Return the errors of phone verification."""
    rows = []
    for kind in verification_errors():
        error = kind(**EXAMPLES.get(kind, {}))
        rows.append(
            (f"`{kind.code}`", str(error.status), error.detail, in_a_line(kind))
        )
    return table(HEAD, rows)


def door_errors() -> list[type[ReportError]]:
    """Return one class a code; a base without a code of its own is not repeated."""
    found: dict[str, type[ReportError]] = {}
    for module in (report_errors, errors, report_answers):
        for kind in own(module, ReportError):
            found.setdefault(kind.code, kind)
    return list(found.values())


def verification_errors() -> list[type[AccountError]]:
    """Return the errors that have a code of their own."""
    return [k for k in own(account_errors, AccountError) if k is not AccountError]
