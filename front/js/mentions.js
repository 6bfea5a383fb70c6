// <textarea data-mentions="people:0191…">: typing @ and the beginning of a name offers colleagues who may see that record.
// Arrow keys move, Enter or Tab takes one, Escape closes.
const DEBOUNCE_MS = 90;
const list = document.createElement("div");
list.className = "mentions";
list.id = "mentions";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Colleagues");
list.hidden = true;
let field = null;
let timer;
let asked;

const options = () => [...list.querySelectorAll('[role="option"]')];
const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");

// The @ and what was typed after it, right before the caret.
function begun() {
  if (!field || field.selectionStart !== field.selectionEnd) return null;
  return /(?:^|[\s(])@([^\s@][^@\n]{0,40}|)$/u.exec(field.value.slice(0, field.selectionStart));
}

function close() {
  list.hidden = true;
  field?.removeAttribute("aria-activedescendant");
}

function select(option) {
  options().forEach((one, n) => {
    one.id = `mention-${n}`;
    one.setAttribute("aria-selected", String(one === option));
  });
  if (!option) return;
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(option) {
  const found = begun();
  close();
  if (!found) return;
  const start = field.selectionStart - found[1].length;
  field.setRangeText(`${option.dataset.name} `, start, field.selectionStart, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function offer() {
  const found = begun();
  if (!found) return close();
  const own = (asked = {});
  const query = new URLSearchParams({ q: found[1], about: field.dataset.mentions });
  const answer = await fetch(`/notices/colleagues/?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (asked !== own) return;
  list.innerHTML = answer?.ok ? await answer.text() : "";
  if (!options().length) return close();
  field.after(list);
  field.setAttribute("aria-controls", "mentions");
  field.setAttribute("aria-autocomplete", "list");
  list.hidden = false;
  select(options()[0]);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-mentions]")) return;
  field = event.target;
  clearTimeout(timer);
  timer = setTimeout(offer, DEBOUNCE_MS);
});
document.addEventListener("keydown", (event) => {
  if (list.hidden || event.target !== field) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") select(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(chosen());
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
document.addEventListener("focusout", (event) => {
  if (event.target === field) close();
});
