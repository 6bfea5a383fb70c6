// Forms with <p data-draft="note@people:0191…"> in them ({% draft %}): what is typed is kept on the server, and until it
// is there in this browser. It is filled in again when the form is opened, says when it was kept, and goes when it is sent.
// Requests arrive in any order, and the last one of a page may not arrive at all: what is typed bears this browser's name
// and the moment, so that the server keeps the latest, and we know whether what lies here is on the server or was sent.
import { show, token } from "./toasts.js";

const WAIT_MS = 800;
const AT_MOST_MS = 4000;
const LETS_GO_MS = 30 * 86400e3; // what lies here that long was continued elsewhere
const MOST_ALIVE = 60_000; // bytes that browsers let outlive a page
const ANSWER_MS = 20_000;
const SKIPPED = "[type=hidden]:not([name=seen]), [type=file], [type=password], [type=radio], [type=submit], button";
const states = new WeakMap();

const line = (form) => form?.querySelector("[data-draft]");
const stateOf = (form) => states.get(form) || states.set(form, { timer: 0, since: 0, busy: null, again: false, sent: false, fresh: null, turn: 0 }).get(form);
const place = (form) => `draft:${line(form).dataset.draftUser}:${line(form).dataset.draft}`;
const address = (form) => `/drafts/${encodeURIComponent(line(form).dataset.draft)}/`;
const controls = (form) => [...form.elements].filter((one) => one.name && !one.matches(SKIPPED) && one.name !== "csrfmiddlewaretoken");
const textOf = (one) => (one.type === "checkbox" ? (one.checked ? one.value : "") : one.value);
const keyOf = (one) => (one.type === "checkbox" ? `${one.name}=${one.value}` : one.name);
const fieldsOf = (form) => Object.fromEntries(controls(form).map((one) => [keyOf(one), textOf(one)]));

// What was changed of a form that came as it is kept; the rest may be changed elsewhere until it is opened again.
function typedIn(form) {
  const { fresh } = stateOf(form);
  const changed = Object.entries(fieldsOf(form)).filter(([name, text]) => !fresh || fresh[name] !== text);
  if (!changed.length) return {};
  const { seen } = form.elements;
  return { ...Object.fromEntries(changed), ...(seen ? { seen: seen.value } : {}) };
}

const ask = (url, options) => fetch(url, { ...options, headers: { "X-CSRFToken": token(), "HX-Request": "true", "Content-Type": "application/json" } });

function fillIn(form, fields) {
  for (const one of controls(form)) {
    const text = fields[keyOf(one)];
    if (text === undefined) continue;
    if (one.type === "checkbox") one.checked = text !== "";
    else one.value = text;
  }
}

const day = (at) => at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
const clock = (at) => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function tell(form, text) {
  line(form).hidden = !text;
  line(form).querySelector("[data-draft-told]").textContent = text;
}

function told(form, moment) {
  if (!moment) return tell(form, "");
  const at = new Date(moment);
  tell(form, `Draft kept ${day(at) === day(new Date()) ? "" : `${day(at)} `}${clock(at)}`);
}

// -- what is not known to be on the server --

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full, or not allowed: there is the server
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // there was nothing then
  }
}

const letters = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (one) => one.toString(36)).join("");
let browser = read("draft-browser");
if (!browser) write("draft-browser", (browser = letters()));
let last = 0;

// The moment, and later than any before, whatever the clock does.
function moment() {
  last = Math.max(Date.now(), last + 1, (read("draft-moment") || 0) + 1);
  write("draft-moment", last);
  return last;
}

const mark = (turn) => `${browser}.${turn}`;

// What of this place lies here and is not on the server, nor was sent.
function unsent(form) {
  const copy = read(place(form));
  if (!copy) return null;
  const [whose, turn] = line(form).dataset.draftMark.split(".");
  if (whose !== browser || Number(turn) < copy.turn) return copy;
  forget(place(form));
  return null;
}

// In another browser one may have gone on since.
function newer(form, copy, kept) {
  const elsewhere = !line(form).dataset.draftMark.startsWith(`${browser}.`);
  return copy && !(kept && elsewhere && Date.parse(kept.at) > copy.turn);
}

function sweep() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("draft:") && !(read(key)?.turn > Date.now() - LETS_GO_MS)) forget(key);
    }
  } catch {
    // not allowed
  }
}

// -- keeping --

async function keep(form, options = {}) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  if (state.busy && !options.keepalive) return (state.again = true);
  const { turn } = state;
  const body = JSON.stringify({ mark: mark(turn), fields: typedIn(form) }); // nothing: there is no draft any more
  const keepalive = !!options.keepalive && new Blob([body]).size < MOST_ALIVE;
  const signal = keepalive ? undefined : AbortSignal.timeout(ANSWER_MS);
  state.busy = ask(address(form), { method: "PUT", body, keepalive, signal }).catch(() => null);
  const answer = await state.busy;
  const { again } = state;
  state.busy = null;
  state.again = false;
  if (state.sent) return;
  if (!answer?.ok) tell(form, "Draft kept in this browser only");
  else {
    if (read(place(form))?.turn === turn) forget(place(form));
    told(form, (await answer.json()).at);
  }
  if (again) keep(form);
}

function typed(form) {
  const state = stateOf(form);
  state.sent = false;
  state.turn = moment();
  write(place(form), { turn: state.turn, fields: typedIn(form) });
  state.since ||= Date.now();
  clearTimeout(state.timer);
  state.timer = setTimeout(() => keep(form), Math.min(WAIT_MS, Math.max(0, state.since + AT_MOST_MS - Date.now())));
}

function open(form) {
  if (states.has(form)) return;
  const state = stateOf(form);
  const seen = form.elements.namedItem("seen");
  if (seen) seen.defaultSeen = seen.value;
  if ("draftFresh" in line(form).dataset) state.fresh = fieldsOf(form); // and not one that came back with faults
  const kept = JSON.parse(line(form).dataset.kept || "null");
  const copy = unsent(form);
  if (form.querySelector("[data-meets]")) return; // it comes back with a question: what was typed stands in it
  const mine = newer(form, copy, kept);
  if (mine || kept) fillIn(form, mine ? copy.fields : kept.fields);
  if (kept) told(form, kept.at);
  if (mine) typed(form);
}

function empty(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  forget(place(form));
  form.reset();
  const seen = form.elements.namedItem("seen");
  if (seen) seen.value = seen.defaultSeen;
  for (const files of form.querySelectorAll("input[type=file]")) files.dispatchEvent(new Event("change", { bubbles: true }));
  tell(form, "");
}

async function throwAway(form) {
  const fields = fieldsOf(form);
  const url = address(form);
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  state.again = false;
  await state.busy;
  const answer = await ask(url, { method: "DELETE" }).catch(() => null);
  if (!answer?.ok) return show({ text: "The draft could not be thrown away. Try again.", tone: "red" });
  empty(form);
  show({
    text: "Draft thrown away.",
    back: async () => {
      const back = await ask(`${url}back/`, { method: "POST" }).catch(() => null);
      if (!back?.ok) return show({ text: "That could not be undone.", tone: "red" });
      if (!form.isConnected) return show({ text: "Draft brought back.", tone: "green" });
      fillIn(form, fields);
      told(form, (await back.json()).at);
    },
  });
}

const openAll = () => document.querySelectorAll("[data-draft]").forEach((one) => open(one.closest("form")));
const ours = (node) => (line(node?.closest?.("form")) ? node.closest("form") : null);

document.addEventListener("input", (event) => ours(event.target) && !event.target.matches("[type=file], [type=radio]") && typed(ours(event.target)));
document.addEventListener("click", (event) => event.target.closest?.("[data-draft-throw]") && throwAway(ours(event.target)));
document.addEventListener("submit", (event) => {
  const form = ours(event.target);
  if (!form) return;
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  state.sent = true; // what lies here stays until a page says that it arrived
  const field = form.elements.namedItem("draft-mark");
  if (field) field.value = mark(moment());
}, true);
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.request.method === "GET" ? null : ours(ctx.sourceElement);
  if (!form || ctx.sourceElement !== form) return;
  const state = stateOf(form);
  if (ctx.response.status >= 400) {
    state.sent = false;
    return;
  }
  empty(form);
});
document.addEventListener("htmx:after:swap", openAll);

// Whoever goes away may not come back: what is waiting goes now, and what is on its way goes again, since it ends with the page.
function leave(options) {
  for (const form of document.forms) {
    const state = line(form) && states.get(form);
    if (state && !state.sent && (state.timer || state.busy)) keep(form, options);
  }
}
addEventListener("pagehide", () => leave({ keepalive: true }));
document.addEventListener("visibilitychange", () => document.hidden && leave({ keepalive: true }));
sweep();
openAll();
