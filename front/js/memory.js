// What survives going away and coming back in this tab: scroll position, current row and selection of a list.
import { count } from "./rows.js";

// The same list, however its address is ordered.
export const place = (url = location) => {
  const query = new URLSearchParams(url.search);
  query.sort();
  return `place:${url.pathname}?${query}`;
};

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
