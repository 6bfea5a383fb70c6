// The live page: pause and follow, a bounded table, rows that expand. htmx does the asking.
(() => {
  let paused = false;
  const rows = () => document.getElementById("live-rows");
  const isPoll = (event) => event.detail.ctx?.sourceElement?.id === "live-poll";

  function show() {
    const state = document.getElementById("live-state");
    const button = document.querySelector("[data-live-pause]");
    state.className = `tag ${paused ? "tag-orange" : "tag-green"}`;
    state.querySelector("[data-live-text]").textContent = paused ? "Paused" : "Following";
    button.setAttribute("aria-pressed", String(paused));
    button.querySelector("[data-live-label]").textContent = paused ? "Follow" : "Pause";
    button.querySelector("use").setAttribute("href", button.querySelector("use").getAttribute("href").replace(/#.*/, paused ? "#play" : "#pause"));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-live-pause]")) return;
    paused = !paused;
    show();
  });

  // A row that is open closes on the second click, without asking the server.
  document.addEventListener("htmx:before:request", (event) => {
    if (isPoll(event)) {
      if (paused || document.hidden) event.preventDefault();
      return;
    }
    const button = event.detail.ctx?.sourceElement?.closest?.("[data-expand]");
    if (!button) return;
    const below = button.closest("tr").nextElementSibling;
    const open = below?.matches("[data-detail]");
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
      below.remove();
      event.preventDefault();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const table = rows();
    if (!table) return;
    const most = Number(document.getElementById("live").dataset.most);
    while (table.rows.length > most) table.rows[table.rows.length - 1].remove();
    document.getElementById("live-empty").hidden = table.rows.length > 0;
  });
})();
