// The dialog that puts a value of the customer where the cursor was last, with what stands there for who has none.
const dialog = document.getElementById("insert");
let last = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#editor [name^='f.']")) last = event.target;
});

const chosen = () => dialog.querySelector("[name=variable]:checked");
const needs = () => chosen() && !("always" in chosen().dataset);

export function written(path, fallback) {
  return fallback === null ? `{{ ${path} }}` : `{{ ${path} | default: "${fallback.replaceAll('"', "”")}" }}`;
}

function tell() {
  const field = dialog.querySelector("[data-fallback-field]");
  field.hidden = !!chosen() && !needs();
  document.getElementById("insert-do").disabled = !chosen() || (needs() && !document.getElementById("fallback").value.trim());
}

function put() {
  const text = written(chosen().value, needs() ? document.getElementById("fallback").value.trim() : null);
  dialog.close();
  const drag = document.querySelector("[data-drag]:not([hidden]) iframe");
  if (drag && (!last || last.id === "f-mjml")) return drag.contentWindow.postMessage({ insert: text }, location.origin);
  const field = last || document.querySelector("#editor [data-code], #editor [name^='f.']");
  field.focus();
  document.execCommand("insertText", false, text);
}

if (dialog) {
  dialog.addEventListener("change", (event) => {
    const fallback = document.getElementById("fallback");
    if (event.target.name === "variable") fallback.value = event.target.dataset.fallback;
    tell();
  });
  dialog.addEventListener("input", tell);
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("#fallback, [name=variable]")) return;
    event.preventDefault();
    if (!document.getElementById("insert-do").disabled) put();
    else if (needs()) document.getElementById("fallback").focus();
  });
  document.getElementById("insert-do").addEventListener("click", put);
  tell();
}
