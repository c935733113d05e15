"""Names of countries in any language: CLDR's by way of Babel, and our own list of what people write besides.

Codes are those of `countries.py`. CLDR has one name per country and language; the long official names, old names,
abbreviations and capitals-with-dots below are not among them.
"""

from babel import Locale
from babel.core import get_global

from registrations.reference.countries import COUNTRIES

# Certain: each of these means one country and nothing else.
ALIASES: dict[str, str] = {
    "AE": "UAE|U.A.E.|Emirates|The Emirates|الإمارات|EAU|Émirats",
    "BA": "Bosnia|Bosnia-Herzegovina|BiH",
    "BN": "Brunei Darussalam",
    "BO": "Plurinational State of Bolivia|Bolivia (Plurinational State of)|Estado Plurinacional de Bolivia|Buliwya",
    "BR": "Brasil|Federative Republic of Brazil",
    "BS": "The Bahamas",
    "BY": "Bielorrusia|Biélorussie|Bielorrússia|Belorussia",
    "CD": "RD Congo|Congo (RDC)|RD del Congo|R.D.C.|DRC|DR Congo|D.R. Congo|RDC|R.D. Congo|"
    "Congo (Democratic Republic of the)|"
    "Congo, Democratic Republic of the|"
    "Democratic Republic of Congo|The Democratic Republic of the Congo|Congo-Kinshasa|Congo DR|Congo DRC|Zaire|"
    "République démocratique du Congo",
    "CF": "Centrafrique|RCA|Central African Rep.",
    "CG": "Congo-Brazzaville|Republic of Congo|Congo (Brazzaville)|République du Congo|Congo Republic",
    "CI": "Costa de Marfil|Costa do Marfim|ساحل العاج|Cote d'Ivoire|Côte d'Ivoire",
    "CN": "PRC|P.R. China|PR China|People's Republic of China|Mainland China",
    "CV": "Cabo Verde",
    "CZ": "República Checa|Rep. Checa|République tchèque|Tchéquie|República Tcheca|التشيك|جمهورية التشيك|Czechia|"
    "The Czech Republic",
    "DE": "Federal Republic of Germany|Allemagne|Alemania",
    "DO": "Rep. Dominicana|Rép. dominicaine|Dominican Rep.|RD (República Dominicana)",
    "EG": "Arab Republic of Egypt|Masr|Misr",
    "FK": "Malvinas",
    "FM": "Micronesia (Federated States of)|Micronesia",
    "GB": "بريطانيا|Gran Bretaña|Grande-Bretagne|Grã-Bretanha|UK|U.K.|Great Britain|G.B.|"
    "United Kingdom of Great Britain and Northern Ireland|The United Kingdom|Britain",
    "GH": "Republic of Ghana",
    "GM": "The Gambia",
    "GN": "Guinea-Conakry|Guinea Conakry|Guinée Conakry|Guinée-Conakry",
    "HK": "Hong Kong SAR|Hong Kong SAR China",
    "IN": "Bharat|Hindustan|Republic of India|भारत|இந்தியா|ভারত",
    "IR": "Iran (Islamic Republic of)|Islamic Republic of Iran|Iran, Islamic Republic of",
    "IE": "Republic of Ireland|Eire|Ireland (Republic of)",
    "KP": "DPRK|Democratic People's Republic of Korea|Korea (Democratic People's Republic of)|Korea, North|N. Korea",
    "KR": "Republic of Korea|Korea (Republic of)|Korea, Republic of|Korea, South|S. Korea|ROK|Korea (South)",
    "KN": "St Kitts and Nevis|St. Kitts & Nevis",
    "LA": "Lao PDR|Lao People's Democratic Republic|Lao",
    "LC": "St Lucia|St. Lucia",
    "LY": "Libyan Arab Jamahiriya|State of Libya",
    "MA": "Kingdom of Morocco|Royaume du Maroc|المملكة المغربية|Al-Maghrib",
    "MD": "Republic of Moldova|Moldova (Republic of)|Moldova, Republic of",
    "MK": "Republic of North Macedonia|FYROM|The former Yugoslav Republic of Macedonia",
    "MM": "Birmania|Birmanie|Birmânia|Burma|Myanmar (Burma)",
    "MX": "Méjico|Mejico|Mexique|Estados Unidos Mexicanos",
    "NG": "Federal Republic of Nigeria",
    "NL": "Holanda|Hollande|هولندا|The Netherlands|Holland|Nederland",
    "NZ": "Aotearoa|Aotearoa New Zealand|Aotearoa / New Zealand|N.Z.",
    "PG": "PNG|P.N.G.",
    "PH": "The Philippines|Pilipinas|Republic of the Philippines",
    "PK": "Islamic Republic of Pakistan",
    "PS": "Palestina|فلسطين|Territorios Palestinos|State of Palestine|Palestinian Territories|Palestine (State of)|"
    "Palestinian Authority|"
    "Palestine, State of|Occupied Palestinian Territory",
    "RU": "Russian Federation|The Russian Federation",
    "SA": "المملكة العربية السعودية|السعودية|KSA|K.S.A.|Kingdom of Saudi Arabia|Saudi",
    "ST": "Sao Tome|Sao Tome & Principe",
    "SY": "سورية|سوريا|Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "Timor Oriental|Timor-Oriental|Timor-Leste|Timor Leste",
    "TR": "Türkiye|Turkiye|Republic of Türkiye",
    "TT": "Trinidad & Tobago|Trinidad|T&T",
    "TW": "Taiwan (ROC)|Taiwan, ROC|Taiwan, Province of China",
    "TZ": "United Republic of Tanzania|Tanzania (United Republic of)|Tanzania, United Republic of",
    "US": "EUA|E.U.A.|Estados Unidos da América|الولايات المتحدة الأمريكية|USA|U.S.A.|U.S.|"
    "United States of America|The United States|The United States of America|EE. UU.|EEUU|"
    "EE.UU.|États-Unis d'Amérique|Estados Unidos de América|The USA|The US|Unites States of America",
    "VA": "Holy See",
    "VC": "St Vincent and the Grenadines|St. Vincent",
    "VE": "Venezuela (Bolivarian Republic of)|Bolivarian Republic of Venezuela|"
    "República Bolivariana de Venezuela|Venezuela, Bolivarian Republic of",
    "VN": "Viet Nam|Socialist Republic of Vietnam",
    "VI": "US Virgin Islands|U.S. Virgin Islands",
    "XK": "Kosova|Republic of Kosovo",
    "YE": "Republic of Yemen",
    "ZA": "RSA|Republic of South Africa|Mzansi",
}

# Probably: the name of more than one place, a part of a country, or a word for it that is not quite it.
PROBABLY: dict[str, tuple[str, str]] = {
    "georgia": ("GE", "Georgia is also a state of the United States"),
    "guinea": ("GN", "other countries are called Guinea too"),
    "guinee": ("GN", "other countries are called Guinea too"),
    "congo": ("CG", "there are two Congos; ISO calls this one Congo"),
    "korea": ("KR", "taken as South Korea"),
    "corea": ("KR", "taken as South Korea"),
    "coree": ("KR", "taken as South Korea"),
    "macedonia": ("MK", "taken as North Macedonia"),
    "virgin islands": ("VI", "there are also the British ones"),
    "samoa": ("WS", "there is also American Samoa"),
    "america": ("US", "a continent too"),
    "the states": ("US", "taken as the United States"),
    "republic of china": ("TW", "the name of Taiwan's state"),
    "timor": ("TL", "an island of two countries"),
    "england": ("GB", "a part of it"),
    "inglaterra": ("GB", "a part of it"),
    "angleterre": ("GB", "a part of it"),
    "escocia": ("GB", "a part of it"),
    "إنجلترا": ("GB", "a part of it"),
    "scotland": ("GB", "a part of it"),
    "wales": ("GB", "a part of it"),
    "cymru": ("GB", "a part of it"),
    "northern ireland": ("GB", "a part of it"),
    "catalonia": ("ES", "a part of it"),
    "catalunya": ("ES", "a part of it"),
    "euskadi": ("ES", "a part of it"),
    "quebec": ("CA", "a part of it"),
    "kerala": ("IN", "a part of it"),
    "west bengal": ("IN", "a part of it"),
    "zanzibar": ("TZ", "a part of it"),
    "gaza": ("PS", "a part of it"),
    "west bank": ("PS", "a part of it"),
    "republika srpska": ("BA", "a part of it"),
    "ca": ("CA", "CA may also be California"),
    "na": ("NA", "NA may also mean no answer"),
}


def names(locales: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (name, code) as CLDR has them in those languages, the English one of `countries.py` not included."""
    translated = [
        (name, code)
        for locale in locales
        for code, name in Locale.parse(locale).territories.items()
        if code in COUNTRIES
    ]
    return list(dict.fromkeys(translated))


def three_letter_codes() -> list[tuple[str, str]]:
    """Return (ISO 3166 three-letter code, two-letter code)."""
    return [
        (old, new[0])
        for old, new in get_global("territory_aliases").items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in COUNTRIES
    ]
