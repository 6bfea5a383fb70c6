// What cannot wait for the page: loaded in its head, before anything is shown.
import "./theme.js";
import "./early.js";
