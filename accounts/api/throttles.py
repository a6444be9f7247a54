"""How often codes may be asked for and tried; taps are never throttled."""

from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.actions.verification import normal_phone
from accounts.api.device import device_hash, read_device
from accounts.errors import BadPhone


class AddressThrottle(SimpleRateThrottle):
    """Per network address; generous, as a village may share one."""

    scope = "verify_address"
    rate = "60/hour"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Name the address."""
        return f"{self.scope}:{self.get_ident(request)}"


class DeviceThrottle(SimpleRateThrottle):
    """Per phone that asks: codes and tries together."""

    scope = "verify_device"
    rate = "30/hour"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Name the device; without one the request is refused anyway."""
        device = read_device(request._request)
        return f"{self.scope}:{device_hash(device)}" if device else None


class NumberThrottle(SimpleRateThrottle):
    """Per number that gets codes: nobody's phone is flooded with them."""

    scope = "verify_number"
    rate = "6/hour"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Name the number by a keyed hash: caches are no place for numbers."""
        data = request.data
        phone = data.get("phone") if isinstance(data, dict) else None
        if not isinstance(phone, str) or len(phone) > 32:
            return None
        try:
            number = normal_phone(phone)
        except BadPhone:
            return None
        return f"{self.scope}:{salted_hmac(self.scope, number).hexdigest()}"
