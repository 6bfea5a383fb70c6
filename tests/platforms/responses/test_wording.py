"""The customers' pages in their own language: which one, every text in every one, and the team's own words."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from pentad.core import settings
from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid
from pentad.data.consent.rules import USUAL_CHANNELS, Channel, Purpose
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses.addresses import addresses
from pentad.platforms.responses.wording import FOLDER, LANGUAGES, OWN, Words, texts, words_for
from tests.platforms.responses.conftest import NOON, made
from tests.platforms.responses.test_pages import path

PLACE = re.compile(r"\{\w+\}")


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    yield
    settings.forget()


def test_every_language_says_everything_with_the_same_values() -> None:
    assert sorted(LANGUAGES) == sorted(one.stem for one in FOLDER.iterdir())
    english = texts("en")
    for language in LANGUAGES:
        said = texts(language)
        assert list(said) == list(english), language
        for key, text in said.items():
            assert text.strip() == text != "" and sorted(PLACE.findall(text)) == sorted(PLACE.findall(english[key])), (
                text
            )


@pytest.mark.parametrize(
    ("traits", "accepted", "language"),
    [
        ({"language": "de"}, "fr", "de"),
        ({"language": "PT-br"}, "", "pt"),
        ({"locale": "pl_PL.UTF-8"}, "en", "pl"),
        ({"language": "", "locale": "it"}, "en", "it"),
        ({"language": "sv"}, "sv, nl;q=0.8, en;q=0.5", "nl"),
        ({"language": ["de"]}, "es-419", "es"),
        ({}, "fr;q=0, *;q=0.1", "en"),
        ({}, "x" * 9_000, "en"),
        ({}, "ja", "en"),
    ],
)
def test_the_language_is_the_customers_else_the_browsers(
    traits: dict[str, object], accepted: str, language: str
) -> None:
    assert words_for(Person(traits=traits), accepted).language == language


def test_days_are_written_as_each_language_does() -> None:
    assert {one: Words(one).day(NOON) for one in LANGUAGES} == {
        "en": "20 November 2026", "de": "20. November 2026", "es": "20 de noviembre de 2026", "fr": "20 novembre 2026",
        "it": "20 novembre 2026", "nl": "20 november 2026", "pl": "20 listopada 2026", "pt": "20 de novembro de 2026",
    }  # fmt: skip


def test_pages_speak_the_customers_language(mail: Delivery, mia: Person) -> None:
    Person.objects.filter(pk=mia.pk).update(traits={"language": "fr"})
    client, signed = Client(headers={"accept-language": "nl"}), addresses(mail)
    asked = client.get(path(signed.unsubscribe)).content.decode()
    assert '<html lang="fr">' in asked and "Ne plus recevoir «\xa0Newsletter\xa0» par e-mail" in asked
    client.post(path(signed.unsubscribe))
    assert "Votre désabonnement est enregistré" in client.get(path(signed.unsubscribe)).content.decode()
    Identifier.objects.create(namespace="push_token", value="web.123456789", person=mia, first_seen=NOON)
    client.post(path(signed.preferences), {"choice/news/email": "weekly", "pause": "30"})
    chosen = client.get(f"{path(signed.preferences)}?saved=1").content.decode()
    for text in (
        "Enregistré.", "jusqu’au 20 décembre 2026", "<option value=\"weekly\" selected>Un par semaine au plus</option>",
        "Téléphone", ">Notifications <span></span>", "Pendant 90 jours", "Tout arrêter",
    ):  # fmt: skip
        assert text in chosen, text
    assert "pause n’est pas proposée" in client.post(path(signed.preferences), {"pause": "9"}).content.decode()
    text = made(mia, "sms:1", channel="sms", content={"body": "Beans"}, links=[])
    assert "Votre message" in client.get(path(addresses(text).view)).content.decode()
    assert (
        '<html lang="nl">' in (lost := client.get("/t/x").content.decode()) and "Dit adres leidt nergens heen" in lost
    )


def test_the_teams_own_words(mail: Delivery, mia: Person) -> None:
    own = '{"de": {"purpose.news": "Neuigkeiten", "preferences.stop": "Alles <beenden>", "by.courier": "per Kurier"}}'
    settings.change_setting(actor=SYSTEM, name=OWN.name, value=own)
    page = Client(headers={"accept-language": "de"}).get(path(addresses(mail).preferences)).content.decode()
    assert "Neuigkeiten" in page and "Alles &lt;beenden&gt;" in page and "Newsletter" not in page
    german = Words("de")
    assert german.by("courier", "Courier") == "per Kurier" and german.by("pigeon", "Taube") == "über Taube"
    assert Words("nl").purpose(Purpose("news", "Newsletter")) == ("Newsletter", "")
    settings.put(OWN.name, "{")  # whoever wrote it there: the page is shown
    settings.forget()
    assert Words("de").say("preferences.stop") == "Alles abbestellen"


@pytest.mark.django_db
def test_a_channel_with_a_name_of_the_teams_keeps_it() -> None:
    phone = next(one for one in USUAL_CHANNELS if one.name == "phone")
    assert Words("it").channel(phone) == "Telefono"
    assert Words("it").channel(Channel("phone", "Hotline")) == "Hotline"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("{", "no JSON"), ("[]", "begins with"), ('{"xx": {}}', "“xx”"), ('{"de": {"unheard": "x"}}', "“unheard”"),
        ('{"de": {"preferences.stop": " "}}', "says nothing"), ('{"de": {"preferences.stop": 5}}', "says nothing"),
        ('{"de": {"preferences.paused": "bis {day}"}}', "no value day"),
    ],
)  # fmt: skip
def test_words_that_cannot_be_used_are_refused(value: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        settings.change_setting(actor=SYSTEM, name=OWN.name, value=value)
    assert OWN.get() == ""
