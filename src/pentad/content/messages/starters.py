"""Layouts to begin a mail with. Their texts say what to write in their place."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pentad.content.messages.parts import FIELDS, Fields

FOLDER = Path(__file__).parent.parent / "templates" / "messages" / "starters"


@dataclass(frozen=True, slots=True)
class Starter:
    """key: the file's name. transactional: it is part of something the customer asked for."""

    key: str
    name: str
    text: str
    subject: str
    preheader: str
    transactional: bool = False

    @property
    def mjml(self) -> str:
        return _read(self.key)

    @property
    def fields(self) -> Fields:
        return dict.fromkeys(FIELDS["email"], "") | {
            "subject": self.subject, "preheader": self.preheader, "mjml": self.mjml,
        }  # fmt: skip


STARTERS = (
    Starter("letter", "Letter", "A few paragraphs, as one person writes to another",
            "{{ customer.first_name | default: \"Hello\" }}, a word about …", "What this is about, in one line"),
    Starter("news", "News", "One story that matters, two beside it", "The one thing to know this month",
            "And two more that are worth a minute"),
    Starter("welcome", "Welcome", "The first three things for somebody new", "Welcome: three things to begin with",
            "They take five minutes"),
    Starter("offer", "Offer", "One offer, one button", "20 % off until Sunday", "What it is for, in one line"),
    Starter("comeback", "Come back", "For who has gone quiet", "What is new since you were here",
            "One thing, not ten"),
    Starter("order", "Confirmation", "What somebody asked for, confirmed", "We have your order",
            "Thank you: it is on its way soon", True),
)  # fmt: skip


@cache
def _read(key: str) -> str:
    return (FOLDER / f"{key}.mjml").read_text()


def starter(key: str) -> Starter | None:
    return next((one for one in STARTERS if one.key == key), None)
