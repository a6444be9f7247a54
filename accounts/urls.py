"""Addresses of the API, under ``/api/v1/``. The staff pages are allauth's."""

from django.urls import path

from accounts.api.verification import CodeView, PhoneView

urlpatterns = [
    path("caller/phone", PhoneView.as_view(), name="caller_phone"),
    path("caller/code", CodeView.as_view(), name="caller_code"),
]
