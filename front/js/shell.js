// The behaviour every screen shares. Each module owns one thing and works on data attributes, so that
// templates need no script of their own. Listed for template authors in docs/reference/components.md.
import "./keys.js";
import "./menus.js";
import "./dialogs.js";
import "./toasts.js";
import "./palette.js";
import "./rows.js";
import "./layouts.js";
import "./memory.js";
import "./drafts.js";
import "./unsaved.js";
import "./outdated.js";
import "./presence.js";
import "./mentions.js";
import "./suggesting.js";
import "./small.js";

// htmx would begin in a task of its own, after the page may already have been touched.
window.htmx?.initialize();
dispatchEvent(new Event("pentad:ready"));
