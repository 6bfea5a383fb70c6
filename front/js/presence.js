// <ul data-here="people:0191…"> shows who else is at this record. The page says that somebody looks at it, and what they
// do: the data-doing of what holds the cursor ("note", "field:trait:plan").
import { token } from "./toasts.js";

const BEAT_MS = 7000;
const SOON_MS = 250;
const list = document.querySelector("[data-here]");
const mark = crypto.getRandomValues(new Uint32Array(2)).join("-");
const doing = () => document.activeElement?.closest("[data-doing]")?.dataset.doing || "";
let said = "";
let shown = "";
let timer;

function form(extra) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ at: list.dataset.here, window: mark, ...extra })) body.set(name, value);
  return body;
}

async function beat() {
  clearTimeout(timer);
  if (document.hidden) return;
  timer = setTimeout(beat, BEAT_MS);
  said = doing();
  const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
  const answer = await fetch("/here/", { method: "POST", headers, body: form({ doing: said }) }).catch(() => null);
  if (answer && answer.status >= 400 && answer.status < 500) clearTimeout(timer); // signed out, or the record is gone
  const text = answer?.ok ? await answer.text() : "";
  if (text !== shown) list.innerHTML = shown = text;
}

function changed() {
  if (document.hidden || doing() === said) return;
  clearTimeout(timer);
  timer = setTimeout(beat, SOON_MS);
}

if (list) {
  document.addEventListener("focusin", changed);
  document.addEventListener("focusout", () => setTimeout(changed));
  document.addEventListener("close", () => setTimeout(changed), true);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  addEventListener("pageshow", (event) => event.persisted && beat());
  addEventListener("pagehide", () => navigator.sendBeacon("/here/", form({ gone: "1", csrfmiddlewaretoken: token() })));
  beat();
}
