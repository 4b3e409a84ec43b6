"""Invented identifiers in many formats, drawn from a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from cimara.cohort.deid.national_ids import ODD_VALUES, SPANISH_LETTERS

EACH = 10
"""Strings drawn of each format."""
Draw = Callable[[np.random.Generator], str]
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "it": [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "pt": [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    "da": [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
}
FIRST_NAMES = [
    "Aurelia",
    "Bastian",
    "Cosima",
    "Demir",
    "Elodie",
    "Fenna",
    "Gustavo",
    "Henrike",
    "Ines",
    "Jonna",
    "Kaspar",
    "Lioba",
]
LAST_NAMES = [
    "Ahlgren",
    "Brannigan",
    "Castellanos",
    "Dobrowski",
    "Eriksen",
    "Fontaine",
    "Gallagher",
    "Hoekstra",
    "Ivarsson",
    "Jurado",
]


def a_date(rng: np.random.Generator) -> dt.date:
    return dt.date(1935, 1, 1) + dt.timedelta(days=int(rng.integers(0, 32_000)))


def dated(form: str) -> Draw:
    return lambda rng: a_date(rng).strftime(form)


def loose(form: str) -> Draw:
    """Day and month without leading zeros."""

    def draw(rng: np.random.Generator) -> str:
        day = a_date(rng)
        return form.format(d=day.day, m=day.month, y=day.year, yy=f"{day.year % 100:02d}")

    return draw


def with_month(language: str, form: str, *, short: bool = False) -> Draw:
    def draw(rng: np.random.Generator) -> str:
        day = a_date(rng)
        name = MONTHS[language][day.month - 1]
        return form.format(
            d=day.day,
            dd=f"{day.day:02d}",
            b=name[:3] if short else name,
            y=day.year,
            yy=f"{day.year % 100:02d}",
        )

    return draw


def digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(one) for one in rng.integers(0, 10, count))


def shaped(form: str) -> Draw:
    """`#` becomes a digit from 2 to 9."""
    return lambda rng: "".join(str(rng.integers(2, 10)) if sign == "#" else sign for sign in form)


def name_in(form: str) -> Draw:
    def draw(rng: np.random.Generator) -> str:
        first, last = str(rng.choice(FIRST_NAMES)), str(rng.choice(LAST_NAMES))
        return form.format(f=first, l=last, i=first[0], F=first.upper(), L=last.upper(), s=last.lower())

    return draw


def nhs(rng: np.random.Generator) -> str:
    while True:
        nine = digits(rng, 9)
        check = -sum(int(one) * weight for one, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{nine}{check}"


def bsn(rng: np.random.Generator) -> str:
    while True:
        eight = "1" + digits(rng, 7)
        check = sum(int(one) * weight for one, weight in zip(eight, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{eight}{check}"


def steuer_id(rng: np.random.Generator) -> str:
    ten, product = "4" + digits(rng, 9), 10
    for one in ten:
        total = (int(one) + product) % 10 or 10
        product = total * 2 % 11
    return f"{ten}{(11 - product) % 10}"


def dni(rng: np.random.Generator) -> str:
    number = int(rng.integers(10_000_000, 99_999_999))
    return f"{number}{SPANISH_LETTERS[number % 23]}"


def nie(rng: np.random.Generator) -> str:
    number = int(rng.integers(1_000_000, 9_999_999))
    return f"Y{number}{SPANISH_LETTERS[(10_000_000 + number) % 23]}"


def nir(rng: np.random.Generator) -> str:
    day = a_date(rng)
    thirteen = f"{rng.integers(1, 3)}{day:%y%m}{rng.integers(10, 96)}{digits(rng, 6)}"
    return f"{thirteen}{97 - int(thirteen) % 97:02d}"


def codice_fiscale(rng: np.random.Generator) -> str:
    letters = "".join(rng.choice(list("BCDFGLMNPRSTVZ"), 6))
    fifteen = f"{letters}{digits(rng, 2)}H{rng.integers(10, 32)}F{digits(rng, 3)}"
    ranks = [ord(one) - 65 if one.isalpha() else int(one) for one in fifteen]
    total = sum(ODD_VALUES[rank] if place % 2 == 0 else rank for place, rank in enumerate(ranks))
    return fifteen + chr(65 + total % 26)


def personnummer(rng: np.random.Generator) -> str:
    nine = f"{a_date(rng):%y%m%d}{digits(rng, 3)}"
    parts = [int(one) * (2 - place % 2) for place, one in enumerate(nine)]
    return f"{nine[:6]}-{nine[6:]}{-sum(one // 10 + one % 10 for one in parts) % 10}"


def pesel(rng: np.random.Generator) -> str:
    ten = f"{a_date(rng):%y%m%d}{digits(rng, 4)}"
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    return f"{ten}{-sum(int(one) * weight for one, weight in zip(ten, weights, strict=True)) % 10}"


def fodselsnummer(rng: np.random.Generator) -> str:
    while True:
        nine = f"{a_date(rng):%d%m%y}{digits(rng, 3)}"
        first = (
            -sum(int(one) * weight for one, weight in zip(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True))
            % 11
        )
        ten = f"{nine}{first}"
        if first < 10:
            weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
            second = -sum(int(one) * weight for one, weight in zip(ten, weights, strict=True)) % 11
            if second < 10:
                return f"{ten}{second}"


def uid(rng: np.random.Generator) -> str:
    return "1.2.840." + ".".join(str(one) for one in rng.integers(1, 99_999, 5))


def ip(rng: np.random.Generator) -> str:
    return ".".join(str(one) for one in rng.integers(1, 255, 4))


HARD: dict[str, Draw] = {
    **{
        f"date {form}": dated(form)
        for form in (
            "%Y-%m-%d",
            "%d.%m.%Y",
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%Y/%m/%d",
            "%Y.%m.%d",
            "%d-%m-%Y",
            "%Y%m%d",
            "%d%m%Y",
            "%d.%m.%y",
            "%d/%m/%y",
            "%m-%d-%y",
            "%Y-%m-%dT09:30:00Z",
            "%d/%m/%Y 14:05",
            "%Y%m%d0915",
            "%d%b%Y",
            "%d-%b-%y",
            "%b %d, %Y",
            "%B %d %Y",
            "%a %d %b %Y",
            "seen on %d.%m.%Y again",
            "MRI_%Y%m%d",
            "%Y-%m",
            "%m/%Y",
        )
    },
    "date d.m.y": loose("{d}.{m}.{y}"),
    "date d/m/yy": loose("{d}/{m}/{yy}"),
    "date y-m-d": loose("{y}-{m}-{d}"),
    **{
        f"date {language}": with_month(language, form)
        for language, form in {
            "en": "{b} {d}, {y}",
            "de": "{d}. {b} {y}",
            "fr": "{d} {b} {y}",
            "es": "{d} de {b} de {y}",
            "it": "{d} {b} {y}",
            "nl": "{d} {b} {y}",
            "pt": "{d} de {b} de {y}",
            "da": "{d}. {b} {y}",
        }.items()
    },
    "month de": with_month("de", "{b} {y}"),
    "month en": with_month("en", "{b} {y}"),
    "full-width date": lambda rng: (
        a_date(rng).strftime("%d/%m/%Y").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    ),
    "non-breaking dashes": lambda rng: a_date(rng).strftime("%Y\u2011%m\u2011%d"),
    "date ending .0": lambda rng: a_date(rng).strftime("%Y%m%d.0"),
    "e-mail": name_in("{s}.x@clinic.example"),
    "e-mail in text": name_in("write to {s}@uni-klinik.example please"),
    "e-mail (at)": name_in("{s} (at) hospital.example"),
    "phone us": shaped("(###) ###-####"),
    "phone us dashes": shaped("###-###-####"),
    "phone us dots": shaped("###.###.####"),
    "phone international": shaped("+49 ## #######"),
    "phone 00": shaped("0044 ## #### ####"),
    "phone plain": shaped("+44########"),
    "phone de": shaped("0## / #######"),
    "phone fr": shaped("0# ## ## ## ##"),
    "phone nl": shaped("0#-########"),
    "phone in text": shaped("call tel. ## ## ## ##"),
    "phone es": shaped("6## ### ###"),
    "ip": ip,
    "ip in text": lambda rng: f"from {ip(rng)} at",
    "ipv6": lambda rng: "2001:db8:" + ":".join("a" + digits(rng, 2) for _ in range(6)),
    "mac": lambda rng: ":".join("0" + digits(rng, 1) for _ in range(6)),
    "url": name_in("https://portal.example/{s}"),
    "url www": name_in("www.{s}.example/x"),
    "uid": uid,
    "uid in text": lambda rng: f"series {uid(rng)} lost",
    "attachment": name_in("{s}_mri.pdf"),
    "image": name_in("{s}.JPG"),
    "redcap file": lambda _: "[document]",
    "street en": shaped("## Maple Tree Avenue"),
    "street de": shaped("Lindenstraße ##"),
    "street fr": shaped("## rue du Moulin"),
    "street es": shaped("Calle del Prado ##"),
    "street nl": shaped("Kerkstraat ##"),
    "nhs": nhs,
    "nhs spaced": lambda rng: (lambda one: f"{one[:3]} {one[3:6]} {one[6:]}")(nhs(rng)),
    "bsn": bsn,
    "ssn": shaped("5##-##-####"),
    "steuer-id": steuer_id,
    "dni": dni,
    "nie": nie,
    "nir": nir,
    "cpr": lambda rng: f"{a_date(rng):%d%m%y}-{digits(rng, 4)}",
    "codice fiscale": codice_fiscale,
    "personnummer": personnummer,
    "pesel": pesel,
    "fødselsnummer": fodselsnummer,
}
"""Formats of which each string alone must refuse the data."""

SOFT: dict[str, Draw] = {
    "name": name_in("{f} {l}"),
    "name capitals": name_in("{F} {L}"),
    "name comma": name_in("{l}, {f}"),
    "name in text": name_in("discussed with {f} {l} on the ward"),
    "name initial": name_in("{i}. {l}"),
    "name titled": name_in("Dr. {l}"),
    "name titled de": name_in("Frau {l}"),
    "postcode uk": lambda rng: f"SW{rng.integers(1, 20)} {rng.integers(1, 9)}BD",
    "short date": loose("{d}.{m}.{yy}"),
    "prose": name_in("patient {s} was seen again and felt much better after treatment"),
}
"""Formats that need a person's judgement."""

KNOWN_MISSES: dict[str, Draw] = {
    "name small": name_in("seen by {s}"),
    "surname alone": name_in("{l}"),
    "month.year": dated("%m.%Y"),
    "spelt date": lambda _: "the third of May",
    "bare postcode": shaped("#####"),
}
"""Formats that no rule of ours can tell from clinical text; the reference page says so."""
