"""What somebody can do for a caller, in words: language tags and sign language."""

from django.utils.translation import get_language_info, gettext_lazy

# What is heard most; a tag that a region file named stays on offer.
LANGUAGES = {
    "sign": gettext_lazy("sign language"),
    "en": gettext_lazy("English"),
    "ko": gettext_lazy("Korean"),
    "ja": gettext_lazy("Japanese"),
    "ru": gettext_lazy("Russian"),
    "fr": gettext_lazy("French"),
    "de": gettext_lazy("German"),
    "es": gettext_lazy("Spanish"),
    "ar": gettext_lazy("Arabic"),
    "yue": gettext_lazy("Cantonese"),
    "ug": gettext_lazy("Uyghur"),
    "bo": gettext_lazy("Tibetan"),
    "mn": gettext_lazy("Mongolian"),
}
# Not ticked for anybody of a Chinese region, but a caller may need it elsewhere.
CHINESE = gettext_lazy("Chinese")


def skill(tag: str) -> str:
    """Return a language or sign language by its name; a tag of no known one is its own.

    Of a tag with a region (en-GB) its language is named.
    """
    main = tag.split("-", 1)[0].lower()
    if main == "zh":
        return str(CHINESE)
    if named := LANGUAGES.get(main):
        return str(named)
    try:
        return str(get_language_info(main)["name_translated"])
    except KeyError:
        return tag
