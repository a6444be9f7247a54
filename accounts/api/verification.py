"""``POST /api/v1/caller/phone`` and ``…/code``: a caller proves a phone number."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.actions.verification import caller_of_device, confirm_code, request_code
from accounts.api.addresses import may_ask
from accounts.api.bodies import CallerJSONParser
from accounts.api.device import device_hash, read_device
from accounts.api.origin import origin_allowed
from accounts.api.throttles import AddressThrottle, DeviceThrottle, NumberThrottle
from accounts.errors import ForeignOrigin, NoDevice, OverBudget
from accounts.models import Caller, masked_phone


class PhoneInput(serializers.Serializer[dict[str, str]]):
    """The number to prove."""

    phone = serializers.CharField(max_length=32)


class CodeInput(serializers.Serializer[dict[str, str]]):
    """The code that came to the phone; six digits, half or full width."""

    code = serializers.RegexField(r"^\s*[0-9０-９]{6}\s*\Z")


class PhoneOutput(serializers.Serializer[dict[str, str]]):
    """A code is on its way."""

    type = serializers.CharField()
    expires_in_seconds = serializers.IntegerField()


class CallerOutput(serializers.Serializer[dict[str, str]]):
    """Who the phone is known as now."""

    phone = serializers.CharField(help_text="masked, e.g. 138****5678")
    assurance = serializers.CharField()


class CallerView(APIView):
    """Base: the caller is whoever holds the device cookie, and our page asks."""

    # No session: callers do not sign in. Origin stands in for the CSRF token.
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (CallerJSONParser,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (AddressThrottle, DeviceThrottle)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse other sites' pages before anything is counted or read."""
        if not origin_allowed(request.headers.get("Origin")):
            raise ForeignOrigin
        if not may_ask(request._request, "verify"):
            raise OverBudget
        super().initial(request, *args, **kwargs)

    def caller(self, request: Request) -> Caller:
        """Return the Caller of this phone."""
        device = read_device(request._request)
        if device is None:
            raise NoDevice
        return caller_of_device(device_hash(device))


class PhoneView(CallerView):
    """Ask for a code."""

    throttle_classes = (AddressThrottle, DeviceThrottle, NumberThrottle)

    @extend_schema(request=PhoneInput, responses={202: PhoneOutput})
    def post(self, request: Request) -> Response:
        """Send a six-digit code to the number; it is good for five minutes."""
        body = PhoneInput(data=request.data)
        body.is_valid(raise_exception=True)
        request_code(self.caller(request), body.validated_data["phone"])
        return Response(
            {"type": "code_requested", "expires_in_seconds": 300}, status=202
        )


class CodeView(CallerView):
    """Prove the number with the code."""

    @extend_schema(request=CodeInput, responses={200: CallerOutput})
    def post(self, request: Request) -> Response:
        """Take the code; the phone is from now on known by its number."""
        body = CodeInput(data=request.data)
        body.is_valid(raise_exception=True)
        caller = confirm_code(self.caller(request), body.validated_data["code"])
        answer = {"phone": masked_phone(caller.phone), "assurance": caller.assurance}
        return Response({"type": "phone_verified", **CallerOutput(answer).data})
