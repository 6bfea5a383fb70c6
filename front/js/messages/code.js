// <textarea data-code>: Tab indents, Shift Tab takes back, Enter keeps the indentation; Escape lets the next Tab leave. What
// is typed this way can be undone as any typing. [data-goes="A · email · en · line 3"] leads to its line, "A · email · en · subject" to the field.
const INDENT = "  ";
let leaving = false;

const type = (text) => document.execCommand("insertText", false, text);

function indent(field, back) {
  const { value, selectionStart: from, selectionEnd: to } = field;
  if (from === to && !back) return type(INDENT);
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const lines = value.slice(start, to).split("\n");
  const text = lines.map((line) => (back ? line.replace(/^ {1,2}/, "") : INDENT + line)).join("\n");
  field.setSelectionRange(start, to);
  type(text);
  field.setSelectionRange(start, start + text.length);
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-code]");
  if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") leaving = true;
  else if (event.key === "Tab" && !leaving) {
    event.preventDefault();
    indent(field, event.shiftKey);
  } else if (event.key === "Enter") {
    const line = field.value.slice(field.value.lastIndexOf("\n", field.selectionStart - 1) + 1, field.selectionStart);
    const before = line.match(/^ */)[0];
    if (before) {
      event.preventDefault();
      type(`\n${before}`);
    }
  } else leaving = false;
});
document.addEventListener("focusout", () => (leaving = false));

export function goTo(field, number) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[number - 1] || "").length);
  field.scrollTop = Math.max(0, (number - 4) * parseFloat(getComputedStyle(field).lineHeight));
}

document.addEventListener("click", (event) => {
  const where = event.target.closest("[data-goes]")?.dataset.goes;
  const form = document.getElementById("editor");
  if (!where || !form) return;
  const [variant, channel, language, ...rest] = where.split(" · ");
  const line = rest.find((one) => one.startsWith("line "));
  const name = rest.find((one) => one !== line);
  const here = (form.elements.at?.value || "").split(".");
  const wanted = [variant, channel || here[1], language || here[2]];
  const fields = form.querySelector(".message-fields");
  if (wanted.join(".") !== here.join(".")) {
    if (!fields) return (location.search = `?at=${wanted.join(".")}`);
    const go = document.createElement("button");
    Object.assign(go, { name: "do", value: `go:${wanted.join(".")}`, hidden: true });
    form.append(go);
    return go.click();
  }
  const field = form.elements[`f.${name}`] || form.querySelector("[data-code]") || fields?.querySelector("textarea, input[type=text]");
  if (!field) return;
  if (field.id === "f-mjml") document.querySelector("[data-writes=code]")?.click();
  if (line) goTo(field, parseInt(line.replace("line ", ""), 10));
  else field.focus();
});
