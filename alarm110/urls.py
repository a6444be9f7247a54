"""Every address of the project."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog
from drf_spectacular.views import SpectacularAPIView

from alarm110 import health

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

_catalog = cache_control(private=True, max_age=300)(
    JavaScriptCatalog.as_view(domain="djangojs")
)

urlpatterns = [
    path("", include("dispatch.urls")),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", _catalog, name="javascript-catalog"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("ca.crt", health.authority),
]
