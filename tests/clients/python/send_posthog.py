"""What the tests have posthog send: HOST KEY and a way ("batch", "gzip" or "v1") as arguments, then a prefix for ids."""

import sys
from datetime import UTC, datetime

from posthog import Posthog

host, key, way, prefix = sys.argv[1:5]
errors = []
client = Posthog(
    key,
    host=host,
    gzip=way == "gzip",
    max_retries=1,
    on_error=lambda error, items: errors.append(repr(error)),
    **({"capture_mode": "v1", "capture_compression": "gzip"} if way == "v1" else {}),
)
at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
user = f"{prefix}keiko"
client.capture("Order Completed", distinct_id=user, properties={"total": 18.5, "$set": {"plan": "gold"}}, timestamp=at)
client.set(distinct_id=user, properties={"name": "Keiko Yılmaz"})
client.alias(f"{prefix}old-keiko", user)
client.group_identify("company", f"{prefix}lumen", {"name": "Lumen Health"}, distinct_id=user)
client.capture("Page Read", distinct_id=f"{prefix}visitor", properties={"$process_person_profile": False})
if client.get_all_flags(user) != {}:
    errors.append("flags without any being defined")
client.flush()
client.shutdown()
if errors:
    sys.exit("\n".join(errors))
