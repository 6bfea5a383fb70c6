// The page is there before the script that answers its keys. What is pressed until then waits for it.
import { typing } from "./typing.js";

const waiting = [];
const palette = (event) => (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";

function key(event) {
  if (typing(event.target) && !palette(event)) return;
  waiting.push(() => (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", event)));
  if (palette(event)) event.preventDefault();
}

function click(event) {
  const button = event.target.closest("button[type=button]:not([popovertarget])"); // the others work without a script
  if (button) waiting.push(() => button.click());
}

document.addEventListener("keydown", key);
document.addEventListener("click", click);
addEventListener(
  "pentad:ready",
  () => {
    document.removeEventListener("keydown", key);
    document.removeEventListener("click", click);
    for (const again of waiting) again();
  },
  { once: true },
);
