// The page on which a mail is dragged together, in a frame of its own: the editor around it gives it MJML and gets MJML
// back. It asks nothing of anybody else: no fonts, no icons, no figures of use.
import grapesjs from "grapesjs";
import packed from "grapesjs-mjml";
import { around, joined, lost, parted } from "./canvas/source.js";

const mjml = packed.default || packed;
const outside = window.parent;
const say = (what) => outside.postMessage(what, location.origin);
const LABELS = {
  "mj-1-column": "One column", "mj-2-columns": "Two columns", "mj-3-columns": "Three columns", "mj-text": "Text",
  "mj-button": "Button", "mj-image": "Image", "mj-divider": "Line", "mj-spacer": "Space", "mj-hero": "Hero",
  "mj-social-group": "Networks", "mj-wrapper": "Wrapper",
};
const CELLS = {
  "mj-1-column": [[0, 24]], "mj-2-columns": [[0, 11], [13, 11]], "mj-3-columns": [[0, 7], [8.5, 7], [17, 7]],
};
const DRAWN = {
  "mj-text": "M3 5h18M3 10h18M3 15h11", "mj-button": "M3 8h18v8H3z", "mj-image": "M3 4h18v16H3zM3 17l6-6 4 4 3-3 5 5",
  "mj-divider": "M3 12h18", "mj-spacer": "M3 4h18M3 20h18M12 8v8", "mj-hero": "M3 4h18v16H3zM7 10h10M9 14h6",
  "mj-social-group": "M6 12h.01M12 12h.01M18 12h.01", "mj-wrapper": "M3 4h18v16H3zM7 8h10v8H7z",
};
const MISSING = {
  "mj-image": '<mj-image src="" alt="" padding="8px 32px"></mj-image>',
  "mj-button": '<mj-button href="#">Do it</mj-button>',
};

function picture(id) {
  const boxes = (CELLS[id] || []).map(([x, width]) => `<rect x="${x}" y="5" width="${width}" height="14" rx="1"/>`).join("");
  return `<svg viewBox="0 0 24 24" aria-hidden="true">${boxes || `<path d="${DRAWN[id]}"/>`}</svg>`;
}

// Without dragging: after what is chosen where that can be, else at the end.
const COLUMNS = /^mj-(1-column|[23]-columns|hero|wrapper)$/;
function add(block, one) {
  const body = one.getWrapper().findType("mj-body")[0];
  const chosen = one.getSelected();
  const column = chosen?.is("mj-column") ? chosen : chosen?.closestType("mj-column");
  let made;
  if (COLUMNS.test(block.getId())) {
    const section = chosen?.is("mj-section") ? chosen : chosen?.closestType("mj-section");
    made = body.append(block.getContent(), section ? { at: section.index() + 1 } : {});
  } else {
    const into = column || one.getWrapper().findType("mj-column")[0];
    made = into?.append(block.getContent(), chosen && chosen !== into ? { at: chosen.index() + 1 } : {});
  }
  if (made?.[0]) one.select(made[0]);
}

const editor = grapesjs.init({
  container: "#canvas",
  height: "100%",
  width: "auto",
  telemetry: false,
  cssIcons: "",
  storageManager: false,
  fromElement: false,
  noticeOnUnload: false,
  nativeDnD: false,
  panels: { defaults: [] },
  blockManager: { appendTo: "#blocks" },
  styleManager: { appendTo: "#styles" },
  traitManager: { appendTo: "#traits" },
  layerManager: { appendTo: "#layers" },
  assetManager: { upload: false, custom: true },
  plugins: [
    (one) => mjml(one, {
      blocks: Object.keys(LABELS),
      block: (id) => ({ label: LABELS[id], media: picture(id), category: "", onClick: add, ...(MISSING[id] ? { content: MISSING[id] } : {}) }),
      fonts: {},
      useXmlParser: false,
      resetDevices: true,
    }),
  ],
});

// What only pages need: mails have no use for it.
const NOT_IN_MAILS = ["id", "title"];
editor.on("component:selected", (one) => NOT_IN_MAILS.forEach((name) => one.removeTrait(name)));

let given = null;
let touched = false;
let waiting = 0;
let head = "";
const code = () => joined(head, editor.runCommand("mjml-code"));

// A text that is being typed becomes the editor's own only when one leaves it, and one may leave the page instead. To make
// it so before would take the cursor away: so it is put into what is written.
function written() {
  const view = editor.getEditing()?.getView?.();
  const typed = view?.rteEnabled && view.getChildrenContainer();
  if (!typed || typed.innerHTML === view.lastContent) return code();
  const { model } = view;
  const whole = model.toHTML;
  model.toHTML = (options) => around(whole.call(model, options), typed);
  try {
    return code();
  } finally {
    delete model.toHTML;
  }
}

function changed() {
  const now = written();
  if (now === given) return false;
  given = now;
  return (touched = true);
}

function give() {
  if (given !== null && changed()) say({ mjml: given });
}

// For the page around it when it is about to go and cannot wait to be told: what is here now; null while it is as it came.
window.written = () => {
  if (given !== null) changed();
  return touched ? given : null;
};

// Only what somebody does here is a change: that a mail was opened is none.
editor.on("update", () => {
  if (given === null) return;
  clearTimeout(waiting);
  waiting = setTimeout(give, 300);
});

function open(text) {
  given = null;
  touched = false;
  const parts = parted(text);
  head = parts.head;
  editor.setComponents(parts.rest);
  editor.UndoManager.clear();
  const gone = lost(parts.rest, editor.runCommand("mjml-code"));
  if (gone.length) return say({ lost: gone });
  given = written();
}

function insert(text) {
  const inner = editor.Canvas.getDocument();
  const range = inner.getSelection();
  if (editor.getEditing() && range?.rangeCount) return inner.execCommand("insertText", false, text);
  const chosen = editor.getSelected();
  if (chosen?.is("mj-text") || chosen?.is("mj-button")) return chosen.append(` ${text}`);
  say({ nowhere: true });
}

addEventListener("message", ({ source, data }) => {
  if (source !== outside) return;
  if (typeof data.mjml === "string") {
    document.documentElement.classList.toggle("dark", !!data.dark);
    open(data.mjml);
  }
  if (typeof data.insert === "string") insert(data.insert);
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) {
    document.body.dataset.side = tab.dataset.side;
    for (const one of document.querySelectorAll("[data-side][role=tab]")) one.setAttribute("aria-selected", String(one === tab));
  }
  const command = event.target.closest("[data-command]")?.dataset.command;
  if (command) editor.runCommand(command);
  const device = event.target.closest("[data-phone]");
  if (device) {
    const phone = device.getAttribute("aria-pressed") !== "true";
    device.setAttribute("aria-pressed", String(phone));
    editor.setDevice(editor.Devices.getDevices()[phone ? editor.Devices.getDevices().length - 1 : 0].id);
  }
});
editor.on("component:input", () => editor.trigger("update"));
editor.on("component:selected", () => document.querySelector("[role=tab][data-side=styles]").click());
editor.onReady(() => {
  for (const one of document.querySelectorAll(".gjs-block")) {
    one.tabIndex = 0;
    one.setAttribute("role", "button");
    one.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), one.click()));
  }
  say({ ready: true });
});
