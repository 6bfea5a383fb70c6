// Writing by dragging: an editor in a frame of its own, which is given the MJML and gives it back. It is loaded when it is
// first asked for.
const box = document.querySelector("[data-drag]");
const field = document.getElementById("f-mjml");
let frame = null;
let given = null;

function give() {
  given = field.value;
  frame.contentWindow.postMessage({ mjml: given, dark: getComputedStyle(document.documentElement).colorScheme.includes("dark") }, location.origin);
}

function show(way) {
  const drag = way === "drag";
  for (const one of document.querySelectorAll("[data-writes]")) one.setAttribute("aria-pressed", String(one.dataset.writes === way));
  box.hidden = !drag;
  field.hidden = drag;
  document.getElementById("f-mjml-hint").hidden = drag;
  if (!drag) return;
  if (frame) return field.value === given || give();
  frame = document.createElement("iframe");
  frame.title = "The mail, to be dragged together";
  frame.src = "/messages/canvas/";
  box.append(frame);
}

function take(text) {
  if (typeof text !== "string" || text === field.value) return;
  field.value = given = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// What was done in the frame a moment ago, before the form is sent or the page goes. Before drafts.js looks at the form.
function takeNow() {
  if (!frame || box.hidden) return;
  try {
    take(frame.contentWindow.written?.());
  } catch {
    // it is not there yet, or not any more
  }
}

const toast = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));

function refuse(lost) {
  show("code");
  given = null;
  toast(`This mail is written as code: ${lost.join(", ")} cannot be dragged, and would be lost.`);
}

if (box) {
  field.form.addEventListener("reset", () => setTimeout(() => frame && !box.hidden && give())); // a draft was thrown away
  document.addEventListener("click", (event) => {
    const way = event.target.closest("[data-writes]")?.dataset.writes;
    if (way) show(way);
  });
  addEventListener("message", ({ source, data }) => {
    if (!frame || source !== frame.contentWindow) return;
    if (data.ready) give();
    if (data.lost) refuse(data.lost);
    if (data.nowhere) toast("Choose a text or a button in the mail first.");
    take(data.mjml);
  });
  for (const name of ["submit", "pagehide", "visibilitychange"]) addEventListener(name, takeNow, true);
  document.addEventListener("click", (event) => event.target.closest("[data-writes=code]") && takeNow(), true);
}
