/* Pentad: notifications. At your own address, as /pentad-worker.js: importScripts("https://…/web/worker.js"); */
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { return; }
  const options = { body: told.body || "", tag: told.id, lang: told.lang || "", data: { url: told.url || "" } };
  event.waitUntil(self.registration.showNotification(told.title || "", options).then(() => arrived(told.arrived)));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data || {};
  event.waitUntil(self.clients.openWindow(/^https?:\/\//.test(url) ? url : self.registration.scope));
});
/* Tells that it was shown; that it was followed the link itself tells. */
function arrived(address) {
  if (!/^https?:\/\//.test(address)) return null;
  return fetch(address, { method: "POST", mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => {});
}
