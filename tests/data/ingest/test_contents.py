"""What a message that was set aside tells of itself."""

import pytest

from pentad.data.ingest.contents import type_of


@pytest.mark.parametrize(("raw", "reason", "type"), [
    ('{"type": "page"}', "no_user_anon_id", "page"), ('{"type": "buy"}', "unknown_type", ""), ('{"type": 3}', "unknown_type", ""),
    ('{"userId": "u"}', "missing_event", "track"), ('{"event": "Clicked"}', "no_user_anon_id", "track"),
    ('{"groupId": "g", "traits": {}}', "no_user_anon_id", "group"), ('{"traits": {}}', "no_user_anon_id", "identify"),
    ('{"userId": "u"}', "bad_timestamp", ""), ("{", "malformed_json", ""), ("[" * 9000, "malformed_json", ""), ("[]", "wrong_type", ""),
])  # fmt: skip
def test_the_type_of_what_was_sent_to_the_address_of_its_type(raw: str, reason: str, type: str) -> None:
    assert type_of(raw, reason) == type
