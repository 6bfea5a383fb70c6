// Builds src/pentad/shell/static/shell from this folder: `npm install && npm run build`. The result is committed,
// so that running Pentad needs no Node. With --check, builds into a scratch folder and compares.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const committed = join(here, "../src/pentad/shell/static/shell");
const check = process.argv.includes("--check");
const out = check ? mkdtempSync(join(tmpdir(), "pentad-front-")) : committed;
const modules = join(here, "node_modules");
mkdirSync(out, { recursive: true });

// Widths and hues as classes: the Content-Security-Policy forbids style attributes.
const range = (n) => [...Array(n).keys()];
const steps = [
  ...range(101).map((n) => `.w-pc-${n}{width:${n}%}.h-pc-${n}{height:${n}%}`),
  ...range(24).map((n) => `.hue-${n}{--h:${n * 15}}`),
].join("\n");
const scratch = mkdtempSync(join(here, ".css-"));
try {
  writeFileSync(join(scratch, "steps.css"), steps);
  writeFileSync(join(scratch, "main.css"), `@import "../theme.css";\n@import "./steps.css";\n`);
  execFileSync(
    join(modules, ".bin/tailwindcss"),
    ["--input", join(scratch, "main.css"), "--output", join(out, "app.css"), "--minify"],
    { cwd: here, stdio: ["ignore", "ignore", "inherit"] },
  );
} finally {
  rmSync(scratch, { recursive: true });
}

for (const entry of ["shell", "first", "charts", "messages", "canvas"])
  buildSync({
    entryPoints: [join(here, `js/${entry}.js`)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    outfile: join(out, `${entry}.js`),
  });

const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
const symbol = (name) => {
  const svg = readFileSync(join(modules, `lucide-static/icons/${name}.svg`), "utf8");
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
};
writeFileSync(
  join(out, "icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("\n")}</svg>\n`,
);
for (const name of ["chevron-down", "check"]) {
  const svg = readFileSync(join(modules, `lucide-static/icons/${name}.svg`), "utf8");
  writeFileSync(join(out, `${name}.svg`), svg.replace(/<!--.*-->\s*/, "").replace("currentColor", "#85858f"));
}

const copies = {
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "alpine.js": "@alpinejs/csp/dist/cdn.min.js",
  "echarts.js": "echarts/dist/echarts.common.min.js",
  "grapes.css": "grapesjs/dist/css/grapes.min.css",
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
};
for (const [name, from] of Object.entries(copies)) copyFileSync(join(modules, from), join(out, name));
for (const name of ["htmx.js", "alpine.js", "echarts.js"]) {
  const file = join(out, name);
  writeFileSync(file, readFileSync(file, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

copyFileSync(join(here, "canvas.css"), join(out, "canvas.css"));

const licensed = ["htmx.org", "@alpinejs/csp", "basecoat-css", "tailwindcss", "lucide-static", "echarts", "grapesjs", "grapesjs-mjml", "@fontsource-variable/inter"];
const licence = (name) => {
  const about = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const text = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((f) => join(modules, name, f)).find(existsSync);
  const head = `${name} ${about.version} (${about.license})\n${"=".repeat(60)}\n`;
  return head + (text ? readFileSync(text, "utf8").trim() : `Licensed under ${about.license}.`);
};
writeFileSync(join(out, "LICENCES.txt"), licensed.map(licence).join("\n\n\n") + "\n");

// Style sheets name the fonts with a digest of their content (as the server's static addresses do), so that
// browsers may keep them for ever.
const digest = (file) => createHash("sha256").update(readFileSync(join(out, file))).digest("hex").slice(0, 12);
const css = readFileSync(join(out, "app.css"), "utf8");
writeFileSync(
  join(out, "app.css"),
  css.replace(/url\("?([\w-]+)\.(woff2|svg)"?\)/g, (_, stem, ext) => `url(${stem}.${digest(`${stem}.${ext}`)}.${ext})`),
);

const files = readdirSync(out).sort();
if (check) {
  const stale = files.filter((f) => !existsSync(join(committed, f)) || !readFileSync(join(out, f)).equals(readFileSync(join(committed, f))));
  rmSync(out, { recursive: true });
  if (stale.length) {
    console.error(`Not up to date: ${stale.join(", ")}. Run \`npm install && npm run build\` in front/ and commit the result.`);
    process.exit(1);
  }
}
