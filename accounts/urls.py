"""Addresses: the API under ``/api/v1/``, staff pages under ``/accounts/``."""

from allauth.account import views as staff
from django.urls import path

from accounts.api.verification import CodeView, PhoneView

# alarm110/urls.py: path("api/v1/", include("accounts.urls"))
urlpatterns = [
    path("caller/phone", PhoneView.as_view(), name="caller_phone"),
    path("caller/code", CodeView.as_view(), name="caller_code"),
]

# alarm110/urls.py: path("accounts/", include(staff_urlpatterns)). Only what staff need:
# no sign-up, no e-mail, no reset by mail.
staff_urlpatterns = [
    path("login/", staff.login, name="account_login"),
    path("logout/", staff.logout, name="account_logout"),
    path("inactive/", staff.account_inactive, name="account_inactive"),
    path("password/change/", staff.password_change, name="account_change_password"),
    path("reauthenticate/", staff.reauthenticate, name="account_reauthenticate"),
]
