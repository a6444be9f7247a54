"""The addresses of evidence."""

from django.urls import path, re_path

from reports.api import clips

_clip = "incidents/<uuid:incident>/clips/<uuid:clip>"

urlpatterns = [
    path(_clip, clips.clip, name="clip"),
    path(
        f"{_clip}/segments/<int:segment>/chunks/<int:index>", clips.chunk, name="chunk"
    ),
    path(f"{_clip}/close", clips.close, name="close-clip"),
    re_path("^incidents/", clips.nowhere),
]
