// Menus: <button popovertarget="m1" aria-haspopup="menu"> and <div id="m1" popover class="menu" role="menu">.
// The browser opens and closes; this places the menu beside its button and moves by arrow keys.
const GAP = 4;
// Where the open menu stands, as a sheet: a style attribute would be copied when its part of the page is fetched anew,
// which the Content-Security-Policy forbids.
const placed = new CSSStyleSheet();
document.adoptedStyleSheets.push(placed);
const ITEMS = '[role^="menuitem"]:not([aria-disabled="true"])';

const opener = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]:hover, [popovertarget="${CSS.escape(menu.id)}"][data-opened]`)
  || document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = innerHeight - at.bottom > height + GAP || at.top < height;
  const left = menu.dataset.align === "end" ? at.right - width : at.left;
  const x = Math.max(8, Math.min(left, innerWidth - width - 8));
  const y = below ? at.bottom + GAP : Math.max(8, at.top - height - GAP);
  placed.replaceSync(`#${CSS.escape(menu.id)}{left:${x}px;top:${y}px}`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  document.querySelectorAll("[data-opened]").forEach((node) => node !== button && delete node.dataset.opened);
  if (button) button.dataset.opened = "";
}, true);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.(".menu[popover]")) return;
  const button = opener(menu);
  const open = event.newState === "open";
  button?.setAttribute("aria-expanded", String(open));
  if (!open) return;
  if (button) place(menu, button);
  const first = menu.querySelector("[autofocus], [data-first]") || (menu.getAttribute("role") === "menu" && menu.querySelector(ITEMS));
  first?.focus({ preventScroll: true });
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.('.menu[role="menu"]');
  if (!menu) return;
  const items = [...menu.querySelectorAll(ITEMS)].filter((item) => !item.hidden);
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items.length) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest('.menu [role^="menuitem"]:not([data-stays])');
  if (item) item.closest(".menu").hidePopover?.();
});

document.addEventListener("htmx:after:swap", () => {
  for (const menu of document.querySelectorAll(".menu[popover]:popover-open")) {
    const button = opener(menu);
    if (button) place(menu, button);
  }
});

document.addEventListener("close-menus", () => document.querySelectorAll(".menu[popover]:popover-open").forEach((menu) => menu.hidePopover()));

// The filter menu has two steps; opening it by its own button, or going back, shows the first again.
let first = null;
const firstStep = () => {
  const step = document.getElementById("filter-step");
  if (!step) return;
  first ??= [...step.childNodes];
  if (!step.contains(first[0])) step.replaceChildren(...first);
  step.querySelector("[autofocus]")?.focus();
};
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-filter-back]")) firstStep();
  if (event.target.closest('[popovertarget="filter-menu"]:not([hx-target])')) firstStep();
});
