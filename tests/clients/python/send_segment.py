"""What the tests have segment-analytics-python (and its fork rudder-sdk-python) send: HOST KEY STORY as arguments."""

import json
import sys
from datetime import datetime

host, key, text = sys.argv[1:4]
if "rudder" in sys.argv[4:]:
    import rudderstack.analytics as analytics

    analytics.dataPlaneUrl = host
else:
    import segment.analytics as analytics

    analytics.host = host
    analytics.gzip = "gzip" in sys.argv[4:]
analytics.write_key = key
analytics.max_retries = 3
errors = []
analytics.on_error = lambda error, items: errors.append(f"{error!r} for {len(items)}")

for message in json.loads(text):
    kind = message.pop("type")
    names = {"userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id", "previousId": "previous_id"}
    arguments = {names.get(name, name): value for name, value in message.items()}
    if "timestamp" in arguments:
        arguments["timestamp"] = datetime.fromisoformat(arguments["timestamp"])
    getattr(analytics, kind)(**arguments)
analytics.flush()
analytics.shutdown()
if errors:
    sys.exit("\n".join(errors))
