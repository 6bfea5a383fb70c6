"""What messages say of consent is read from either engine: `consent.catch_up` reads what was said before."""

from pentad.data.consent.keeping import Key, told
from pentad.data.consent.tasks import TOLD
from pentad.ledger import Ledger
from tests.ledger.rows import event, slice_of

CONTEXT = (
    '{"locale":"de","consent":{"categoryPreferences":{"news/é \\"x\\"":{"email":true,"sms":false}},"textVersion":"2"}}'
)


def test_what_stored_messages_say(store: Ledger) -> None:
    store.append(
        slice_of(
            event(1, 1, context=CONTEXT),
            event(2, 2, context='{"page":{"title":"Our \\"consent\\" rules"}}'),
            event(3, 2, name="Consent Preference Updated", context='{"consent":{"categoryPreferences":{"ads":false}}}'),
            event(4, 3, source_no=9, context=CONTEXT),
            event(5, 4, context=CONTEXT),
        )
    )
    found = told([row for row in store.rows(TOLD, (1, 5, 9)) if row["consent"] is not None])
    read = {(key.part, key.purpose, key.channel): (said[0].state, said[0].decided) for key, said in found.items()}
    assert read == {
        (1, 'news/é "x"', "email"): ("granted", False),
        (1, 'news/é "x"', "sms"): ("denied", False),
        (2, "ads", ""): ("denied", True),
    }
    assert all(isinstance(key, Key) and type(said[0].decided) is bool for key, said in found.items())
