// Ctrl-K: search or jump. Commands of the page come from its [data-key] and [data-command] elements at once,
// everything else from the server (/palette/?q=). Arrow keys move, Enter opens.
const DEBOUNCE_MS = 90;
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
let timer;
let asked;

const options = () => [...list.querySelectorAll('[role="option"]')];

function select(option) {
  options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (option) {
    option.id ||= `palette-${options().indexOf(option)}`;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function commands(words) {
  const rows = [...document.querySelectorAll("[data-command]")].filter((node) => {
    if (node.closest("dialog") || node.disabled) return false;
    return node.dataset.command.toLowerCase().includes(words.toLowerCase());
  });
  if (!rows.length) return null;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "On this page");
  const title = document.createElement("div");
  title.className = "palette-h";
  title.textContent = "On this page";
  title.setAttribute("aria-hidden", "true");
  group.append(title);
  for (const node of rows) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    const icon = node.querySelector("svg")?.cloneNode(true);
    if (icon) {
      icon.classList.add("text-muted-foreground");
      option.append(icon);
    }
    const label = document.createElement("span");
    label.textContent = node.dataset.command;
    option.append(label);
    if (node.dataset.key) {
      const cap = document.createElement("kbd");
      cap.className = "kbd ms-auto";
      cap.textContent = node.dataset.key;
      option.append(cap);
    }
    option.addEventListener("pentad:choose", () => node.click());
    group.append(option);
  }
  return group;
}

async function refresh() {
  const words = input.value.trim();
  const own = (asked = {});
  const url = `${dialog.dataset.url}?${new URLSearchParams({ q: words, page: dialog.dataset.page })}`;
  let html = "";
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    html = answer.ok ? await answer.text() : "";
  } catch {
    html = "";
  }
  if (asked !== own) return;
  list.innerHTML = html;
  const mine = commands(words);
  if (mine) words ? list.append(mine) : list.prepend(mine);
  dialog.querySelector("[data-empty]").hidden = options().length > 0;
  list.setAttribute("aria-busy", "false");
  select(options()[0]);
}

function choose(option, event) {
  const href = option.dataset.href || option.getAttribute("href");
  if (href && (event.ctrlKey || event.metaKey)) return window.open(href, "_blank", "noopener");
  dialog.close();
  if (href) location.href = href;
  else option.dispatchEvent(new CustomEvent("pentad:choose"));
}

if (dialog) {
  const open = () => {
    if (dialog.open) return dialog.close();
    document.querySelector("dialog[open]")?.close();
    input.value = "";
    dialog.showModal();
    refresh();
  };
  addEventListener("pentad:palette", open);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) open();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    list.setAttribute("aria-busy", "true");
    timer = setTimeout(refresh, DEBOUNCE_MS);
  });
  dialog.addEventListener("keydown", async (event) => {
    const rows = options();
    const at = rows.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.getAttribute("aria-busy") === "true") {
        clearTimeout(timer);
        await refresh();
      }
      const chosen = options().find((one) => one.getAttribute("aria-selected") === "true");
      if (chosen) choose(chosen, event);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    event.preventDefault();
    choose(option, event);
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option.getAttribute("aria-selected") !== "true") select(option);
  });
}
