"""Every address of the project."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.i18n import JavaScriptCatalog

from accounts.views import change_password
from alarm110 import health, metrics, shell
from alarm110.catalog import PhoneCatalog
from alarm110.languages import Schema, set_language

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

_kept = cache_control(private=True, max_age=300)
_catalog = gzip_page(_kept(JavaScriptCatalog.as_view(domain="djangojs")))
_phone_catalog = gzip_page(_kept(PhoneCatalog.as_view(domain="djangojs")))
_phone_words = gzip_page(PhoneCatalog.as_view(domain="djangojs"))

handler403 = "alarm110.forbidden.forbidden"

urlpatterns = [
    path("", include("dispatch.urls")),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("reports.urls")),
    path("api/v1/schema", Schema.as_view(), name="schema"),
    # Named one by one: staff accounts are made by hand, nobody signs up or resets by
    # mail, and an address that is not here cannot be left open by an update.
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path(
        "accounts/reauthenticate/",
        account.reauthenticate,
        name="account_reauthenticate",
    ),
    path(
        "accounts/password/change/",
        change_password,
        name="account_change_password",
    ),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", set_language, name="set_language"),
    path("jsi18n/", _catalog, name="javascript-catalog"),
    path("jsi18n/phone/", _phone_catalog, name="phone-catalog"),
    path(
        "jsi18n/phone/<str:language>/<str:version>.js",
        _phone_words,
        name="phone-words",
    ),
    # At the root: a worker keeps pages below its own address only.
    path("worker.js", shell.worker, name="shell-worker"),
    path("alarm.<str:language>.webmanifest", shell.manifest, name="manifest"),
    path("favicon.ico", shell.favicon, name="favicon"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("ca.crt", health.authority),
]
