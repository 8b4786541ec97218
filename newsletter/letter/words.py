"""This module holds the words that templates say by themselves, by language, and how dates are written.

A language that is not here gets the English words; its dates are right all the same (CLDR, by Babel).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa ha he ks ku ps sd ug ur yi".split())


@dataclass(frozen=True)
class Words:
    """What a letter says beside the article; a {} takes a name, a number or a day."""

    minutes: str = "{} min read"
    author: str = "By {}"
    reviewed: str = "Reviewed"
    reviewed_by: str = "Reviewed by {}"
    day: str = "on {}"
    takeaways: str = "Key takeaways"
    exercise: str = "Exercise"
    sources: str = "Sources"
    dose: str = "Dose"
    cue: str = "Cue"
    stop_if: str = "Stop if"
    contents: str = "In this letter"
    when: str = "When"
    where: str = "Where"
    price: str = "Price"
    until: str = "Until {}"
    to: str = "{} to {}"
    calendar: str = "Add it to your calendar"
    attached: str = "Other calendars: open the attached file {}."
    other_calendars: str = "Apple and other calendars"
    unsubscribe: str = "Unsubscribe"
    preferences: str = "Preferences"
    browser: str = "View in browser"


ENGLISH = Words()
SPANISH = Words(
    minutes="{} min de lectura",
    author="Por {}",
    reviewed="Revisado",
    reviewed_by="Revisado por {}",
    day="el {}",
    takeaways="Lo más importante",
    exercise="Ejercicio",
    sources="Fuentes",
    dose="Dosis",
    cue="Clave",
    stop_if="Pare si",
    contents="En esta carta",
    when="Cuándo",
    where="Dónde",
    price="Precio",
    until="Hasta el {}",
    to="{} a {}",
    calendar="Añadir al calendario",
    attached="Otros calendarios: abra el archivo adjunto {}.",
    other_calendars="Apple y otros calendarios",
    unsubscribe="Cancelar la suscripción",
    preferences="Preferencias",
    browser="Ver en el navegador",
)
FRENCH = Words(
    minutes="{} min de lecture",
    author="Par {}",
    reviewed="Relu",
    reviewed_by="Relu par {}",
    day="le {}",
    takeaways="L’essentiel",
    exercise="Exercice",
    sources="Sources",
    dose="Dose",
    cue="Repère",
    stop_if="Arrêtez si",
    contents="Dans cette lettre",
    when="Quand",
    where="Où",
    price="Prix",
    until="Jusqu’au {}",
    to="{} à {}",
    calendar="Ajouter au calendrier",
    attached="Autres calendriers : ouvrez le fichier joint {}.",
    other_calendars="Apple et autres calendriers",
    unsubscribe="Se désabonner",
    preferences="Préférences",
    browser="Voir dans le navigateur",
)
ARABIC = Words(
    minutes="قراءة في {} دقائق",
    author="بقلم {}",
    reviewed="تمت المراجعة",
    reviewed_by="راجعه {}",
    day="في {}",
    takeaways="أهم النقاط",
    exercise="تمرين",
    sources="المصادر",
    dose="الجرعة",
    cue="توجيه",
    stop_if="توقف إذا",
    contents="في هذه الرسالة",
    when="متى",
    where="أين",
    price="السعر",
    until="حتى {}",
    to="{} إلى {}",
    calendar="أضف إلى التقويم",
    attached="تقويمات أخرى: افتح الملف المرفق {}.",
    other_calendars="تقويم Apple وتقويمات أخرى",
    unsubscribe="إلغاء الاشتراك",
    preferences="التفضيلات",
    browser="عرض في المتصفح",
)
LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH, "ar": ARABIC}
LABELS = ("dose", "cue", "stop_if")
"""What may begin a line of an exercise, in English or in the edition's language."""


def words_of(language: str) -> Words:
    """The words for a language tag such as es-MX."""
    return LANGUAGES.get(primary(language), ENGLISH)


def direction(language: str) -> str:
    """The HTML dir of a language: rtl or ltr."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


def primary(language: str) -> str:
    return language.partition("-")[0].lower()


def long_day(value: str, language: str) -> str:
    """2026-11-20 as people write it; what is no such day stays as it is."""
    from babel.dates import format_date

    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return format_date(day, "long", locale=locale(language))


def together(names: Sequence[str], language: str) -> str:
    """Names as people say them in one breath: Ana, Ben, and Cleo."""
    from babel.lists import format_list

    return format_list(names, locale=locale(language))


def locale(language: str) -> str:
    """The nearest locale that CLDR knows."""
    from babel import Locale, UnknownLocaleError

    for tag in (language.replace("-", "_"), primary(language)):
        try:
            return str(Locale.parse(tag))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


WORDS = tuple(entry.name for entry in fields(Words))
