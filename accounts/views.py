"""Pages of a person's own account that need more than the sign-in package gives."""

from allauth.account.views import password_change
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render


def change_password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password; who has none is told who gives them one.

    The package would send them to a page where anybody at an open window could set the
    first password without proving anything; there is no such page here.
    """
    user = request.user
    if user.is_authenticated and not user.has_usable_password():
        return render(request, "account/password_none.html")
    answer: HttpResponseBase = password_change(request)
    return answer
