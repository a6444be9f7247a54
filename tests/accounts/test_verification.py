"""A caller proves a phone number by the code sent to it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import errors
from accounts.actions.verification import (
    caller_of_device,
    confirm_code,
    normal_phone,
    request_code,
)
from accounts.events import caller_verified, personal_data_changed
from accounts.models import Assurance, Caller, PhoneCode, User

LIN = "13800138000"
OTHER = "13900139000"


class Outbox:
    """Keeps what would have been sent; named by ``settings.CODE_SENDER``."""

    sent: list[tuple[str, str]] = []

    def send(self, phone: str, code: str) -> None:
        """Keep it; the test asserts that nothing is sent before the commit."""
        assert not connection.in_atomic_block
        self.sent.append((phone, code))


@pytest.fixture
def outbox(settings):
    """Catch codes."""
    settings.CODE_SENDER = f"{__name__}.Outbox"
    Outbox.sent.clear()
    return Outbox.sent


@pytest.fixture
def lin(transactional_db) -> Caller:
    """A phone that nobody verified."""
    return caller_of_device("a" * 64)


@pytest.fixture
def told():
    """What the floors above are told."""
    heard = []

    def hear(signal, caller, former=None, **_):
        assert connection.in_atomic_block
        heard.append((signal, caller.pk, former and former.pk))

    for signal in (caller_verified, personal_data_changed):
        signal.connect(hear)
    yield heard
    for signal in (caller_verified, personal_data_changed):
        signal.disconnect(hear)


def wait(seconds: float) -> None:
    """Move every code's times back, as if this much time had passed."""
    for code in PhoneCode.objects.all():
        code.sent_at -= timedelta(seconds=seconds)
        code.expires_at -= timedelta(seconds=seconds)
        code.save()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize(
    "text", [LIN, "138 0013 8000", "+86 138-0013-8000", "008613800138000"]
)
def test_a_number_is_written_one_way(text):
    assert normal_phone(text) == "+8613800138000"


@pytest.mark.parametrize("text", ["", "110", "12345", "x" * 200, "+1", "1380013800\0"])
def test_what_cannot_get_a_message_is_refused(text):
    with pytest.raises(errors.BadPhone):
        normal_phone(text)


def test_the_right_code_makes_the_caller_known(lin, outbox, told):
    request_code(lin, LIN)
    [(phone, code)] = outbox
    assert phone == "+8613800138000"
    assert len(code) == 6
    assert code.isdigit()

    caller = confirm_code(lin, code)

    assert caller.pk == lin.pk
    caller.refresh_from_db()
    assert caller.phone == "+8613800138000"
    assert caller.assurance == Assurance.PHONE
    assert not caller.user.has_usable_password()
    assert not caller.user.is_staff
    assert not PhoneCode.objects.exists()
    assert told == [(caller_verified, lin.pk, lin.pk)]


def test_neither_number_nor_code_stand_in_the_database(lin, outbox):
    request_code(lin, LIN)
    code = outbox[0][1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_phonecode")
        row = str(cursor.fetchall())
    assert "13800138000" not in row
    assert f"'{code}'" not in row
    confirm_code(lin, code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_caller")
        assert "13800138000" not in str(cursor.fetchall())


def test_five_wrong_tries_end_the_code(lin, outbox):
    request_code(lin, LIN)
    code = outbox[0][1]
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.WrongCode) as refusal:
            confirm_code(lin, wrong(code))
        assert refusal.value.attempts_left == left
    with pytest.raises(errors.CodeGone):
        confirm_code(lin, wrong(code))
    with pytest.raises(errors.CodeGone):
        confirm_code(lin, code)  # the right one comes too late
    lin.refresh_from_db()
    assert lin.assurance == Assurance.NONE


def test_a_code_dies_after_five_minutes(lin, outbox):
    request_code(lin, LIN)
    wait(299)
    with pytest.raises(errors.WrongCode):
        confirm_code(lin, wrong(outbox[0][1]))
    wait(1)
    with pytest.raises(errors.CodeGone):
        confirm_code(lin, outbox[0][1])


def test_a_code_works_once(lin, outbox):
    request_code(lin, LIN)
    confirm_code(lin, outbox[0][1])
    with pytest.raises(errors.CodeGone):
        confirm_code(lin, outbox[0][1])


def test_a_second_code_comes_not_before_thirty_seconds(lin, outbox):
    request_code(lin, LIN)
    with pytest.raises(errors.TooSoon) as refusal:
        request_code(lin, OTHER)  # another number, the same caller
    assert 25 <= refusal.value.retry_after_seconds <= 30
    stranger = caller_of_device("b" * 64)
    with pytest.raises(errors.TooSoon):
        request_code(stranger, LIN)  # another caller, the same number
    assert len(outbox) == 1
    wait(31)
    request_code(lin, LIN)
    assert len(outbox) == 2


def test_a_newer_code_replaces_the_older(lin, outbox):
    request_code(lin, LIN)
    wait(31)
    request_code(lin, LIN)
    first, second = outbox[0][1], outbox[1][1]
    if first != second:
        with pytest.raises(errors.WrongCode):
            confirm_code(lin, first)
    assert confirm_code(lin, second).assurance == Assurance.PHONE


def test_a_code_is_good_for_its_own_caller_only(lin, outbox):
    request_code(lin, LIN)
    stranger = caller_of_device("b" * 64)
    with pytest.raises(errors.CodeGone):
        confirm_code(stranger, outbox[0][1])


def test_full_width_digits_are_read(lin, outbox):
    request_code(lin, LIN)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in outbox[0][1])
    assert confirm_code(lin, wide).assurance == Assurance.PHONE


def test_who_proves_a_known_number_becomes_that_caller(lin, outbox, told):
    request_code(lin, LIN)
    confirm_code(lin, outbox[-1][1])
    told.clear()
    wait(31)
    new_phone = caller_of_device("b" * 64)
    request_code(new_phone, LIN)

    caller = confirm_code(new_phone, outbox[-1][1])

    assert caller.pk == lin.pk
    assert told == [(caller_verified, lin.pk, new_phone.pk)]
    lin.refresh_from_db()
    new_phone.refresh_from_db()
    assert lin.device_hash == "b" * 64  # the new phone is Lin's now
    assert new_phone.device_hash is None
    assert Caller.objects.count() == 2
    assert User.objects.filter(caller__isnull=False).count() == 1
    assert caller_of_device("b" * 64).pk == lin.pk


def test_another_number_on_the_same_phone_may_be_another_person(lin, outbox, told):
    request_code(lin, LIN)
    confirm_code(lin, outbox[-1][1])
    Caller.objects.filter(pk=lin.pk).update(assurance=Assurance.REAL_NAME)
    told.clear()
    request_code(lin, OTHER)

    caller = confirm_code(lin, outbox[-1][1])

    assert caller.phone == "+8613900139000"
    assert caller.assurance == Assurance.PHONE
    assert told == [
        (personal_data_changed, lin.pk, None),
        (caller_verified, lin.pk, lin.pk),
    ]


def test_a_sender_that_fails_is_logged_and_the_code_stands(lin, settings, caplog):
    settings.CODE_SENDER = f"{__name__}.Broken"
    request_code(lin, LIN)
    assert PhoneCode.objects.filter(caller=lin).exists()
    assert "no line to the provider" in caplog.text


class Broken:
    """A provider out of reach."""

    def send(self, phone: str, code: str) -> None:
        """Fail."""
        raise ConnectionError("no line to the provider")


def test_the_console_sender_masks_the_number(caplog):
    from accounts.adapters import ConsoleCodeSender

    caplog.set_level("INFO", "accounts")
    ConsoleCodeSender().send("+8613800138000", "123456")
    assert "138****8000" in caplog.text
    assert "123456" in caplog.text
    assert "13800138000" not in caplog.text


def test_caller_of_device_is_one_per_device(db):
    first = caller_of_device("c" * 64)
    assert caller_of_device("c" * 64).pk == first.pk
    assert caller_of_device("d" * 64).pk != first.pk
    assert timezone.now() - first.created_at < timedelta(minutes=1)
