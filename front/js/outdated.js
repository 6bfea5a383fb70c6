// <… hx-… data-outdated="words">: when htmx could not bring the part anew, what stands there is no answer any more. Says so
// above it, with a button that asks again by the event "rules-changed"; what comes anew takes its place.
function outdated({ detail: { ctx, error } }) {
  const part = ctx?.sourceElement;
  if (error?.name === "AbortError" || !part?.matches?.("[data-outdated]") || part.querySelector(".outdated")) return;
  const said = document.createElement("div");
  said.className = "outdated";
  said.setAttribute("role", "alert");
  said.append(part.dataset.outdated);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn";
  again.dataset.variant = "outline";
  again.dataset.size = "sm";
  again.textContent = "Ask again";
  again.addEventListener("click", () => document.body.dispatchEvent(new Event("rules-changed")));
  said.append(again);
  part.prepend(said);
  const count = document.getElementById("live-count");
  if (count) count.hidden = true;
}
document.addEventListener("htmx:response:error", outdated);
document.addEventListener("htmx:error", outdated);
