// What survives going away and coming back: scroll position, current row and selection of a list (this tab),
// and unsent text (this browser) in fields with data-draft="name".
import { count } from "./rows.js";

// The same list, however its address is ordered.
const place = (url = location) => {
  const query = new URLSearchParams(url.search);
  query.sort();
  return `place:${url.pathname}?${query}`;
};
const DRAFT_MS = 300;

function keep() {
  const list = document.querySelector("[data-rows]");
  const scrolls = [...document.querySelectorAll("[data-scroll]")].map((node) => node.scrollTop);
  const ids = [...document.querySelectorAll('[data-row] input[name="id"]:checked')].map((box) => box.value);
  const current = list?.querySelector("[data-current]")?.dataset.row || "";
  sessionStorage.setItem(place(), JSON.stringify({ scrolls, ids, current }));
}

function restore() {
  const entry = performance.getEntriesByType("navigation")[0];
  const kept = JSON.parse(sessionStorage.getItem(place()) || "null");
  const returning = sessionStorage.getItem("returning") === place();
  sessionStorage.removeItem("returning");
  if (!kept || (entry?.type === "navigate" && !returning)) return;
  document.querySelectorAll("[data-scroll]").forEach((node, n) => (node.scrollTop = kept.scrolls[n] || 0));
  for (const box of document.querySelectorAll('[data-row] input[name="id"]')) box.checked = kept.ids.includes(box.value);
  if (kept.current) document.querySelector(`[data-row="${CSS.escape(kept.current)}"]`)?.toggleAttribute("data-current", true);
  count();
}
addEventListener("pagehide", keep);
document.addEventListener("htmx:before:history:update", keep);
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (back?.href) sessionStorage.setItem("returning", place(new URL(back.href)));
});
restore();

const waiting = new Map();
const draftKey = (field) => `draft:${field.dataset.draft}`;
function fill(root = document) {
  for (const field of root.querySelectorAll("[data-draft]")) if (!field.value) field.value = localStorage.getItem(draftKey(field)) || "";
}
function keepDraft(field) {
  clearTimeout(waiting.get(field));
  waiting.delete(field);
  if (field.value) localStorage.setItem(draftKey(field), field.value);
  else localStorage.removeItem(draftKey(field));
}
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset?.draft) return;
  clearTimeout(waiting.get(field));
  waiting.set(field, setTimeout(() => keepDraft(field), DRAFT_MS));
});
addEventListener("pagehide", () => waiting.forEach((_, field) => keepDraft(field)));
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.request.method === "GET" || ctx.response.status >= 400) return;
  for (const field of ctx.sourceElement.querySelectorAll?.("[data-draft]") || []) {
    field.value = "";
    keepDraft(field);
  }
  for (const field of ctx.sourceElement.querySelectorAll?.("input[type=file]") || []) {
    field.value = "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
fill();
