/* Pentad: messages on your website. <script async src="https://…/web/messages.js" data-inapp="…" data-push="…"></script>
   Texts are put in as text, never as HTML; styles are in a shadow root, so that neither page nor message changes the other. */
(() => {
  "use strict";
  const tag = document.currentScript;
  const home = new URL(".", tag.src).href;
  const told = { inapp: tag.dataset.inapp, push: tag.dataset.push, worker: tag.dataset.worker || "/pentad-worker.js" };
  let userId = tag.dataset.userId || "", proof = tag.dataset.proof || "", shown = null, timer = 0, words = {};
  const seen = new Set();

  const LATER = 90 * 86400e3, NO = "pentad-not-now", YES = "pentad-push";

  function kept(name) {
    try { return localStorage.getItem(name) || ""; } catch { return ""; /* storage is off */ }
  }

  function keep(name, value) {
    try { localStorage.setItem(name, value); } catch { /* asked again on the next page */ }
  }

  /* The anonymous id of the analytics library, whichever way it keeps it. */
  function anonymousId() {
    try {
      const user = window.analytics && window.analytics.user && window.analytics.user();
      if (user && user.anonymousId) return String(user.anonymousId() || "");
    } catch { /* not loaded yet */ }
    let found = kept("ajs_anonymous_id");
    if (!found) {
      const cookie = document.cookie.match(/(?:^|;\s*)ajs_anonymous_id=([^;]*)/);
      found = cookie ? decodeURIComponent(cookie[1]) : "";
    }
    return found.replace(/^"|"$/g, "");
  }

  async function ask(id, what, more) {
    const body = JSON.stringify({ anonymousId: anonymousId(), userId, proof, ...more });
    const answer = await fetch(`${home}${id}/${what}/`, {
      method: "POST", body, headers: { "Content-Type": "text/plain" }, credentials: "omit", keepalive: true,
      referrerPolicy: "no-referrer",
    });
    return answer.ok ? answer.json() : {};
  }

  const report = (id, what) => ask(told.inapp, "reports", { id, what }).catch(() => {});

  async function check() {
    clearTimeout(timer);
    let every = 60;
    if (told.inapp && document.visibilityState === "visible") {
      try {
        const answer = await ask(told.inapp, "messages", {});
        every = Math.max(30, answer.every || every);
        words = answer.words || words;
        const next = (answer.messages || []).find((one) => !seen.has(one.id));
        if (next && !shown) show(next);
      } catch { /* offline: asked again */ }
    }
    timer = setTimeout(check, every * 1000);
  }

  const LOOK = `:host{all:initial}
    section{position:fixed;z-index:2147483000;right:16px;bottom:16px;max-width:min(360px,calc(100vw - 32px));box-sizing:border-box;
    padding:16px 44px 16px 16px;border:1px solid #0002;border-radius:10px;background:#fff;color:#1b1b1f;
    font:15px/1.45 system-ui,sans-serif;box-shadow:0 6px 24px #0003;overflow-wrap:anywhere}
    h2{margin:0 0 4px;font-size:16px}p{margin:0;white-space:pre-line}
    a,.yes,.no{display:inline-block;margin:12px 8px 0 0;padding:8px 14px;border:0;border-radius:7px;background:#4338ca;color:#fff;
    font:inherit;text-decoration:none;cursor:pointer}
    .no,.x{background:none;color:inherit}
    .x{position:absolute;top:6px;right:6px;width:32px;height:32px;border:0;border-radius:7px;font-size:20px;line-height:1;cursor:pointer}
    a:focus-visible,button:focus-visible{outline:2px solid #6366f1;outline-offset:2px}
    @media (prefers-color-scheme:dark){section{background:#1c1c20;color:#ececf1;border-color:#fff3}a,.yes{background:#5f55ee}}`;

  /* Only addresses of the web: a message must not run anything. */
  function web(url) {
    try {
      const found = new URL(url, location.href);
      return /^https?:$/.test(found.protocol) ? found.href : "";
    } catch { return ""; }
  }

  function make(name, text, more) {
    const made = Object.assign(document.createElement(name), more);
    made.textContent = text;
    return made;
  }

  /* A box with a title and a text; `left` is what happens when it is closed. */
  function put(title, text, left) {
    const host = document.createElement("pentad-message"), root = host.attachShadow({ mode: "closed" });
    const look = new CSSStyleSheet();
    look.replaceSync(LOOK);
    root.adoptedStyleSheets = [look];
    const box = make("section", "");
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", title || words.message || "Message");
    if (title) box.append(make("h2", title));
    if (text) box.append(make("p", text));
    const button = make("button", "×", { type: "button", className: "x", lang: words.language || "en" });
    button.setAttribute("aria-label", words.close || "Close");
    button.addEventListener("click", () => { left(); close(); });
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") button.click(); });
    root.append(box);
    document.body.append(host);
    shown = host;
    return { box, button };
  }

  function show(message) {
    seen.add(message.id);
    const { box, button } = put(message.title, message.body, () => report(message.id, "closed"));
    if (message.language) box.lang = message.language;
    const url = message.url && web(message.url);
    if (url) {
      const link = make("a", message.button || words.open || "Open", { href: url });
      link.addEventListener("click", () => { report(message.id, "clicked"); close(); });
      box.append(link);
    }
    box.append(button);
    report(message.id, "shown");
  }

  function close() {
    if (shown) shown.remove();
    shown = null;
    setTimeout(check, 500);
  }

  /* Asks the customer, so call it when they pressed something. Resolves to whether this browser is pushed to from now on. */
  async function subscribe() {
    if (!told.push || !("PushManager" in window) || (await Notification.requestPermission()) !== "granted") return false;
    const { key } = await ask(told.push, "push", {});
    if (!key) return false;
    await navigator.serviceWorker.register(told.worker);
    const worker = await navigator.serviceWorker.ready;
    const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const options = { userVisibleOnly: true, applicationServerKey: bytes }, pushes = worker.pushManager;
    const made = await pushes.subscribe(options).catch(async (error) => {
      const before = await pushes.getSubscription(); /* with another key, which is of no use any more */
      if (!before || !(await before.unsubscribe())) throw error;
      return pushes.subscribe(options);
    });
    const known = (await ask(told.push, "push", { subscription: made.toJSON() })).known === true;
    if (known) keep(YES, "1");
    return known;
  }

  /* Asks in the customer's language first, since browsers ask but once: they do after a yes alone, and a no holds for 90 days.
     Resolves as subscribe() does. */
  async function invite() {
    if (!told.push || shown || !("PushManager" in window) || Notification.permission !== "default") return false;
    if (Date.now() - Number(kept(NO)) < LATER) return false;
    const { key, ask: said } = await ask(told.push, "push", {});
    if (!key || !said || shown) return false;
    words = said;
    return new Promise((done) => {
      const no = () => { keep(NO, Date.now()); done(false); };
      const { box, button } = put(said.title, said.text, no);
      box.lang = said.language;
      for (const name of ["yes", "no"]) {
        const one = make("button", said[name], { type: "button", className: name });
        one.addEventListener("click", () => { if (name === "yes") done(subscribe()); else no(); close(); });
        box.append(one);
      }
      box.append(button);
    });
  }

  /* A browser that is pushed to is from now on the customer's who signed in on it. Browsers change their subscription now and
     then, and keys are changed: it is made anew where it has to be. */
  async function renew() {
    if (!userId || !kept(YES) || !("PushManager" in window) || Notification.permission !== "granted") return;
    try { await subscribe(); } catch { /* told when they come by again */ }
  }

  /* Who is signed in, with the proof that your server made; nothing for who signed out. */
  function identify(id, made) {
    userId = String(id || ""), proof = String(made || "");
    if (shown) close(); else check();
    renew();
  }

  window.pentad = { identify, subscribe, invite, check };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") check(); });
  const begin = () => { check(); renew(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
})();
