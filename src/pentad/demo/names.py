"""Names, places and telephone numbers of Kestrel Coffee's customers.

Every address ends in `.example` and every telephone number lies in a range that a regulator keeps
free for fiction (Ofcom, Bundesnetzagentur, ARCEP, NANPA, ACMA), so nobody real can be reached.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """Where customers live. `share` is relative; `offset` is hours to add to UTC (no summer time)."""

    code: str
    name: str
    share: float
    offset: int
    locale: str
    timezone: str
    currency: str
    names: str
    cities: tuple[str, ...]


COUNTRIES: tuple[Country, ...] = (
    Country(
        "DE",
        "Germany",
        33,
        1,
        "de-DE",
        "Europe/Berlin",
        "EUR",
        "de",
        ("Hamburg", "Berlin", "Köln", "München", "Leipzig", "Bremen", "Frankfurt", "Kiel", "Dresden", "Münster"),
    ),
    Country(
        "GB",
        "United Kingdom",
        18,
        0,
        "en-GB",
        "Europe/London",
        "GBP",
        "en",
        ("London", "Leeds", "Bristol", "Manchester", "Glasgow", "Cardiff", "Sheffield", "Brighton"),
    ),
    Country(
        "FR",
        "France",
        12,
        1,
        "fr-FR",
        "Europe/Paris",
        "EUR",
        "fr",
        ("Paris", "Lyon", "Nantes", "Lille", "Bordeaux", "Toulouse", "Strasbourg"),
    ),
    Country(
        "NL",
        "Netherlands",
        9,
        1,
        "nl-NL",
        "Europe/Amsterdam",
        "EUR",
        "nl",
        ("Amsterdam", "Utrecht", "Rotterdam", "Groningen", "Eindhoven"),
    ),
    Country(
        "US",
        "United States",
        8,
        -5,
        "en-US",
        "America/New_York",
        "USD",
        "en",
        ("New York", "Boston", "Philadelphia", "Atlanta", "Pittsburgh"),
    ),
    Country("AT", "Austria", 6, 1, "de-AT", "Europe/Vienna", "EUR", "de", ("Wien", "Graz", "Linz", "Salzburg")),
    Country("DK", "Denmark", 4, 1, "da-DK", "Europe/Copenhagen", "DKK", "nordic", ("København", "Aarhus", "Odense")),
    Country("SE", "Sweden", 4, 1, "sv-SE", "Europe/Stockholm", "SEK", "nordic", ("Stockholm", "Göteborg", "Malmö")),
    Country("ES", "Spain", 3, 1, "es-ES", "Europe/Madrid", "EUR", "es", ("Madrid", "Barcelona", "Valencia", "Bilbao")),
    Country("IT", "Italy", 3, 1, "it-IT", "Europe/Rome", "EUR", "it", ("Milano", "Torino", "Bologna", "Roma")),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST: dict[str, tuple[str, ...]] = {
    "de": _words(
        "Anna Lena Marie Sophie Clara Hannah Greta Frieda Ida Emma Mia Lotte Paula Jana Katrin Silke Birgit Monika "
        "Jonas Lukas Felix Max Paul Leon Moritz Anton Emil Karl Jürgen Stefan Thomas Uwe Jörg Björn Matthias Henning "
        "Ayşe Elif Emre Mehmet Fatma Cem Deniz Ewa Piotr Olga Dmitri Minh Linh Amira Yusuf Zeynep Darius Milena"
    ),
    "en": _words(
        "Olivia Amelia Grace Ella Freya Ruby Isla Alice Harriet Nora Priya Aisha Meera Fatima Chloe Zoe Niamh Siobhan "
        "Oliver George Harry Jack Noah Arthur Leo Theo Isaac Samuel Callum Rory Owen Rhys Dev Arjun Imran Kwame Tunde "
        "Mei Hana Kenji Wei Sana Tariq Abigail Ethan Mason Avery Riley Jordan Morgan Casey Quinn Rosa Mateo"
    ),
    "fr": _words(
        "Camille Chloé Manon Léa Inès Jade Louise Alice Lucie Juliette Margaux Élodie Céline Nadia Samira Aïcha Yasmine "
        "Hugo Louis Gabriel Arthur Jules Lucas Théo Nathan Raphaël Maxime Antoine Étienne Benoît Karim Mehdi Ousmane "
        "Quentin Rémi Thibault Noé Zoé Maël Solène Anaïs Bastien Loïc"
    ),
    "nl": _words(
        "Sanne Lotte Fleur Anouk Femke Iris Maud Roos Eva Noor Daan Sem Bram Lars Thijs Jesse Ruben Joost Sander Wouter "
        "Fatima Samira Youssef Bilal Jeroen Marieke Annelies Floor Tess Niels"
    ),
    "nordic": _words(
        "Astrid Freja Ingrid Signe Sofie Maja Karin Linnea Ebba Saga Ines Lars Nils Erik Oskar Gustav Magnus Søren "
        "Mikkel Rasmus Åsa Øyvind Björn Jens Kirsten Hanne Amina Ali Leila Viggo"
    ),
    "es": _words(
        "Lucía Sofía Martina Paula Carmen Elena Marta Irene Nuria Itziar Hugo Mateo Pablo Álvaro Diego Javier Sergio "
        "Andrés Íñigo Jordi Rocío Núria Ainhoa Raúl"
    ),
    "it": _words(
        "Giulia Sofia Aurora Chiara Francesca Elisa Beatrice Martina Ilaria Marco Luca Matteo Lorenzo Andrea Davide "
        "Simone Niccolò Federico Tommaso Giorgia Serena Paolo"
    ),
}

LAST: dict[str, tuple[str, ...]] = {
    "de": _words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Neumann "
        "Schwarz Zimmermann Braun Krüger Hartmann Lange Krause Lehmann Köhler Kaiser Fuchs Peters Jung Vogel Keller "
        "Günther Berger Winkler Lorenz Baumann Böhm Schuster Jäger Yılmaz Kaya Demir Şahin Öztürk Kowalski Nowak "
        "Petrov Nguyen Tran Hansen Petersen Thomsen Sommer Lindner Roth Engel Busch Horn Pfeiffer Voß Groß"
    ),
    "en": _words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker White Edwards Hughes Green Hall "
        "Lewis Harris Clarke Jackson Khan Singh Ahmed Begum Roberts Wood Thompson Moore Hill Cooper Ward Turner Carter "
        "Phillips Mitchell Campbell Murphy O’Brien Kelly Ryan Osei Mensah Okafor Chen Wong Tanaka Kim Garcia Martinez "
        "Nguyen Bennett Foster Shah Hussain Marsh Lowe Barnes Frost Page"
    ),
    "fr": _words(
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel García "
        "David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Benali Traoré "
        "Diallo Haddad Nguyen Costa Fontaine Chevalier Gauthier Perrin Besnard Lemaître"
    ),
    "nl": _words(
        "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kok Prins Blom "
        "Veenstra Postma Kuipers Hoekstra Willems Maas Yildiz Aydin Bouzid Haddou Martens Schouten Koster"
    ),
    "nordic": _words(
        "Jensen Nielsen Hansen Andersen Pedersen Larsen Sørensen Johansson Andersson Karlsson Nilsson Eriksson Olsson "
        "Lindberg Lindqvist Berg Dahl Holm Lund Bergström Sjöberg Møller Kristensen Ali Hussein Ahlgren Nyström"
    ),
    "es": _words(
        "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Ruiz Díaz Moreno Muñoz Álvarez Romero "
        "Navarro Torres Serrano Ibáñez Etxeberria Puig Ferrer Vidal"
    ),
    "it": _words(
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa Giordano "
        "Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro"
    ),
}

MAIL_DOMAINS = ("fjord.example", "post.example", "mailbox.example", "inbox.example", "home.example", "quill.example")

INDUSTRIES = (
    "Software",
    "Design",
    "Health",
    "Law",
    "Architecture",
    "Media",
    "Logistics",
    "Education",
    "Finance",
    "Energy",
)
_COMPANY_FIRST = _words(
    "Lumen Harbour Northwind Cedar Meridian Copper Lark Juniper Granite Tidal Beacon Willow Orbit Saffron Slate Fjord "
    "Amber Cobalt Driftwood Ember Falcon Garnet Heron Indigo Jasper Kite Linden Marble Nimbus Oak Pebble Quartz "
    "Raven Sable Timber Umber Velvet Wren Yarrow Zephyr"
)
_COMPANY_LAST = _words(
    "Labs Studio Partners Systems Works Group Analytics Logistics Legal Architects Media Robotics Energy Finance "
    "Design Foods Mobility Care Research Union"
)


def company_names() -> list[str]:
    """800 different names, in an order that mixes both words. "Lumen Health" is the cast's and not among them."""
    firsts, lasts = len(_COMPANY_FIRST), len(_COMPANY_LAST)
    return [
        f"{_COMPANY_FIRST[i % firsts]} {_COMPANY_LAST[(i // firsts + i * 7) % lasts]}" for i in range(firsts * lasts)
    ]


def ascii_slug(text: str, joiner: str = ".") -> str:
    """The letters of a name as they stand in an address: "Jörg Voß" → "jorg.voss"."""
    text = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ı", "i").replace("’", "")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return joiner.join(plain.lower().split())


_FR_BLOCKS = ("19900", "26191", "35301", "46571", "53649", "63998")
_GB_BLOCKS = (
    "1134960",
    "1144960",
    "1154960",
    "1164960",
    "1174960",
    "1184960",
    "1214960",
    "1314960",
    "1414960",
    "1514960",
    "1614960",
    "2079460",
    "1914980",
    "2890180",
    "2920180",
    "1632960",
    "7700900",
)
_DE_BLOCKS = ("3023125", "2214710", "6990009", "4066969", "8999998")
_US_AREAS = ("212", "617", "215", "404", "412", "646", "857", "267", "470", "878", "718", "339")


def phone(country: str, number: int) -> str:
    """The `number`-th fictional telephone number of a country in E.164, or "" when there is none (left)."""
    match country:
        case "GB" if number < len(_GB_BLOCKS) * 1000:
            return f"+44{_GB_BLOCKS[number // 1000]}{number % 1000:03d}"
        case "DE" if number < len(_DE_BLOCKS) * 1000:
            return f"+49{_DE_BLOCKS[number // 1000]}{number % 1000:03d}"
        case "FR" if number < len(_FR_BLOCKS) * 10_000:
            return f"+33{_FR_BLOCKS[number // 10_000]}{number % 10_000:04d}"
        case "US" if number < len(_US_AREAS) * 100:
            return f"+1{_US_AREAS[number // 100]}55501{number % 100:02d}"
    return ""
