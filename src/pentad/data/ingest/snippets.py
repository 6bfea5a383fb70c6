"""Ready-to-paste code for each kind of sender, with the real address and key filled in. Pure."""

import json
import shlex
from dataclasses import dataclass

from pentad.data.ingest.browser.library import snippet


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to send. `where` says where the code belongs."""

    id: str
    title: str
    where: str
    code: str


def samples(origin: str, write_key: str) -> list[Sample]:
    """Every way to send, the simplest for websites first. origin: scheme://host[:port] without a slash at the end."""
    return [
        _browser(origin, write_key),
        *_from_npm(origin, write_key),
        *_servers(origin, write_key),
        *_others(origin, write_key),
    ]


def first_for(kind: str) -> str:
    """The sample that suits a kind of source best."""
    return {"web": "browser", "server": "python", "mobile": "curl", "import": "curl"}.get(kind, "browser")


def _browser(origin: str, key: str) -> Sample:
    return Sample(
        "browser", "Website", "Paste into the <head> of every page. The library comes from this server, and so do its settings.",
        snippet(key, origin),
    )  # fmt: skip


def _from_npm(origin: str, key: str) -> list[Sample]:
    browser = f"""npm install @segment/analytics-next

import {{ AnalyticsBrowser }} from "@segment/analytics-next";
const analytics = AnalyticsBrowser.load({{ writeKey: {json.dumps(key)}, cdnURL: {json.dumps(origin)} }});
analytics.page();"""
    node = f"""npm install @segment/analytics-node

import {{ Analytics }} from "@segment/analytics-node";
const analytics = new Analytics({{ writeKey: {json.dumps(key)}, host: {json.dumps(origin)} }});
analytics.track({{ userId: "42", event: "Order Completed", properties: {{ revenue: 18.5, currency: "EUR" }} }});
await analytics.closeAndFlush();"""
    return [
        Sample("npm", "Bundled", "For single-page apps that bundle their own code. Reads its settings from this server.", browser),
        Sample("node", "Node", "Where your server code runs. Reuse one Analytics object.", node),
    ]  # fmt: skip


def _servers(origin: str, key: str) -> list[Sample]:
    python = f"""pip install segment-analytics-python

import segment.analytics as analytics
analytics.write_key = {json.dumps(key)}
analytics.host = {json.dumps(origin)}
analytics.identify("42", {{"email": "keiko@lumen.example", "name": "Keiko Yılmaz"}})
analytics.track("42", "Order Completed", {{"revenue": 18.5, "currency": "EUR"}})
analytics.flush()"""
    message = {"userId": "42", "event": "Order Completed", "messageId": "order-1001", "properties": {"revenue": 18.5}}
    curl = f"""curl {shlex.quote(origin + "/v1/track")} \\
  --user {shlex.quote(key + ":")} \\
  --json {shlex.quote(json.dumps(message))}"""
    return [
        Sample("python", "Python", "In your server code. Call flush() before a script ends.", python),
        Sample(
            "curl", "HTTP", "From anything that can send a request. The answer is 200 once the event is on disk.", curl
        ),
    ]


def _others(origin: str, key: str) -> list[Sample]:
    rudder = f"""pip install rudder-sdk-python

import rudderstack.analytics as rudder_analytics
rudder_analytics.write_key = {json.dumps(key)}
rudder_analytics.dataPlaneUrl = {json.dumps(origin)}
rudder_analytics.track("42", "Order Completed", {{"revenue": 18.5}})
rudder_analytics.flush()"""
    posthog = f"""pip install posthog

from posthog import Posthog
posthog = Posthog({json.dumps(key)}, host={json.dumps(origin)})
posthog.capture("Order Completed", distinct_id="42", properties={{"revenue": 18.5}})
posthog.shutdown()"""
    return [
        Sample(
            "rudder",
            "RudderStack",
            "An application that uses RudderStack’s library needs two lines changed: key and data plane.",
            rudder,
        ),
        Sample(
            "posthog", "PostHog", "An application that uses PostHog’s library needs its key and host changed.", posthog
        ),
    ]
