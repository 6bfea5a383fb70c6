/* Pentad: notifications. At your own address, as /pentad-worker.js: importScripts("https://…/web/worker.js"); */
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { return; }
  event.waitUntil(self.registration.showNotification(told.title || "", {
    body: told.body || "", tag: told.id, data: { url: told.url || "" },
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data || {};
  if (/^https?:\/\//.test(url)) event.waitUntil(self.clients.openWindow(url));
});
