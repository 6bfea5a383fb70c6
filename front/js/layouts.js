// Boards, calendars, groups and queues. A [data-card] is dragged onto a [data-drop], or moved there by Shift and the arrow
// keys, or by the dialog behind its [data-moves]. All three send the same, to the list or to the card's own [data-move]; the
// page shows a drop at once, and what the server answers afterwards. Groups fold; in a queue, what is done gives way to
// what comes next.
import { add } from "./keys.js";
import { choose, current, rows } from "./rows.js";

const PHONE = 768;
const shape = () => document.querySelector("[data-board], [data-calendar]");
const drops = () => [...document.querySelectorAll("[data-drop]")];
const places = () => [...document.querySelectorAll("[data-board] [data-column], [data-calendar] [data-day]")];
const place = (card) => card?.closest("[data-column], [data-day]");
const ajax = (url, target, swap, values) => window.htmx.ajax(values ? "POST" : "GET", url, { target, swap, values, push: "false" });

let from = null; // where the card stood that is on its way

async function send(card, drop) {
  const { list, by } = shape().dataset;
  if (drop === place(card)) return;
  from = place(card);
  const id = card.dataset.row;
  put(card, drop);
  card.classList.add("is-moving");
  await ajax(card.dataset.move || `/views/${list}/move/`, document.body, "none", { id, by, to: drop.dataset.drop }).catch(() => {});
  // Refused, or no connection: the toast says so, the card goes back.
  if (document.getElementById(`row-${id}`)?.classList.contains("is-moving")) refresh(id, drop);
}

function put(card, drop) {
  let into = drop.querySelector("ul");
  if (!into) {
    into = document.createElement("ul");
    drop.querySelector(".cal-d")?.after(into);
  }
  into.prepend(card);
}

// Show anew what changed: the two columns of a board, else the whole.
async function refresh(id, drop) {
  const columns = [...new Set([from, drop])].filter((one) => one?.isConnected && one.dataset.url);
  from = null;
  if (!document.querySelector("[data-board]")) {
    chosen = id;
    const body = document.querySelector("[data-fresh]");
    if (body) ajax(body.dataset.fresh, "#list-body", "innerHTML");
    return;
  }
  await Promise.all(columns.map((column) => renew(column, column === drop ? id : "")));
  choose(document.getElementById(`row-${id}`));
  const sizes = document.getElementById("board-sizes");
  if (sizes) window.htmx.trigger(sizes, "sizes");
}

// As many cards as there were, the moved one first.
async function renew(column, id) {
  const shown = column.querySelectorAll("[data-row]").length;
  const answer = await fetch(`${column.dataset.url}&n=${shown}&with=${encodeURIComponent(id)}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = document.adoptNode(page.querySelector("[data-column]"));
  column.replaceWith(next);
  window.htmx.process(next);
}
let chosen = "";
document.addEventListener("htmx:after:swap", (event) => {
  const row = chosen && document.getElementById(`row-${chosen}`);
  chosen = row ? "" : chosen;
  if (row) choose(row);
  else if (event.detail.ctx?.target?.id === "list-body") today();
});

document.addEventListener("moved", (event) => {
  const { id, to } = event.detail;
  const card = document.getElementById(`row-${id}`);
  card?.classList.remove("is-moving");
  from ??= place(card);
  refresh(id, drops().find((drop) => drop.dataset.drop === to));
});

// -- dragging

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.row);
  dragged.classList.add("is-dragged");
});
const over = (event) => dragged && event.target.closest?.("[data-drop]");
const mark = (drop) => drops().forEach((one) => one.classList.toggle("is-over", one === drop));
document.addEventListener("dragover", (event) => {
  const drop = over(event);
  mark(drop);
  if (drop) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const drop = over(event);
  if (!drop) return;
  event.preventDefault();
  send(dragged, drop);
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  mark(null);
});

// -- by keys

// A card that has the focus is the current one, also when Tab brought it there.
document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (card) rows().forEach((row) => row.toggleAttribute("data-current", row === card));
});

const isBoard = () => !!document.querySelector("[data-board]");
const here = () => !!shape();

// The place so many steps on, to which cards can be moved when `only` asks for that.
function beside(card, step, only) {
  const all = places();
  for (let at = all.indexOf(place(card)) + step; at >= 0 && at < all.length; at += step) {
    if (only ? all[at].hasAttribute("data-drop") : all[at].querySelector("[data-row]")) return all[at];
  }
  return null;
}

function step(event, by) {
  const card = current();
  if (event.shiftKey) {
    if (!card?.hasAttribute("data-card")) return;
    const drop = beside(card, by, true);
    if (drop) send(card, drop);
    return;
  }
  if (!card) return choose(rows()[0]);
  const next = beside(card, by, false);
  if (!next) return;
  const at = [...place(card).querySelectorAll("[data-row]")].indexOf(card);
  const there = [...next.querySelectorAll("[data-row]")];
  choose(there[Math.min(at, there.length - 1)]);
}
add("ArrowRight", "Next column or day; with Shift, move the card there", "Board and calendar", (event) => step(event, 1), here);
add("ArrowLeft", "Column or day before; with Shift, move the card there", "Board and calendar", (event) => step(event, -1), here);
add("ArrowDown", "Next card; in a calendar with Shift, move it a week on", "Board and calendar", (event) => {
  if (event.shiftKey && !isBoard()) step(event, 7);
  else choose(rows()[rows().indexOf(current()) + 1] || current());
}, here);
add("ArrowUp", "Card before; in a calendar with Shift, move it a week back", "Board and calendar", (event) => {
  if (event.shiftKey && !isBoard()) step(event, -7);
  else choose(rows()[rows().indexOf(current()) - 1] || current());
}, here);
const mover = () => current()?.querySelector("[data-moves]");
add("s", "Move to…", "Board and calendar", () => mover().click(), () => here() && !!mover());

// -- groups

document.addEventListener("click", (event) => {
  const head = event.target.closest("[data-group]");
  if (!head) return;
  const open = head.getAttribute("aria-expanded") !== "true";
  head.setAttribute("aria-expanded", String(open));
  document.getElementById(head.getAttribute("aria-controls")).hidden = !open;
});

// -- queues

const queue = () => document.querySelector("[data-queue]");
const act = (key) => current()?.querySelector(`[data-act="${key}"]`);
for (const [key, label] of [["]", "Done, then the next"], ["[", "Put off"]]) {
  add(key, label, "Queue", () => act(key).click(), () => !!queue() && !!act(key));
}
let left = -1; // the place of the row that is about to go
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-queue] [data-act]")?.closest("[data-row]");
  left = row ? rows().indexOf(row) : left;
});
document.addEventListener("htmx:after:swap", () => {
  const list = queue();
  if (!list) return;
  const all = rows();
  if (!all.length) {
    const again = document.querySelector("[data-waiting]");
    if (left >= 0 && again) location.reload();
    return;
  }
  if (left < 0 || current()) return;
  const waiting = document.querySelector("[data-waiting]");
  if (waiting && /^\d+$/.test(waiting.textContent)) waiting.textContent = String(Number(waiting.textContent) - 1);
  choose(all[Math.min(left, all.length - 1)]);
  left = -1;
});
if (queue() && !current()) choose(rows()[0], false);

// On a phone a month is an agenda, which begins with today.
const today = () => {
  const day = document.querySelector("[data-calendar] [aria-current=date]");
  if (day && innerWidth < PHONE) day.scrollIntoView({ block: "start" });
};
today();
