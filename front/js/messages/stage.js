// The mail as it looks to the chosen customer, in the dark or on a phone. Each look is a frame of its own that can do
// nothing: the old one goes when the new one is there, so nothing flashes and no step is added to the way back.
const stage = document.querySelector("[data-stage]");
const frames = stage?.querySelector("[data-frames]");
let shown = "";

const pressed = (name) => stage.querySelector(`[data-stage-${name}]`).getAttribute("aria-pressed") === "true";

function fieldsOf(form) {
  const data = new FormData(form);
  for (const one of document.querySelectorAll("[form=editor]:checked")) data.set(one.name, one.value);
  return data;
}

function look() {
  const seen = document.querySelector("#look-part .seen");
  if (!seen || !stage) return;
  stage.hidden = !seen.dataset.mail;
  const dark = pressed("dark");
  const now = `${seen.dataset.digest} ${dark}`;
  if (!seen.dataset.mail || now === shown) return;
  shown = now;
  const frame = document.createElement("iframe");
  frame.name = `mail-${Math.random().toString(36).slice(2)}`;
  frame.title = "The mail as it looks";
  frame.sandbox = "";
  frame.className = "is-coming";
  frames.append(frame);
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: `/messages/${stage.dataset.messageId}/frame/`, target: frame.name, hidden: true });
  const data = fieldsOf(document.getElementById("editor"));
  data.set("person", seen.dataset.person);
  data.set("dark", dark ? "1" : "");
  for (const [name, value] of data) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  frame.addEventListener("load", () => {
    if (shown !== now) return frame.remove();
    frame.classList.remove("is-coming");
    frames.classList.toggle("is-dark", dark);
    for (const other of [...frames.children]) if (other !== frame && !other.matches(".is-coming")) other.remove();
  });
  form.submit();
  form.remove();
}

document.addEventListener("htmx:after:swap", look);
stage?.addEventListener("click", (event) => {
  const button = event.target.closest("[aria-pressed]");
  if (!button) return;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  frames.classList.toggle("is-phone", pressed("phone"));
  look();
});

// -- whom to look at it with --

const dialog = document.getElementById("choose-person");
const lookAgain = () => document.body.dispatchEvent(new Event("look-again"));

document.addEventListener("click", (event) => {
  const change = event.target.closest("[data-change-person]");
  if (change) {
    document.getElementById("person-role").value = change.dataset.changePerson;
    dialog.showModal();
    document.getElementById("person-q").dispatchEvent(new Event("people-asked"));
  }
  const choice = event.target.closest("[data-choose]");
  if (choice) {
    const form = document.getElementById("editor");
    form.elements[`who.${choice.dataset.role}`].value = choice.dataset.choose;
    const radio = document.querySelector(`#look-part [name=shown][value="${choice.dataset.role}"]`);
    if (radio) radio.checked = true;
    dialog.close();
    lookAgain();
  }
});
document.addEventListener("change", (event) => event.target.matches("#look-part [name=shown]") && lookAgain());
