// Runs before the first paint, so that "system" does not flash. Light and dark are set by the server.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const apply = () => {
  const wanted = root.dataset.theme || "system";
  root.classList.toggle("dark", wanted === "dark" || (wanted === "system" && dark.matches));
};
apply();
dark.addEventListener("change", apply);
addEventListener("pentad:theme", apply);
