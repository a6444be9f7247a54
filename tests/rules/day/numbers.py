"""Phones that prove a number on a day, and so may become somebody else's."""

from django.db import transaction
from hypothesis import strategies as st

from accounts.actions.verification import _verified
from accounts.api.device import device_hash
from accounts.models import Caller, blind_index
from dispatch.actions import guests
from dispatch.models import Call
from tests.rules.day.callers import Callers
from tests.rules.day.people import Phone

NUMBERS = ["+8613812345678", "+8613912345678"]
NUMBERS_DO = (("prove", "live", 2),)


class Numbers(Callers):
    """The phones, with numbers."""

    def prove(self, data: st.DataObject) -> None:
        """Prove a number; of two live calls of its owner one ends, merged."""
        name, number = self.pick(data, "live"), data.draw(st.sampled_from(NUMBERS))
        mine = self.call_of(name)
        former = self.world.call(mine).caller
        owner = Caller.objects.filter(phone_index=blind_index(number)).first()
        if owner is None and (former.phone or former.incidents.count() > 1):
            return  # a name that comes later is not told in the incidents before
        before = Call.objects.live().filter(caller__in={former, owner} - {None})
        live = set(before.values_list("uuid", flat=True))
        with transaction.atomic():
            caller = _verified(former, number)

        after = Call.objects.live().filter(uuid__in=live)
        assert [call.caller for call in after] == [caller]
        gone = Call.objects.filter(uuid__in=live, state="ended")
        assert set(gone.values_list("end_reason", "caller")) <= {("merged", caller.pk)}
        if owner is None or owner.pk == former.pk:
            return
        other = self._displaced(owner)
        if self.world.call(mine).state == "ended":
            assert other is not None
            self._go_on(name, other)

    def _displaced(self, owner: Caller) -> Phone | None:
        """The number's old phone is nobody's now; it keeps only what it has tapped."""
        for name, phone in self.phones.items():
            if device_hash(name) == owner.device_hash:
                self.phones[name] = Phone(taps=phone.taps)
                return phone
        return None

    def _go_on(self, name: str, other: Phone) -> None:
        """Take the older call over on the phone that proved the number."""
        phone = self.phones[name]
        phone.call = other.call
        call = self.world.call(self.call_of(name))
        phone.old_epochs = [other.epoch]
        phone.epoch = guests.take_place(call.pk).epoch
        phone.is_dead, phone.said = False, []
