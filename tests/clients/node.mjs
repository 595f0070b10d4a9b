// The npm package `mixpanel` against a server: node.mjs URL WRITE_KEY. Prints {"errors": [...]}.
import Mixpanel from "mixpanel";

const [url, key] = process.argv.slice(2);
const { host, protocol } = new URL(url);
const client = Mixpanel.init(key, { host, protocol: protocol.replace(":", ""), key, geolocate: false });
const errors = [];

// Runs one call of the client and waits for its callback; the client takes "1" for success and anything else for an error.
const call = (name, start) =>
  new Promise((done) => {
    start((error) => {
      const all = [error].flat().filter(Boolean);
      errors.push(...all.map((one) => `${name}: ${one.message ?? one}`));
      done();
    });
  });

await call("track", (done) => client.track("Campaign sent", { distinct_id: "node-ada", recipients: 120, company: "acme" }, done));
const batch = Array.from({ length: 120 }, (_, n) => ({ event: "Batched", properties: { distinct_id: "node-ada", n, time: Date.now() } }));
await call("track_batch", (done) => client.track_batch(batch, done));
const old = Date.now() - 200 * 86_400_000;
const archive = Array.from({ length: 60 }, (_, n) => ({ event: "Imported", properties: { distinct_id: "node-ada", n, time: new Date(old + n * 1000) } }));
await call("import_batch", (done) => client.import_batch(archive, {}, done));
await call("people.set", (done) => client.people.set("node-ada", { $name: "Ada N.", plan: "free" }, done));
await call("people.set_once", (done) => client.people.set_once("node-ada", { plan: "never" }, done));
await call("people.increment", (done) => client.people.increment("node-ada", "logins", 3, done));
await call("people.append", (done) => client.people.append("node-ada", { visited: "pricing" }, done));
await call("people.union", (done) => client.people.union("node-ada", { visited: ["pricing", "editor"] }, done));
await call("people.track_charge", (done) => client.people.track_charge("node-ada", 42, {}, done));
await call("groups.set", (done) => client.groups.set("company", "acme", { $name: "Acme", seats: 12 }, done));
console.log(JSON.stringify({ errors }));
