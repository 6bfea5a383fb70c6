// Dialogs. data-opens="id" opens a <dialog>; data-closes closes the one around it; a click beside it closes it.
// Content fetched into #modal (hx-target="#modal-body") opens it; the server closes it by the event "close-modal".
// data-typed="ERASE" on a form keeps its submit button off until the word is typed.
const modal = () => document.getElementById("modal");

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  if (opens) {
    const dialog = document.getElementById(opens.dataset.opens);
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target.matches?.("dialog[open]")) event.target.close();
});

// A form in a dialog that was sent and refused comes back with the page: what was wrong with it must be seen.
document.querySelector("dialog.dialog:not([open]):has(.fault, [role=alert])")?.showModal();

// A page whose form was refused begins at what was wrong with it.
const wrong = [...document.querySelectorAll(".fault")].find((one) => !one.closest("dialog"));
if (wrong) {
  wrong.closest(".field, fieldset")?.querySelector("input:not([type=hidden]), select, textarea, summary")?.focus();
  wrong.scrollIntoView({ block: "center" });
}

// What was refused comes back with <… data-fault-of="name of the field">: that field is marked and has the focus.
function showFault(body) {
  const told = body.querySelector("[data-fault-of]");
  if (!told) return;
  const name = told.dataset.faultOf;
  const field = name && [...body.querySelectorAll("[name]")].find((one) => one.name === name || one.name === `field:${name}`);
  told.id ||= "fault-told";
  if (!field) told.tabIndex = -1;
  else {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${told.id} ${field.getAttribute("aria-describedby") || ""}`.trim());
  }
  (field || told).focus();
}

document.addEventListener("htmx:after:swap", () => {
  const dialog = modal();
  const body = document.getElementById("modal-body");
  if (!dialog || !body) return;
  if (!body.childElementCount) return;
  dialog.dataset.size = body.firstElementChild.dataset.size || "";
  const heading = body.querySelector("h2");
  if (heading) dialog.setAttribute("aria-label", heading.textContent);
  if (dialog.open) return showFault(body);
  dialog.showModal();
  body.querySelector("[autofocus]")?.focus();
});
document.addEventListener("close", (event) => {
  if (event.target.id === "modal") document.getElementById("modal-body").replaceChildren();
}, true);
document.addEventListener("close-modal", () => modal()?.close());

// A dialog whose address was opened by itself lies in the page already; when it closes, the page it belongs to comes.
const alone = document.querySelector("#modal[data-home]");
if (alone) {
  history.replaceState(history.state, "", alone.dataset.home);
  const content = document.getElementById("modal-body");
  alone.dataset.size = content.firstElementChild?.dataset.size || "";
  alone.setAttribute("aria-label", content.querySelector("h2")?.textContent || "Dialog");
  alone.showModal();
  content.querySelector("[autofocus]")?.focus();
  alone.addEventListener("close", () => location.reload());
}
// An address ends with "#new-role" where the dialog of that name is to be open.
const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (named && named.matches("dialog.dialog:not([open])")) {
  history.replaceState(history.state, "", location.pathname + location.search);
  named.showModal();
}

function guard(form) {
  const input = form.querySelector("[data-typed-input]");
  const button = form.querySelector("[type=submit]");
  if (input && button) button.disabled = input.value.trim() !== form.dataset.typed;
}
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-typed]");
  if (form) guard(form);
});
