// Short messages, with undo. From the server: the header HX-Trigger {"toast": {"text": …, "undo": url, "tone": "red"}},
// or a rendered <div data-toast>. `z` undoes the newest.
import { add } from "./keys.js";

const STAYS_MS = 6000;
const UNDO_MS = 12000;
const KEPT = "pentad-undo";
const box = () => document.getElementById("toasts");
const undoable = new WeakMap();

export const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"];

async function undo(url, node) {
  node.remove();
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
  if (!answer.ok) return show({ text: "That could not be undone.", tone: "red" });
  const next = answer.headers.get("HX-Redirect");
  if (next) location.href = next;
  else location.reload();
}

// back: undoes in place of the address, when the page can do that itself.
export function show({ text, undo: url = "", back = null, tone = "", link = "", linkText = "Open", until = 0 }) {
  const node = document.createElement("div");
  node.className = "toast-i";
  node.setAttribute("role", tone === "red" ? "alert" : "status");
  if (tone) {
    const dot = document.createElement("span");
    dot.className = `tag-dot dot-${tone}`;
    node.append(dot);
  }
  const words = document.createElement("span");
  words.textContent = text;
  node.append(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.className = "link";
    anchor.href = link;
    anchor.textContent = linkText;
    node.append(anchor);
  }
  if (url || back) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn ms-auto";
    button.dataset.variant = "outline";
    button.dataset.size = "sm";
    button.dataset.undo = "";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      if (!back) return undo(url, node);
      node.remove();
      back();
    });
    node.append(button);
  }
  box().append(node);
  until ||= Date.now() + (url || back ? UNDO_MS : STAYS_MS);
  if (url) undoable.set(node, { text, undo: url, tone, until });
  let timer;
  const wait = () => (timer = setTimeout(() => node.remove(), Math.max(until - Date.now(), 1000)));
  node.addEventListener("mouseenter", () => clearTimeout(timer));
  node.addEventListener("mouseleave", wait);
  wait();
}

// A page that loads itself anew, when something is done in the background, does not take the way back with it.
addEventListener("pagehide", () => {
  const left = [...box().children].map((node) => undoable.get(node)).filter(Boolean);
  if (left.length) sessionStorage.setItem(KEPT, JSON.stringify({ at: location.pathname, left }));
});
const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
sessionStorage.removeItem(KEPT);
if (kept?.at === location.pathname) kept.left.filter((one) => one.until > Date.now()).forEach(show);

document.addEventListener("toast", (event) => show(event.detail));
for (const node of document.querySelectorAll("[data-toast]")) show({ ...node.dataset, text: node.textContent.trim() });

document.addEventListener("htmx:response:error", (event) => {
  const { response, text } = event.detail.ctx;
  // 422 is a form that comes back with its faults shown.
  if (response.status === 422 || response.headers.get("HX-Trigger") || response.headers.get("HX-Retarget")) return;
  const page = new DOMParser().parseFromString(text || "", "text/html");
  const said = ["message", "fix"].map((part) => page.querySelector(`[data-error-${part}]`)?.textContent.trim()).filter(Boolean).join(" ")
    || `The server answered ${response.status}.`;
  show({ text: said, tone: "red" });
});
document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  show({ text: "No connection to Pentad. Check that it runs, then try again.", tone: "red" });
});
// An error page must not replace a part of this one.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx?.response?.status >= 400 && !ctx.response.headers.get("HX-Retarget") && ctx.response.status !== 422) event.preventDefault();
});

const last = () => [...document.querySelectorAll("#toasts [data-undo]")].at(-1);
add("z", "Undo the last action", "Everywhere", () => last()?.click(), () => !!last());
