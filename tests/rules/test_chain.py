"""Canonical JSON and the digest chain: the same bytes whoever computes them."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.seal import chain
from reports.seal.chain import NotCanonical, canonical, clean

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
PLAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT | st.uuids(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=20,
)


def by_the_book(value):
    """Write canonical JSON with nothing but the standard library."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


@given(PLAIN)
def test_canonical_json_is_what_the_standard_library_writes(value):
    assert canonical(value) == by_the_book(clean(value))


@given(PLAIN)
def test_canonical_json_reads_back_and_does_not_change_again(value):
    text = canonical(value)

    assert json.loads(text) == json.loads(by_the_book(clean(value)))
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(TEXT, WHOLE, max_size=6), st.randoms())
def test_the_order_in_which_fields_were_set_does_not_matter(value, dice):
    shuffled = list(value.items())
    dice.shuffle(shuffled)

    assert canonical(dict(shuffled)) == canonical(value)


def test_text_is_composed_before_it_is_hashed():
    decomposed = unicodedata.normalize("NFD", "Café")

    assert decomposed != "Café"
    assert canonical({"a": decomposed}) == canonical({"a": "Café"})


@pytest.mark.parametrize(
    "value",
    [
        "a\x00b",
        {"a\x00b": 1},
        "\ud800",
        ["\udfff"],
        1.0,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        {"a": [{"b": 2**63}]},
        b"bytes",
        {1, 2},
        datetime(2026, 1, 1, tzinfo=UTC),
        object(),
    ],
)
def test_what_programs_would_print_differently_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)
    with pytest.raises(NotCanonical):
        canonical({"deep": [value]} if not isinstance(value, dict) else value)


def test_the_largest_integers_are_taken():
    assert (
        canonical([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"
    )


def test_a_digest_can_be_computed_by_hand():
    stream = UUID("00000000-0000-4000-8000-000000000001")
    given_ = {
        "at": "2026-08-21T01:41:07.123456Z",
        "author": {"id": "a", "kind": "caller"},
        "body_hash": "b" * 64,
        "kind": "message.posted",
        "object": {"id": str(stream), "kind": "incident"},
        "prev": "0" * 64,
        "seq": 1,
        "stream": str(stream),
    }
    digest = chain.digest(
        stream=stream,
        seq=1,
        prev="0" * 64,
        at=datetime(2026, 8, 21, 1, 41, 7, 123456, UTC),
        author=("caller", "a"),
        kind="message.posted",
        subject=("incident", str(stream)),
        body_hash="b" * 64,
    )

    assert digest == hashlib.sha256(by_the_book(given_)).hexdigest()


def test_a_body_hash_is_salted():
    text = canonical({"text": "Help"})
    one, other = chain.new_salt(), chain.new_salt()

    assert one != other
    assert len(bytes.fromhex(one)) == 16
    assert chain.body_hash(one, text) != chain.body_hash(other, text)
    assert (
        chain.body_hash(one, text)
        == hashlib.sha256(bytes.fromhex(one) + text).hexdigest()
    )
