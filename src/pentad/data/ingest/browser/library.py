"""The browser library @segment/analytics-next, served by ourselves and tied to the address it came from.

Out of the box it falls back to its vendor's hosts whenever something is missing: for settings on a plain
http site, for telemetry, for events when the settings lack an entry. Each of those addresses is
replaced by the origin of the script itself, which the browser tells (`document.currentScript`): so it
is right behind any proxy, and no header can steer it.
"""

import gzip
import json
import re
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "analytics-next"

_ORIGIN = (
    '(function(){var s=document.currentScript&&document.currentScript.src||"",i=s.indexOf("/analytics.js/v1/");'
    "window.__pentadOrigin=i<0?location.origin:s.slice(0,i)})();\n"
)

# What stands in the vendor's code, how often, and what takes its place.
_REPLACED = (
    ('"https://cdn.segment.com', 3, 'window.__pentadOrigin+"'),
    ('"api.segment.io/v1"', 1, 'window.__pentadOrigin.replace(/^https?:\\/\\//,"")+"/v1"'),
    (':"https"', 2, ':window.__pentadOrigin.split(":")[0]'),
    # Any other script of that family on the page would decide where our settings come from.
    ("u=function(){var t,e=null!=r?r:", 1, "u=function(){return window.__pentadOrigin;var t,e=null!=r?r:"),
    (
        '"https://cdnjs.cloudflare.com/ajax/libs/babel-polyfill/7.7.0/polyfill.min.js"',
        1,
        'window.__pentadOrigin+"/analytics-next/bundles/polyfill.js"',
    ),
    ("//# sourceMappingURL=standalone.js.map", 1, ""),
)
_BUNDLE = re.compile(r"[A-Za-z-]+\.bundle\.[0-9a-f]{20}\.js")


@cache
def _standalone() -> str:
    code = (FOLDER / "standalone.js").read_text()
    for original, times, ours in _REPLACED:
        if code.count(original) != times:
            raise RuntimeError(
                f"The browser library has changed: {original!r} stands there {code.count(original)} times"
            )
        code = code.replace(original, ours)
    return _ORIGIN + code


@lru_cache(maxsize=64)
def script(write_key: str) -> tuple[bytes, bytes]:
    """The library for one write key: as it is, and compressed."""
    quoted = json.dumps(write_key).replace("<", "\\u003c")
    code = _standalone().replace('"__WRITE_KEY__"', quoted).encode()
    return code, gzip.compress(code, 6, mtime=0)


@cache
def bundles() -> dict[str, bytes]:
    """The chunks that the library loads when it needs them, by file name."""
    return {
        path.name: path.read_bytes().split(b"//# sourceMappingURL=")[0]
        for path in FOLDER.iterdir()
        if _BUNDLE.fullmatch(path.name)
    }


def settings_document(write_key: str, host: str, scheme: str) -> dict[str, object]:
    """What the library asks for before it sends. host: host[:port] of the tracking API.

    One integration only: with a second the library looks for further code. `sampleRate` 0 keeps it from
    sending telemetry. No `plan`: it would load a chunk to filter what we want to judge ourselves.
    """
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": write_key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "addBundledMetadata": False,
                "unbundledIntegrations": [],
                "maybeBundledConfigIds": {},
            }
        },
        "middlewareSettings": {"routingRules": []},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0, "host": f"{host}/v1"},
        "remotePlugins": [],
        "legacyVideoPluginsEnabled": False,
        "edgeFunction": {},
        "analyticsNextEnabled": True,
    }


_SNIPPET = """<script>
!function(w,d,k,o){var a=w.analytics=w.analytics||[];if(a.initialize||a.invoked)return;a.invoked=!0;
a.methods=["track","page","screen","identify","group","alias","ready","on","once","off","reset","user","debug",
"setAnonymousId","trackLink","trackForm","trackClick","trackSubmit","pageview","addSourceMiddleware",
"addDestinationMiddleware","addIntegrationMiddleware","register","deregister"];
a.factory=function(m){return function(){if(w.analytics.initialized)return w.analytics[m].apply(w.analytics,arguments);
var c=[].slice.call(arguments);if(["track","screen","alias","group","page","identify"].indexOf(m)>-1){
var l=d.querySelector("link[rel='canonical']");c.push({__t:"bpc",c:l&&l.getAttribute("href")||void 0,
p:location.pathname,u:location.href,s:location.search,t:d.title,r:d.referrer})}c.unshift(m);a.push(c);return a}};
a.methods.forEach(function(m){a[m]=a.factory(m)});
a.load=function(k,p){a._writeKey=k;a._loadOptions=p;a._cdn=o;var s=d.createElement("script");s.async=!0;
s.src=o+"/analytics.js/v1/"+k+"/analytics.min.js";d.head.appendChild(s)};
a.load(k);a.page()}(window,document,__KEY__,__ORIGIN__);
</script>"""


def snippet(write_key: str, origin: str) -> str:
    """What goes into the head of a website. origin: scheme://host[:port] under which browsers reach Pentad."""
    values = {"__KEY__": write_key, "__ORIGIN__": origin.rstrip("/")}
    code = _SNIPPET
    for name, value in values.items():
        code = code.replace(name, json.dumps(value).replace("<", "\\u003c"))
    return code
