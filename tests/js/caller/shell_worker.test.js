import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const CODE = await readFile(
  new URL("../../../dispatch/static/dispatch/caller/shell_worker.js", import.meta.url), "utf8",
);
const ORIGIN = "https://110.example.org";
const files = ["/static/a.1.css", "/jsi18n/phone/en/1.js"];
const page = (css = "a.1") => '<html lang="en"><link href="/static/' + css +
  '.css"><script src="/jsi18n/phone/en/1.js"></script><input name="id" value="used">';

/** A phone with a worker: what is kept, what is asked of the network, what is answered. */
function phone(shell, answers) {
  const stores = new Map();
  const asked = [];
  const open = async (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const store = stores.get(name);
    return {
      addAll: async (all) => all.forEach((one) => store.set(one, new Response(`old ${one}`))),
      put: async (key, value) => void store.set(key, value),
      match: async (key) => store.get(key)?.clone(),
    };
  };
  const hears = {};
  const self = {
    SHELL: shell, registration: { unregister: async () => asked.push("unregister") },
    skipWaiting() {}, addEventListener: (type, hear) => (hears[type] = hear),
  };
  vm.runInNewContext(CODE, {
    self, Response, Headers, URL, location: new URL(ORIGIN),
    setTimeout: (done, _ms, value) => setTimeout(done, 20, value),
    caches: { open, keys: async () => [...stores.keys()], delete: async (name) => stores.delete(name) },
    fetch: async (request) => {
      asked.push(typeof request === "string" ? request : request.url);
      return answers(asked.at(-1));
    },
  });
  const run = async (type, more = {}) => {
    const waits = [];
    let answer = null;
    hears[type]?.({
      ...more, waitUntil: (work) => waits.push(work), respondWith: (given) => (answer = given),
    });
    const given = answer && (await answer);
    await Promise.all(waits);
    return given;
  };
  const ask = (path, mode = "cors", method = "GET") =>
    run("fetch", { request: { url: new URL(path, ORIGIN).href, mode, method } });
  return { stores, asked, run, ask };
}

// Node's own responses are of no origin; a browser's answer from ours is "basic".
Object.defineProperty(Response.prototype, "type", { get: () => "basic" });
const basic = (text, status = 200) => new Response(text, { status });

test("keeps the page with what it links to, and answers nothing else", async () => {
  const { stores, run, ask } = phone({ version: "1", files }, async () => basic(page()));
  await run("install");
  await run("activate");
  assert.deepEqual([...stores.keys()], ["alarm110.shell.1"]);
  assert.equal(await (await ask(files[0])).text(), `old ${files[0]}`);
  for (const path of ["/api/v1/calls", "/static/b.css", "/console/", "/worker.js"]) {
    assert.equal(await ask(path), null, path);
  }
  assert.equal(await ask("/console/", "navigate"), null);
  assert.equal(await ask("/admin/", "navigate"), null);
  assert.equal(await ask("/", "navigate", "POST"), null);
  assert.equal(await ask("https://elsewhere.example/static/a.1.css"), null);
});

test("the network comes first; without it, too late or in trouble, what is kept does", async () => {
  let answer = async () => basic(page());
  const { run, ask } = phone({ version: "1", files }, () => answer());
  await run("install");
  answer = async () => basic(page() + "fresh");
  assert.match(await (await ask("/", "navigate")).text(), /fresh$/);
  for (const bad of [
    async () => { throw new TypeError("no network"); },
    async () => basic("trouble", 503),
    () => new Promise((done) => setTimeout(done, 60, basic(page() + "late"))),
  ]) {
    answer = bad;
    const text = await (await ask("/", "navigate")).text();
    assert.match(text, /^<html data-kept .*name="id" value="".*fresh$/);
  }
});

test("a page of another version is shown and not kept, and does not install", async () => {
  let now = page();
  const { run, ask } = phone({ version: "1", files }, async () => basic(now));
  await run("install");
  now = page("a.2");
  assert.match(await (await ask("/", "navigate")).text(), /a\.2/);
  now = "";
  const gone = phone({ version: "1", files }, async () => basic(page("a.2")));
  await assert.rejects(gone.run("install"), /another version/);
  assert.deepEqual([...gone.stores.keys()], [], "half of it stays");
  gone.stores.set("alarm110.shell.1", new Map([["/", new Response("whole")]]));
  await assert.rejects(gone.run("install"), /another version/);
  assert.ok(gone.stores.has("alarm110.shell.1"), "what was whole is gone");
});

test("a new version drops the old one; without a list all of it goes", async () => {
  const { stores, run, asked } = phone({ version: "2", files }, async () => basic(page()));
  stores.set("alarm110.shell.1", new Map()).set("another", new Map());
  await run("install");
  await run("activate");
  assert.deepEqual([...stores.keys()], ["another", "alarm110.shell.2"]);
  assert.deepEqual(asked, ["/"]);

  const off = phone(null, async () => basic(page()));
  off.stores.set("alarm110.shell.1", new Map());
  await off.run("install");
  await off.run("activate");
  assert.deepEqual([...off.stores.keys()], []);
  assert.deepEqual(off.asked, ["unregister"]);
  assert.equal(await off.ask("/", "navigate"), null);
});
