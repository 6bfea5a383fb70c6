// <input role="combobox" data-suggests-from="/…/suggest/?what=trait">: what was seen is offered while one types, asked
// for with &q=. Arrow keys choose, Enter takes, Escape closes; what is typed stays as it is otherwise.
// data-several: the field holds a list, of which what the caret is in is completed. data-values: a text that would be
// read as a number or yes and no is put in quotation marks.
const DEBOUNCE_MS = 80;
const GAP = 4;
const list = document.createElement("div");
list.className = "suggested";
list.id = "suggested";
list.popover = "manual";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Suggestions");
document.body.append(list);
let field = null;
let timer;
let asked;
let took = "";

const options = () => [...list.children];
const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");
const isOpen = () => list.matches(":popover-open");

// Where the part of a list begins and ends that the caret is in; of other fields the whole.
function part() {
  const { value } = field;
  if (!("several" in field.dataset)) return [0, value.length];
  const caret = field.selectionStart ?? value.length;
  let quoted = false;
  let start = 0;
  for (let n = 0; n < value.length; n += 1) {
    if (value[n] === "\\" && quoted) n += 1;
    else if (value[n] === '"') quoted = !quoted;
    else if (value[n] === "," && !quoted) {
      if (n >= caret) return [start, n];
      start = n + 1;
    }
  }
  return [start, value.length];
}

const typed = () => field.value.slice(...part()).trim().replace(/^"|"$/g, "");

function written(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  const other = "values" in field.dataset && /^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(value);
  const odd = value !== value.trim() || value === "" || value[0] === '"' || ("several" in field.dataset && value.includes(","));
  return other || odd ? JSON.stringify(value) : value;
}

function close() {
  clearTimeout(timer);
  asked = null;
  if (isOpen()) list.hidePopover();
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
}

function select(option) {
  options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (!option) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(option) {
  const [start, end] = part();
  const blank = start ? " " : "";
  field.setRangeText(blank + written(JSON.parse(option.dataset.value)), start, end, "end");
  took = field.value;
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function row(one, n) {
  const option = document.createElement("div");
  option.id = `suggested-${n}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.dataset.value = JSON.stringify(one.value);
  const name = document.createElement("span");
  name.textContent = one.label || String(one.value);
  const more = document.createElement("span");
  const count = one.count ? Number(one.count).toLocaleString("en-GB") : "";
  more.textContent = [one.detail || (one.type || "").replace("_", "/"), count].filter(Boolean).join(" · ");
  option.append(name, more);
  return option;
}

function place() {
  const at = field.getBoundingClientRect();
  const below = innerHeight - at.bottom > list.offsetHeight + GAP || at.top < list.offsetHeight;
  list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${below ? at.bottom + GAP : at.top - list.offsetHeight - GAP}px`;
}

async function offer() {
  const own = (asked = {});
  const words = typed();
  const address = `${field.dataset.suggestsFrom}&q=${encodeURIComponent(words)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  const found = answer?.ok ? (await answer.json()).results : [];
  if (asked !== own || document.activeElement !== field) return;
  // Only what is there already would be no suggestion.
  const other = found.filter((one) => String(one.value) !== words);
  const kept = chosen()?.dataset.value;
  list.replaceChildren(...(other.length ? found : []).map(row));
  if (!other.length) return close();
  if (!isOpen()) list.showPopover();
  field.setAttribute("aria-expanded", "true");
  place();
  select(options().find((one) => one.dataset.value === kept));
}

function later(event) {
  if (!event.target.matches?.("[data-suggests-from]")) return;
  field = event.target;
  if (field.value === took && event.type === "input") return; // it was taken from here
  took = "";
  clearTimeout(timer);
  timer = setTimeout(offer, event.type === "input" ? DEBOUNCE_MS : 0);
}
document.addEventListener("input", later);
document.addEventListener("focusin", later);
document.addEventListener("click", (event) => event.target === document.activeElement && !isOpen() && later(event));
document.addEventListener("focusout", (event) => event.target === field && close());
document.addEventListener("keydown", (event) => {
  if (event.target !== field || !isOpen()) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown") select(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") select(all[(at <= 0 ? all.length : at) - 1]);
  else if (event.key === "Enter" && at >= 0) take(all[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
list.addEventListener("pointerdown", (event) => {
  const option = event.target.closest('[role="option"]');
  event.preventDefault();
  if (option) take(option);
});
document.addEventListener("scroll", (event) => isOpen() && event.target !== list && place(), true);

// A list pasted from lines or a column becomes one with commas: a field of one line would join them.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!event.target.matches?.("[data-several]") || !/[\r\n\t]/.test(text.trim())) return;
  event.preventDefault();
  const said = text.trim().split(/[\r\n\t]+/).map((one) => (one.includes(",") ? JSON.stringify(one.trim()) : one.trim()));
  event.target.setRangeText(said.filter(Boolean).join(", "), event.target.selectionStart, event.target.selectionEnd, "end");
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// What was just added is what one goes on with.
document.addEventListener("htmx:after:swap", () => {
  const added = document.querySelector("#rules [data-focus]");
  if (!added) return;
  added.removeAttribute("data-focus");
  (added.querySelector("input.rule-i") || added.querySelector("select"))?.focus();
});
