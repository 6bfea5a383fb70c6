// MJML on its way into the editor and back: the head stays as it was written, and what the editor would lose is found before
// anything is lost.
const HEAD = /<mj-head>[\s\S]*?<\/mj-head>/;
const ALONE = /<(mj-[a-z-]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)\s*\/>/g;
const TAG = /(<\/?(?:mjml|mj-[a-z-]+)(?:"[^"]*"|'[^']*'|[^>"'])*>)/;
const HOLDS = /^<\/?(mjml|mj-body|mj-wrapper|mj-section|mj-group|mj-column|mj-hero|mj-social|mj-navbar)\b/;

/** Parted into the head, as it stands, and the rest, as the editor reads it. */
export function parted(text) {
  const head = text.match(HEAD)?.[0] || "";
  return { head, rest: text.replace(HEAD, "").replace(ALONE, "<$1$2></$1>") };
}

/** Put together again, a line for each piece. */
export function joined(head, rest) {
  const lines = [];
  let depth = 0;
  let leaf = "";
  for (const piece of rest.split(TAG)) {
    if (leaf) {
      lines[lines.length - 1] += piece;
      if (piece.startsWith(`</${leaf}`)) leaf = "";
    } else if (piece.startsWith("</")) lines.push("  ".repeat(--depth) + piece);
    else if (HOLDS.test(piece)) lines.push("  ".repeat(depth++) + piece);
    else if (TAG.test(piece)) {
      lines.push("  ".repeat(depth) + piece);
      leaf = piece.match(/^<([a-z-]+)/)[1];
    } else if (piece.trim()) lines.push("  ".repeat(depth) + piece.trim());
    if (head && piece.startsWith("<mjml")) lines.push(`  ${head}`);
  }
  return `${lines.join("\n")}\n`;
}

const OF_EDITOR = /^(data-gjs-.*|data-highlightable|contenteditable|draggable|spellcheck|id)$/;

/** A piece with what stands in a page's element in place of what it holds. */
export function around(piece, element) {
  const inner = element.cloneNode(true);
  for (const one of inner.querySelectorAll("*")) {
    for (const { name } of [...one.attributes]) if (OF_EDITOR.test(name)) one.removeAttribute(name);
  }
  const text = inner.innerHTML.replace(/<(br|hr|img|wbr)((?:"[^"]*"|'[^']*'|[^>"'])*)>/g, "<$1$2/>");
  return piece.match(/^<(?:"[^"]*"|'[^']*'|[^>"'])*>/)[0] + text + piece.slice(piece.lastIndexOf("</"));
}

// By the letters, not as a browser would read it: browsers leave out a row that stands in no table.
function counted(rest) {
  const plain = rest.replace(/<!--[\s\S]*?-->/g, "");
  const found = new Map();
  for (const [, name] of plain.matchAll(/<([a-z][a-z0-9-]*)/gi)) found.set(name, (found.get(name) || 0) + 1);
  const text = plain.replace(/<\/?[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi, "");
  return { found, text: text.replace(/&(?:[a-z]+|#\d+|#x[0-9a-f]+);|[\s\u00a0&<>"']/gi, "") };
}

/** What is in the first and not in the second, in words; empty when nothing is. */
export function lost(before, after) {
  const [was, is] = [counted(before), counted(after)];
  const gone = [...was.found].filter(([name, number]) => (is.found.get(name) || 0) < number).map(([name]) => `<${name}>`);
  if (gone.length) return gone;
  return was.text === is.text ? [] : ["text or Liquid between its pieces"];
}
