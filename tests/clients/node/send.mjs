// What tests/clients/test_server_libraries.py has @segment/analytics-node send: `node send.mjs HOST KEY STORY`.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, text] = process.argv.slice(2);
const story = JSON.parse(text);
const analytics = new Analytics({ host, writeKey, maxEventsInBatch: 4, flushInterval: 200 });
const errors = [];
analytics.on("error", (error) => errors.push(String(error.reason ?? error.code)));

for (const { type, timestamp, ...message } of story) {
  analytics[type]({ ...message, ...(timestamp && { timestamp: new Date(timestamp) }) });
}
await analytics.closeAndFlush();
if (errors.length) {
  console.error(errors.join("\n"));
  process.exit(1);
}
