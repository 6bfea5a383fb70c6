// The one key registry. A key comes from here (`add`) or from an element with data-key="c" or data-key="g c":
// pressing it clicks (or focuses) the element. The `?` overlay is generated from the same registry.
import { typing } from "./typing.js";

const registry = [];
const SEQUENCE_MS = 900;
let pending = "";
let pendingSince = 0;

// when: whether it does something now; told: whether `?` tells of it here.
export function add(keys, label, group, run, when = () => true, told = when) {
  for (const key of [].concat(keys)) registry.push({ key, label, group, run, when, told, shown: key === [].concat(keys)[0] });
}

export const visible = (node) => node.checkVisibility?.() ?? node.offsetParent !== null;

const layer = () => document.querySelector("dialog[open]") || document;
const enabled = () => document.documentElement.dataset.shortcuts !== "off";

function press(node) {
  if (node.matches("input, textarea, select")) {
    node.focus();
    node.select?.();
  } else node.click();
}

function find(key) {
  const marked = [...layer().querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((n) => visible(n) && !n.disabled);
  if (marked) return () => press(marked);
  if (layer() !== document) return null;
  const known = registry.findLast((one) => one.key === key && one.when());
  return known && known.run;
}

const starts = (key) =>
  registry.some((one) => one.key.startsWith(`${key} `)) || !!document.querySelector(`[data-key^="${CSS.escape(key)} "]`);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.metaKey || event.ctrlKey) && !event.altKey) {
    if (event.key === "Enter") {
      const form = event.target.form || event.target.closest?.("form");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
    }
    if (event.key.toLowerCase() === "k") {
      event.preventDefault();
      dispatchEvent(new CustomEvent("pentad:palette"));
    }
    return;
  }
  if (event.key === "Escape" && document.querySelector(":popover-open, dialog[open]")) return; // the browser closes it
  if (event.key === "Escape" && typing(event.target)) {
    event.preventDefault(); // what is typed stays, in a search field too
    return event.target.blur();
  }
  if (event.altKey || event.metaKey || event.ctrlKey || typing(event.target) || !enabled()) return;
  if (event.target.closest?.('[role="menu"]')) return;
  const now = Date.now();
  const key = pending && now - pendingSince < SEQUENCE_MS ? `${pending} ${event.key}` : event.key;
  pending = "";
  const act = find(key);
  if (act) {
    event.preventDefault();
    act(event);
  } else if (starts(event.key)) {
    pending = event.key;
    pendingSince = now;
  }
});

const PRINTED = { " ": "Space", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", "mod+k": "Ctrl K" };

// The text of an element without the key caps in it.
function words(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((cap) => cap.remove());
  return copy.textContent.trim();
}

function listed() {
  const groups = new Map();
  const put = (group, key, label) => {
    const rows = groups.get(group) || groups.set(group, []).get(group);
    if (!rows.some((row) => row.key === key)) rows.push({ key, label });
  };
  for (const node of document.querySelectorAll("[data-key]")) {
    const label = node.dataset.keyLabel || node.dataset.command || node.getAttribute("aria-label") || words(node);
    const key = node.dataset.key;
    put(node.dataset.keyGroup || (key.startsWith("g ") ? "Go to" : "This page"), key, label.replace(/\s+/g, " "));
  }
  for (const one of registry) if (one.shown && one.told()) put(one.group, one.key, one.label);
  return groups;
}

export function help() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("[data-keys-list]");
  list.replaceChildren();
  for (const [group, rows] of listed()) {
    const box = document.createElement("section");
    box.className = "break-inside-avoid pb-2";
    const title = document.createElement("h3");
    title.className = "h-sec";
    title.textContent = group;
    box.append(title);
    for (const { key, label } of rows) {
      const row = document.createElement("div");
      row.className = "flex h-7 items-center gap-1";
      const text = document.createElement("span");
      text.className = "flex-1 truncate";
      text.textContent = label;
      row.append(text);
      for (const part of key === " " ? [" "] : key.split(" ")) {
        const cap = document.createElement("kbd");
        cap.className = "kbd";
        cap.textContent = PRINTED[part] || part;
        row.append(cap);
      }
      box.append(row);
    }
    list.append(box);
  }
  dialog.showModal();
}

add("?", "Show these keys", "Everywhere", help);
add("mod+k", "Search or jump to…", "Everywhere", () => {});

// Commands that plugins add to the page: a link, or the event "pentad:command" for the plugin's own script.
for (const node of document.querySelectorAll("[data-added-command]")) {
  const { addedKey, label, href, addedCommand } = node.dataset;
  const run = () => (href ? (location.href = href) : dispatchEvent(new CustomEvent("pentad:command", { detail: addedCommand })));
  if (addedKey) add(addedKey, label, "This page", run);
}
