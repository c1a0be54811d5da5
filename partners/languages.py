"""Languages in which partners serve customers, by their ISO 639-1 codes."""

from babel import Locale

CODES = (
    *("ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja"),
    *("ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh"),
)


def _names() -> dict[str, str]:
    names = Locale("en").languages
    return dict(sorted(((code, names[code]) for code in CODES), key=lambda pair: pair[1]))


LANGUAGES = _names()
