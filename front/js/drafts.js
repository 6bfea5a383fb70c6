// Forms with <p data-draft="note@people:0191…"> in them ({% draft %}): what is typed is kept on the server, and until it
// is there in this tab. It is filled in again when the form is opened, says when it was kept, and goes when it is sent.
import { show, token } from "./toasts.js";

const WAIT_MS = 800;
const AT_MOST_MS = 4000;
const SKIPPED = "[type=hidden]:not([name=seen]), [type=file], [type=password], [type=radio], [type=submit], button";
const states = new WeakMap();

const line = (form) => form?.querySelector("[data-draft]");
const stateOf = (form) => states.get(form) || states.set(form, { timer: 0, since: 0, busy: null, sent: false, fresh: "" }).get(form);
const here = (form) => `draft:${line(form).dataset.draftUser}:${line(form).dataset.draft}`;
const address = (form) => `/drafts/${encodeURIComponent(line(form).dataset.draft)}/`;
const controls = (form) => [...form.elements].filter((one) => one.name && !one.matches(SKIPPED) && one.name !== "csrfmiddlewaretoken");
const textOf = (one) => (one.type === "checkbox" ? (one.checked ? one.value : "") : one.value);
const keyOf = (one) => (one.type === "checkbox" ? `${one.name}=${one.value}` : one.name);
const fieldsOf = (form) => Object.fromEntries(controls(form).map((one) => [keyOf(one), textOf(one)]));
const textsOf = (form) => JSON.stringify(fieldsOf(form));
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

// What did not reach the server lies in this tab; it is newer than what the server has.
const inTab = (form) => JSON.parse(sessionStorage.getItem(here(form)) || "null");

async function keep(form, options = {}) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  const text = textsOf(form);
  const body = `{"fields":${text === state.fresh ? "{}" : text}}`; // as it was opened: there is no draft any more
  state.busy = ask(address(form), { method: "PUT", body, ...options }).catch(() => null);
  const answer = await state.busy;
  state.busy = null;
  if (state.sent) return;
  if (!answer?.ok) return tell(form, "Draft kept in this tab only");
  if (sessionStorage.getItem(here(form)) === text) sessionStorage.removeItem(here(form));
  told(form, (await answer.json()).at);
}

function typed(form) {
  const state = stateOf(form);
  state.sent = false;
  sessionStorage.setItem(here(form), textsOf(form));
  state.since ||= Date.now();
  clearTimeout(state.timer);
  state.timer = setTimeout(() => keep(form), Math.min(WAIT_MS, Math.max(0, state.since + AT_MOST_MS - Date.now())));
}

function open(form) {
  if (states.has(form)) return;
  const state = stateOf(form);
  const seen = form.elements.namedItem("seen");
  if (seen) seen.defaultSeen = seen.value;
  if ("draftFresh" in line(form).dataset) state.fresh = textsOf(form); // and not one that came back with faults
  const kept = JSON.parse(line(form).dataset.kept || "null");
  const unsent = inTab(form);
  if (form.querySelector("[data-meets]")) return; // it comes back with a question: what was typed stands in it
  if (unsent || kept) fillIn(form, unsent || kept.fields);
  if (kept) told(form, kept.at);
  if (unsent) typed(form);
}

function empty(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.timer = state.since = 0;
  sessionStorage.removeItem(here(form));
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
  state.sent = true;
  if (!form.hasAttribute("hx-post")) sessionStorage.removeItem(here(form)); // the page that follows shows what was sent
}, true);
document.addEventListener("htmx:after:request", async (event) => {
  const { ctx } = event.detail;
  const form = ctx.request.method === "GET" ? null : ours(ctx.sourceElement);
  if (!form || ctx.sourceElement !== form) return;
  const state = stateOf(form);
  if (ctx.response.status >= 400) {
    state.sent = false;
    return;
  }
  const { busy } = state;
  const url = address(form);
  empty(form);
  if (busy && (await busy)?.ok) ask(url, { method: "DELETE" }); // it was on its way while the form was
});
document.addEventListener("htmx:after:swap", openAll);
addEventListener("pagehide", () => {
  for (const form of document.forms) if (line(form) && stateOf(form).timer && !stateOf(form).sent) keep(form, { keepalive: true });
});
openAll();
