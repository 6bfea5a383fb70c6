// Small things on data attributes: relative times, copying, theme, expanding, phone tabs, dependent fields, key capture.
import { help } from "./keys.js";

const MINUTE = 60;
const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", MINUTE]];
const words = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

export function relative(at) {
  const seconds = (new Date(at) - Date.now()) / 1000;
  for (const [unit, size] of UNITS) if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  return "just now";
}
const tick = () => document.querySelectorAll("time[data-relative]").forEach((node) => (node.textContent = relative(node.dateTime)));
setInterval(tick, MINUTE * 1000);

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const from = document.getElementById(copy.dataset.copyFrom);
    await navigator.clipboard.writeText(from ? from.value : copy.dataset.copy);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copied.", tone: "green" } }));
  }
  if (event.target.closest("[data-opens-keys]")) help();
  const keys = event.target.closest("[data-shortcuts-switch]");
  if (keys) {
    const on = document.documentElement.dataset.shortcuts === "off";
    document.documentElement.dataset.shortcuts = on ? "on" : "off";
    keys.setAttribute("aria-checked", String(on));
  }
  const theme = event.target.closest("[data-theme-set]");
  if (theme) {
    document.documentElement.dataset.theme = theme.dataset.themeSet;
    document.querySelectorAll("[data-theme-set]").forEach((one) => one.setAttribute("aria-checked", String(one.dataset.themeSet === theme.dataset.themeSet)));
    dispatchEvent(new CustomEvent("pentad:theme"));
  }
  const tab = event.target.closest("[data-pane]");
  if (tab) {
    const box = tab.closest("[data-panes]");
    box.dataset.shown = tab.dataset.pane;
    box.querySelectorAll("[data-pane]").forEach((one) => one.setAttribute("aria-selected", String(one === tab)));
  }
  const pressed = event.target.closest("[data-pressed-group]");
  if (pressed) for (const one of pressed.parentElement.children) one.setAttribute("aria-pressed", String(one === pressed));
});

// The server says days and times of tasks as this browser's clock does.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;

// A row wider than the page: what is current in it is scrolled in, and an edge behind which there is more fades.
function fade(row) {
  const rest = row.scrollWidth - row.clientWidth - row.scrollLeft;
  row.dataset.scrolls = [row.scrollLeft > 1 && "start", rest > 1 && "end"].filter(Boolean).join(" ");
}
function fadeAll() {
  for (const row of document.querySelectorAll("[data-scrolls]")) {
    const current = row.querySelector("[aria-current]");
    if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
    fade(row);
  }
}
document.addEventListener("scroll", (event) => event.target.matches?.("[data-scrolls]") && fade(event.target), true);
addEventListener("resize", fadeAll);
fadeAll();

// A toast asked for by the address is shown once: reloading does not show it again.
const asked = new URL(location.href);
if (asked.searchParams.has("merged")) {
  asked.searchParams.delete("merged");
  history.replaceState(history.state, "", asked);
}

// What was chosen in a file field, beside it.
const FILES = "Files";
function nameFiles(field) {
  const told = field.closest("label")?.querySelector("[data-file-names]");
  if (told) told.textContent = [...field.files].map((file) => file.name).join(", ") || FILES;
}
document.addEventListener("change", (event) => event.target.matches?.("input[type=file]") && nameFiles(event.target));

// <input data-filters="#list"> hides the [data-text] children of #list that do not contain what is typed.
document.addEventListener("input", (event) => {
  const into = event.target.dataset?.filters;
  if (!into) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const node of document.querySelectorAll(`${into} [data-text]`)) node.hidden = !node.dataset.text.toLowerCase().includes(wanted);
});

// A field with suggestions beneath it, [data-suggests] with aria-controls: the arrows lead into them and back.
document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const field = by && [...document.querySelectorAll("[data-suggests]")].find((one) => {
    return one === event.target || document.getElementById(one.getAttribute("aria-controls"))?.contains(event.target);
  });
  if (!field) return;
  const all = [field, ...document.getElementById(field.getAttribute("aria-controls")).querySelectorAll("a[href]")];
  const next = all[all.indexOf(event.target) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
