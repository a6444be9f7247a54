"""No role, no right; and a right of one agency is none in another."""

import pytest

from accounts.permissions import (
    HeldRole,
    Rights,
    may_administer,
    may_audit,
    may_operate,
    may_supervise,
)
from accounts.snapshots import rights_of
from accounts.states import RoleKind

ZHIFU, LAIZHOU = 1, 2
QUESTIONS = {
    RoleKind.OPERATOR: may_operate,
    RoleKind.SUPERVISOR: may_supervise,
    RoleKind.AUDITOR: may_audit,
    RoleKind.ADMINISTRATOR: may_administer,
}


@pytest.mark.parametrize("kind", RoleKind)
def test_a_role_gives_its_own_right_in_its_own_agency_only(kind):
    roles = [HeldRole(kind, ZHIFU)]
    allowed = {
        (asked, agency)
        for asked, question in QUESTIONS.items()
        for agency in (ZHIFU, LAIZHOU)
        if question(roles, agency)
    }
    assert allowed == {(kind, ZHIFU)}


@pytest.mark.parametrize("kind", RoleKind)
def test_a_role_without_agency_holds_everywhere(kind):
    roles = [HeldRole(kind, None)]
    assert QUESTIONS[kind](roles, ZHIFU)
    assert QUESTIONS[kind](roles, LAIZHOU)


def test_nobody_may_do_nothing():
    rights = Rights(1)
    assert not rights.roles
    assert not rights.has_desk
    assert not any(question([], ZHIFU) for question in QUESTIONS.values())
    assert not rights.may_administer(None)


def test_administering_one_agency_is_not_administering_all():
    assert not may_administer([HeldRole(RoleKind.ADMINISTRATOR, ZHIFU)], None)
    assert may_administer([HeldRole(RoleKind.ADMINISTRATOR, None)], None)


@pytest.mark.parametrize(
    ("holder", "given", "may"),
    [
        (HeldRole("supervisor", ZHIFU), HeldRole("operator", ZHIFU), True),
        (HeldRole("supervisor", ZHIFU), HeldRole("operator", LAIZHOU), False),
        (HeldRole("supervisor", ZHIFU), HeldRole("supervisor", ZHIFU), False),
        (HeldRole("supervisor", None), HeldRole("operator", None), False),
        (HeldRole("administrator", ZHIFU), HeldRole("administrator", ZHIFU), True),
        (HeldRole("administrator", ZHIFU), HeldRole("auditor", LAIZHOU), False),
        (HeldRole("administrator", ZHIFU), HeldRole("auditor", None), False),
        (HeldRole("administrator", None), HeldRole("administrator", None), True),
        (HeldRole("operator", ZHIFU), HeldRole("operator", ZHIFU), False),
        (HeldRole("auditor", ZHIFU), HeldRole("operator", ZHIFU), False),
    ],
)
def test_nobody_hands_out_more_than_they_hold(holder, given, may):
    assert Rights(1, frozenset({holder})).may_manage(given) is may


def test_ma_operates_laizhou_and_nothing_of_zhifu(cast):
    rights = rights_of(cast.ma)
    assert rights.operator_agencies == {cast.laizhou.pk}
    assert rights.may_operate(cast.laizhou.pk)
    zhifu = cast.zhifu.pk
    assert not rights.may_operate(zhifu)
    assert not rights.may_supervise(zhifu)
    assert not rights.may_audit(zhifu)
    assert not rights.may_administer(zhifu)
    assert not rights.has_desk


def test_rights_are_read_in_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        rights = rights_of(cast.zhao)
    assert rights.supervisor_agencies == {cast.zhifu.pk}
    assert rights.version == cast.zhao.rights_version


def test_a_closed_account_has_no_rights_whatever_its_roles(cast):
    type(cast.chen).objects.filter(pk=cast.chen.pk).update(is_active=False)
    assert not rights_of(cast.chen).roles
    assert not rights_of(cast.nobody).roles


def test_who_was_made_at_the_machine_administers_all(cast):
    type(cast.nobody).objects.filter(pk=cast.nobody.pk).update(is_superuser=True)
    rights = rights_of(cast.nobody)
    assert rights.may_administer(None)
    assert not rights.may_operate(cast.zhifu.pk)
