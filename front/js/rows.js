// Lists: a [data-rows] container with [data-row] rows. j and k move, x selects (Shift extends), Enter opens, Space peeks.
// Selected boxes fill [data-selected-count] and show [data-bulk]; "select all matching" sets the hidden field all=1.
import { add } from "./keys.js";

const holder = () => document.querySelector("[data-rows]");
export const rows = () => [...(holder()?.querySelectorAll("[data-row]") || [])].filter((row) => row.checkVisibility());
export const current = () => rows().find((row) => row.hasAttribute("data-current"));
let anchor = null;

function move(to) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + to))]);
}

// Make a row the current one; without focus when the page has just come.
export function choose(next, focus = true) {
  if (!next) return;
  rows().forEach((row) => row.toggleAttribute("data-current", row === next));
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focus) next.querySelector("a[href]")?.focus({ preventScroll: true });
  if (peeks()) showPeek();
}

const boxes = () => [...(holder()?.querySelectorAll('[data-row] input[type="checkbox"][name="id"]') || [])];

export function count() {
  const all = boxes();
  const on = all.filter((box) => box.checked);
  const everything = holder()?.querySelector('input[name="all"]');
  const whole = everything?.value === "1";
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  bulk.hidden = !on.length;
  const counted = document.querySelector("#list-count[data-total]"); // comes after the list where counting takes long
  bulk.querySelector("[data-selected-count]").textContent = whole ? counted?.textContent || "All" : on.length.toLocaleString();
  const more = bulk.querySelector("[data-select-all]");
  if (more) {
    more.hidden = whole || on.length < all.length || !(Number(counted?.dataset.total) > all.length);
    more.textContent = `Select all ${counted?.textContent || ""}`;
  }
  for (const node of bulk.querySelectorAll("[data-needs]")) node.disabled = whole || on.length !== Number(node.dataset.needs);
  const head = document.querySelector("[data-select-page]");
  if (head) {
    head.checked = on.length > 0 && on.length === all.length;
    head.indeterminate = on.length > 0 && on.length < all.length;
  }
}

function toggle(row, extend) {
  const box = row?.querySelector('input[name="id"]');
  if (!box) return;
  box.checked = !box.checked;
  if (extend && anchor) span(anchor, box);
  anchor = box;
  count();
}

function span(from, to) {
  const all = boxes();
  const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
  if (a >= 0) all.slice(a, b + 1).forEach((box) => (box.checked = to.checked));
}

function clear() {
  boxes().forEach((box) => (box.checked = false));
  const everything = holder()?.querySelector('input[name="all"]');
  if (everything) everything.value = "";
  count();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest('[data-row] input[name="id"]');
  if (box) {
    if (event.shiftKey && anchor) span(anchor, box);
    anchor = box;
    count();
  }
  if (event.target.closest("[data-select-all]")) {
    holder().querySelector('input[name="all"]').value = "1";
    count();
  }
  if (event.target.closest("[data-select-none]")) clear();
  const row = event.target.closest("[data-row]");
  if (row) rows().forEach((one) => one.toggleAttribute("data-current", one === row));
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-page]")) return;
  boxes().forEach((box) => box.checkVisibility() && (box.checked = event.target.checked)); // not those of folded groups
  const everything = holder()?.querySelector('input[name="all"]');
  if (everything) everything.value = "";
  count();
});
document.addEventListener("htmx:after:swap", () => {
  count();
  const search = document.getElementById("list-q");
  const said = document.getElementById("list-chips");
  if (search && said && document.activeElement !== search) search.value = said.dataset.q;
});

const here = () => !!holder();
add(["j", "ArrowDown"], "Next row", "Lists", () => move(1), here);
add(["k", "ArrowUp"], "Previous row", "Lists", () => move(-1), here);
add("x", "Select the row", "Lists", () => toggle(current()), here);
add("X", "Select up to the row", "Lists", () => toggle(current(), true), here);
add("Enter", "Open the row", "Lists", () => current()?.querySelector("a[href]")?.click(), () => here() && !!current(), here);
// Peek: the record beside the list, which follows the current row until it is closed.
const PEEK_MS = 120;
const peek = () => document.getElementById("peek");
let peeking;
function showPeek() {
  const url = current()?.dataset.peek;
  if (!url || !peek()) return;
  peek().hidden = false;
  clearTimeout(peeking);
  peeking = setTimeout(() => window.htmx.ajax("GET", url, { target: "#peek", swap: "innerHTML", push: "false" }), PEEK_MS);
}
function hidePeek() {
  clearTimeout(peeking);
  peek().hidden = true;
  peek().replaceChildren();
}
const peeks = () => !!peek() && !peek().hidden;
document.addEventListener("click", (event) => event.target.closest("[data-peek-closes]") && hidePeek());
// A row that unfolds in place does so instead.
const unfolds = () => current()?.querySelector("[data-unfolds]");
add(" ", "Peek at the row", "Lists", () => {
  if (unfolds()) unfolds().click();
  else if (peeks()) hidePeek();
  else showPeek();
}, () => here() && !!(current()?.dataset.peek || unfolds()), () => here() && !!document.querySelector("[data-peek], [data-unfolds]"));
add("Escape", "Clear the selection, or go back", "Lists", () => {
  if (peeks()) hidePeek();
  else if (boxes().some((box) => box.checked)) clear();
  else document.querySelector("[data-back]")?.click();
}, () => here() || !!document.querySelector("[data-back]"));
