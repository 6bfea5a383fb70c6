// Writing by dragging: an editor in a frame of its own, which is given the MJML and gives it back. It is loaded when it is
// first asked for.
const box = document.querySelector("[data-drag]");
const field = document.getElementById("f-mjml");
let frame = null;
let given = "";

function give() {
  given = field.value;
  frame.contentWindow.postMessage({ mjml: given, dark: getComputedStyle(document.documentElement).colorScheme.includes("dark") }, "*");
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

if (box) {
  document.addEventListener("click", (event) => {
    const way = event.target.closest("[data-writes]")?.dataset.writes;
    if (way) show(way);
  });
  addEventListener("message", ({ source, data }) => {
    if (!frame || source !== frame.contentWindow) return;
    if (data.ready) give();
    if (typeof data.mjml !== "string" || data.mjml === field.value) return;
    field.value = given = data.mjml;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
