"""The journal: numbers without gaps, a chain, and a database that changes nothing."""

from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from reports import journal
from reports.clock import now
from reports.errors import IdUsed
from reports.events import MessagePosted
from reports.journal import SYSTEM, Author, Draft, open_streams, record, record_many
from reports.models import Entry, EntryBody, Stream, StreamKind
from tests.database import triggers_lifted


@pytest.fixture
def stream(rows):
    uuid = uuid4()
    open_streams([uuid], StreamKind.INCIDENT)
    return uuid


def draft(stream, text="Help", client_id=None, author=SYSTEM):
    body = MessagePosted(side="caller", text=text, client_id=client_id or uuid4())
    return Draft(stream, author, body, ("incident", str(stream)), client_id)


def write(stream, *texts):
    with transaction.atomic():
        return record_many([draft(stream, text) for text in texts])


# --- Numbers -------------------------------------------------------------------------


def test_entries_are_numbered_from_one_without_gaps(stream):
    first = write(stream, "a", "b")
    second = write(stream, "c")

    assert [r.seq for r in (*first, *second)] == [1, 2, 3]
    head = Stream.objects.get(uuid=stream)
    assert head.head_seq == 3
    assert journal.heads([stream]) == {stream: 3}
    assert journal.verify(stream) is None


def test_a_transaction_that_fails_leaves_no_hole(stream):
    write(stream, "a")

    def fail():
        with transaction.atomic():
            record_many([draft(stream, "lost")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(stream, "b")

    assert [e.seq for e in Entry.objects.order_by("seq")] == [1, 2]
    assert journal.verify(stream) is None


def test_each_stream_counts_for_itself(stream):
    other = uuid4()
    open_streams([other], StreamKind.AGENCY)
    with transaction.atomic():
        recorded = record_many([draft(stream), draft(other), draft(stream)])

    assert [(r.stream, r.seq) for r in recorded] == [
        (stream, 1),
        (other, 1),
        (stream, 2),
    ]
    assert journal.verify(stream) is journal.verify(other) is None


def test_opening_a_stream_again_changes_nothing(stream):
    write(stream, "a")
    open_streams([stream], StreamKind.INCIDENT)

    assert journal.heads([stream]) == {stream: 1}


def test_entries_follow_each_other_by_digest(stream):
    write(stream, "a", "b", "c")
    first, second, third = Entry.objects.select_related("stream").order_by("seq")

    assert first.prev == "0" * 64
    assert second.prev == journal.entry_digest(first)
    assert third.prev == journal.entry_digest(second)
    assert Stream.objects.get(uuid=stream).head_digest == journal.entry_digest(third)


def test_an_id_given_twice_is_refused_by_its_name(stream):
    """Two commands of one author under one id: the second is no repetition."""
    author, command = Author("operator", "chen"), uuid4()
    with transaction.atomic():
        record_many([draft(stream, "a", command, author)])

    with pytest.raises(IdUsed) as refusal, transaction.atomic():
        record_many([draft(stream, "b", command, author)])
    assert refusal.value.code == "id_used"
    assert journal.heads([stream]) == {stream: 1}
    with transaction.atomic():  # the same id of another author is another command
        record_many([draft(stream, "c", command, Author("operator", "wu"))])


def test_the_time_of_an_entry_never_goes_back(stream):
    """The clock was set back: the next entry is not older than the last."""
    [first] = write(stream, "a")
    later = now() + timedelta(hours=1)
    Stream.objects.filter(uuid=stream).update(head_at=later)
    [second] = write(stream, "b")

    assert second.at == later
    assert first.at < second.at
    assert journal.verify(stream) is None


# --- What record refuses -------------------------------------------------------------


def test_recording_outside_a_transaction_is_refused(stream):
    with pytest.raises(RuntimeError, match="transaction"):
        record_many([draft(stream)])


def test_recording_twice_in_a_transaction_is_refused(stream):
    def twice():
        with transaction.atomic():
            record_many([draft(stream)])
            record_many([draft(stream)])

    with pytest.raises(RuntimeError, match="last act"):
        twice()
    assert Entry.objects.count() == 0


def test_recording_into_a_stream_that_is_not_there_is_refused(stream):
    with pytest.raises(RuntimeError, match="no stream"), transaction.atomic():
        record_many([draft(uuid4())])


def test_recording_nothing_is_nothing(stream):
    assert record_many([]) == []


def test_what_has_no_canonical_form_is_never_written(stream):
    for text in ("a\x00b", "\ud800"):
        with pytest.raises(ValueError, match=r"NUL|surrogate"), transaction.atomic():
            record_many([draft(stream, text)])

    assert Entry.objects.count() == 0


def test_one_command_is_one_entry(stream):
    author, command = Author("caller", str(uuid4())), uuid4()
    with transaction.atomic():
        recorded = record(
            stream,
            author,
            draft(stream).body,
            subject=("incident", str(stream)),
            client_id=command,
        )

    assert journal.known_acks([(author.id, command)]) == {
        (author.id, command): recorded
    }
    assert journal.known_acks([(author.id, uuid4()), ("other", command)]) == {}
    with pytest.raises(IntegrityError), transaction.atomic():
        record_many([draft(stream, "again", command, author)])
    with transaction.atomic():
        record_many([draft(stream, "another's", command, Author("operator", "x"))])


# --- Replay --------------------------------------------------------------------------


def test_replay_returns_what_came_after(stream):
    write(stream, *"abcde")

    assert [p.seq for p in journal.replay(stream, 2)] == [3, 4, 5]
    assert [p.seq for p in journal.replay(stream, 0, limit=2)] == [1, 2]
    assert journal.replay(stream, 5) == []
    assert journal.replay(uuid4(), 0) == []


def test_an_erased_body_leaves_the_chain_whole_and_replays_empty(stream):
    write(stream, "a", "b")
    with triggers_lifted():
        EntryBody.objects.filter(entry__seq=1).delete()

    assert journal.verify(stream) is None
    assert [p.text == "{}" for p in journal.replay(stream, 0)] == [True, False]


def test_the_newest_of_a_kind_come_oldest_first(stream):
    write(stream, *"abcde")

    newest = journal.replay_kinds(stream, ["message.posted"], 2)
    assert [p.seq for p in newest] == [4, 5]
    assert journal.replay_kinds(stream, ["call.queued"], 2) == []


# --- Tampering is named --------------------------------------------------------------

TAMPERING = {
    "the body of entry 2 was changed": (
        "UPDATE reports_entrybody SET text = replace(text, 'b', 'x') "
        "WHERE entry_id = (SELECT id FROM reports_entry WHERE seq = 2)"
    ),
    "entry 3 does not follow entry 2": (
        "UPDATE reports_entry SET author_id = 'somebody else' WHERE seq = 2"
    ),
    "entry 4 does not follow entry 3": (
        "UPDATE reports_entry SET kind = 'call.ended' WHERE seq = 3"
    ),
    "entry 2 does not follow entry 1": (
        "UPDATE reports_entry SET object_id = 'another' WHERE seq = 1"
    ),
    "entry 3 is missing": "DELETE FROM reports_entry WHERE seq = 3",
    "entry 1 is missing": "DELETE FROM reports_entry WHERE seq = 1",
    "the head does not match entry 4": "DELETE FROM reports_entry WHERE seq = 5",
}


@pytest.mark.parametrize("fault", TAMPERING)
def test_verify_names_the_first_fault(stream, fault):
    write(stream, *"abcde")
    with triggers_lifted(), connection.cursor() as cursor:
        if TAMPERING[fault].startswith("DELETE"):
            EntryBody.objects.filter(entry__seq=int(TAMPERING[fault][-1])).delete()
        cursor.execute(TAMPERING[fault])

    assert journal.verify(stream) == fault


def test_an_entry_rewritten_with_its_hash_is_still_found(stream):
    """A clever hand that fixes the body's hash too breaks the next entry's."""
    from reports.seal import chain

    write(stream, *"abc")
    entry = Entry.objects.get(seq=2)
    text = chain.canonical({"side": "seat", "text": "I never said that"})
    hashed = chain.body_hash(entry.body.salt, text)
    with triggers_lifted():
        EntryBody.objects.filter(entry=entry).update(text=text.decode())
        Entry.objects.filter(pk=entry.pk).update(body_hash=hashed)

    assert journal.verify(stream) == "entry 3 does not follow entry 2"


def test_a_moved_head_is_found(stream):
    write(stream, "a")
    Stream.objects.filter(uuid=stream).update(head_digest="f" * 64)

    assert journal.verify(stream) == "the head does not match entry 1"


def test_a_head_set_back_is_found(stream):
    write(stream, "a")
    head = Stream.objects.get(uuid=stream)
    write(stream, "b")
    Stream.objects.filter(pk=head.pk).update(
        head_seq=head.head_seq, head_digest=head.head_digest
    )

    assert journal.verify(stream) == "the head leaves entries after 1 out"


# --- The database itself refuses -----------------------------------------------------

CHANGES = [
    "UPDATE reports_entry SET kind = 'x'",
    "UPDATE reports_entrybody SET text = '{}'",
    "DELETE FROM reports_entry",
    "DELETE FROM reports_entrybody",
]
TRUNCATES = ["TRUNCATE reports_entry CASCADE", "TRUNCATE reports_entrybody"]


@pytest.mark.parametrize("statement", CHANGES + TRUNCATES)
def test_the_database_refuses_to_change_or_remove_entries(stream, statement):
    if statement in TRUNCATES and connection.vendor != "postgresql":
        statement = CHANGES[-1]  # SQLite has no TRUNCATE: there it is this one
    write(stream, "a")
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Entry.objects.count() == EntryBody.objects.count() == 1
    assert journal.verify(stream) is None


def test_the_admins_own_tools_are_refused_too(stream):
    write(stream, "a")
    entry = Entry.objects.get()

    for attempt in (
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(kind="x"),
        entry.save,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_triggers_are_back_after_they_were_lifted(stream):
    write(stream, "a")
    with triggers_lifted(), nullcontext():
        pass
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(kind="x")
