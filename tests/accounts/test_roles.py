"""Rights given and taken: the version rises, one signal is sent, inside."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.actions import roles
from accounts.actions.configure import configure_staff
from accounts.events import rights_revoked, role_changed
from accounts.models import User
from accounts.snapshots import rights_of
from accounts.states import RoleKind
from tests.rights import disable_staff, take_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """Which signal was sent about whom."""
    heard = []

    def hear(signal, user, **_):
        assert connection.in_atomic_block
        name = "revoked" if signal is rights_revoked else "changed"
        heard.append((name, user.username))

    for signal in (rights_revoked, role_changed):
        signal.connect(hear)
    yield heard
    for signal in (rights_revoked, role_changed):
        signal.disconnect(hear)


def version(user: User) -> int:
    return User.objects.get(pk=user.pk).rights_version


def test_a_role_is_given_once(cast, told):
    before = version(cast.ma)
    assert roles.give_role(cast.ma, RoleKind.OPERATOR, cast.zhifu)
    assert version(cast.ma) == before + 1
    assert not roles.give_role(cast.ma, RoleKind.OPERATOR, cast.zhifu)
    assert version(cast.ma) == before + 1
    assert told == [("changed", "ma")]
    assert rights_of(cast.ma).may_operate(cast.zhifu.pk)


def test_a_role_is_taken_and_its_history_stays(cast, told):
    before = version(cast.chen)
    assert take_role(cast.chen, RoleKind.OPERATOR, cast.zhifu)
    assert version(cast.chen) == before + 1
    assert told == [("changed", "chen")]
    assert not rights_of(cast.chen).roles
    history = [row.history_type for row in cast.chen.roles.model.history.all()]
    assert "-" in history
    assert not take_role(cast.chen, RoleKind.OPERATOR, cast.zhifu)


def test_an_operator_works_somewhere(cast):
    with pytest.raises(ValidationError):
        roles.give_role(cast.ma, RoleKind.OPERATOR, None)
    assert not rights_of(cast.ma).is_everywhere(RoleKind.OPERATOR)


def test_the_desk_opens_and_closes_with_its_roles(cast):
    assert not cast.chen.is_staff
    roles.give_role(cast.chen, RoleKind.AUDITOR, cast.zhifu)
    assert User.objects.get(pk=cast.chen.pk).is_staff
    take_role(cast.chen, RoleKind.AUDITOR, cast.zhifu)
    assert not User.objects.get(pk=cast.chen.pk).is_staff


def test_closing_an_account_revokes_and_keeps_the_roles(cast, told):
    before = version(cast.chen)
    assert disable_staff(cast.chen)
    assert told == [("revoked", "chen")]
    assert version(cast.chen) == before + 1
    assert not rights_of(cast.chen).roles
    assert not disable_staff(cast.chen)
    assert roles.change_rights(cast.chen, is_active=True)
    assert rights_of(cast.chen).may_operate(cast.zhifu.pk)
    assert told == [("revoked", "chen"), ("changed", "chen")]


def test_many_changes_are_one_act_and_one_signal(cast, told):
    before = version(cast.ma)
    roles.change_rights(
        cast.ma,
        give=[
            roles.Right(RoleKind.OPERATOR, cast.zhifu),
            roles.Right(RoleKind.AUDITOR, cast.zhifu),
        ],
        take=[roles.Right(RoleKind.OPERATOR, cast.laizhou)],
        is_active=False,
    )
    assert told == [("revoked", "ma")]
    assert version(cast.ma) == before + 1


def test_a_new_password_cuts_what_is_open(cast, told):
    before = version(cast.chen)
    roles.set_password(cast.chen, "another-long-one")
    assert told == [("revoked", "chen")]
    assert version(cast.chen) == before + 1
    assert User.objects.get(pk=cast.chen.pk).check_password("another-long-one")


def test_a_new_person_is_enrolled_without_a_word(cast, told):
    user = User(username="new")
    user.set_unusable_password()
    roles.enrol(user, RoleKind.SUPERVISOR, [cast.zhifu, cast.laizhou])
    assert told == []
    assert user.is_staff
    assert rights_of(user).supervisor_agencies == {cast.zhifu.pk, cast.laizhou.pk}


def test_naming_a_person_does_not_undo_a_change_of_rights_meanwhile(cast):
    stale = User.objects.get(pk=cast.chen.pk)
    disable_staff(cast.chen)
    stale.display_name = "Chen"
    configure_staff(stale)
    fresh = User.objects.get(pk=cast.chen.pk)
    assert fresh.display_name == "Chen"
    assert not fresh.is_active
    assert fresh.rights_version == cast.chen.rights_version
