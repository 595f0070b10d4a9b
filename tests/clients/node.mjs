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
await call("import", (done) => client.import("Imported alone", new Date(old), { distinct_id: "node-ada", source: "archive" }, done));
// With a secret or a service account this client imports over TLS only, which a proxy in front of the server would end.

// Every operation on people; what comes of them is in test_official_clients.py.
const { people, groups } = client;
const ada = "node-ada";
await call("people.set", (done) => people.set(ada, { $name: "Ada", plan: "free", tmp: 1, other: "x" }, done));
await call("people.set one", (done) => people.set(ada, "plan", "pro", done));
await call("people.set_once", (done) => people.set_once(ada, { plan: "never", first: "kept" }, done));
await call("people.increment", (done) => people.increment(ada, "logins", 3, done));
await call("people.increment by one", (done) => people.increment(ada, "logins", done));
await call("people.increment several", (done) => people.increment(ada, { logins: 1, credits: -4 }, done));
await call("people.append", (done) => people.append(ada, "visited", "pricing", done));
await call("people.append several", (done) => people.append(ada, { visited: "editor" }, done));
await call("people.union", (done) => people.union(ada, { visited: ["editor", "billing"], tags: ["a", "b"] }, done));
await call("people.remove", (done) => people.remove(ada, { visited: "pricing", tags: "nothing" }, done));
await call("people.unset", (done) => people.unset(ada, "tmp", done));
await call("people.unset several", (done) => people.unset(ada, ["other", "nothing"], done));
await call("people.track_charge", (done) => people.track_charge(ada, 42, done));
await call("people.track_charge with more", (done) => people.track_charge(ada, 8, { sku: "s-1" }, done));
await call("people.track_charge", (done) => people.track_charge("node-cleared", 42, done));
await call("people.clear_charges", (done) => people.clear_charges("node-cleared", done));
await call("people.set", (done) => people.set("node-gone", { $name: "Gone" }, done));
await call("people.delete_user", (done) => people.delete_user("node-gone", done));
await call("groups.set", (done) => groups.set("company", "node-acme", { $name: "Acme", seats: 12, tmp: 1 }, done));
await call("groups.set_once", (done) => groups.set_once("company", "node-acme", { seats: 1, since: 2020 }, done));
await call("groups.union", (done) => groups.union("company", "node-acme", { products: ["anvil", "rocket"] }, done));
await call("groups.remove", (done) => groups.remove("company", "node-acme", { products: "anvil" }, done));
await call("groups.unset", (done) => groups.unset("company", "node-acme", "tmp", done));
await call("groups.set", (done) => groups.set("company", "node-gone", { $name: "Gone" }, done));
await call("groups.delete_group", (done) => groups.delete_group("company", "node-gone", done));
console.log(JSON.stringify({ errors }));
