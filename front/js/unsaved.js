// <form data-unsaved>: says in its [data-unsaved-count] how much is chosen and not saved, keeps its buttons off while
// that is nothing, and asks before the page is left. Parts that the server made anew count by the event "rules-changed". What htmx sent and was refused comes back with <… data-fault-of="name of the field">.
import { place } from "./memory.js";

const form = document.querySelector("form[data-unsaved]");

function changed() {
  let count = 0;
  for (const one of form.elements) {
    if (one.matches("select")) {
      const usual = [...one.options].find((option) => option.defaultSelected) || one.options[0];
      const is = one.selectedOptions[0] !== usual;
      one.toggleAttribute("data-changed", is);
      count += is;
    } else if (one.matches("input[type=checkbox], input[type=radio]")) count += one.checked !== one.defaultChecked;
    else if (one.matches("input:not([type=hidden]), textarea")) count += one.value !== one.defaultValue;
  }
  return count;
}

function tell() {
  const count = changed();
  const said = form.querySelector("[data-unsaved-count]");
  if (said) said.textContent = count ? `${count} ${count === 1 ? "change" : "changes"} not saved` : said.dataset.also ? "Not saved" : "";
  for (const button of form.querySelectorAll("[type=reset]")) button.hidden = !count;
  return count;
}

if (form) {
  let sent = false;
  let remade = false;
  form.addEventListener("change", tell);
  form.addEventListener("input", tell);
  form.addEventListener("reset", () => setTimeout(tell));
  form.addEventListener("submit", () => {
    sent = true;
    sessionStorage.setItem("returning", place()); // the page comes back where it was
  });
  document.addEventListener("rules-changed", () => (remade = true));
  // htmx sends it: saved leads to another page, refused stays.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.hx?.redirect) sent = true;
    else if (ctx.sourceElement === form) sent = false;
  });
  document.addEventListener("htmx:after:swap", () => {
    const told = document.querySelector("main [data-fault-of]:not([data-told])");
    const field = told && (form.elements[told.dataset.faultOf] || (told.dataset.faultOf.includes(".") && form.querySelector("[data-missing]")));
    for (const one of form.elements) if (told) one.removeAttribute("aria-invalid");
    if (told) told.dataset.told = "";
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  });
  addEventListener("beforeunload", (event) => !sent && (tell() || remade) && event.preventDefault());
  addEventListener("pageshow", () => {
    sent = false;
    tell();
  });
}
