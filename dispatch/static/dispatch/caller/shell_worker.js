// The worker that keeps the alarm page on the phone, so that its icon opens at once on a
// dead network. It keeps the page, its styles, scripts and words, and nothing else: what
// is asked of /api, media, evidence, the console or the admin never passes through here.
//
// The server writes self.SHELL before this code: the version and the list, or null, with
// which the worker removes itself and all it kept. Each version has a cache of its own.
// The page is asked of the network first and kept only where every file it links to is of
// this version, so what is kept always fits together.

/** @type {any} */ const worker = self;
/** @type {{version: string, files: string[]} | null} */ const shell = worker.SHELL;
const PREFIX = "alarm110.shell.";
const NAME = PREFIX + (shell?.version ?? "none");
const PAGE = "/";
// Whoever opens the page may be frightened: a network that is slower than this is told of.
const PATIENCE_MS = 2500;
const ELSEWHERE = ["/api/*", "/console/*", "/admin/*", "/accounts/*"];
const LINKED = /(?:href|src)="((?:\/static\/|\/jsi18n\/phone\/)[^"#]+)"/g;

worker.addEventListener("install", (/** @type {any} */ event) => {
  worker.skipWaiting();
  if (!shell) return;
  passBy(event);
  event.waitUntil(keepAllOrNothing(shell.files));
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(dropOthers());
});

if (shell) worker.addEventListener("fetch", (/** @type {any} */ event) => answer(event, shell.files));

/** Newer browsers are told what never starts this worker at all. @param {any} event */
function passBy(event) {
  try {
    event.addRoutes?.(
      ELSEWHERE.map((pathname) => ({ condition: { urlPattern: { pathname } }, source: "network" })),
    );
  } catch {
    // Without it they pass through all the same, a moment later.
  }
}

/** A server that is just starting gives half of it: the next load tries again. */
/** @param {string[]} files */
async function keepAllOrNothing(files) {
  const wasThere = (await caches.keys()).includes(NAME);
  try {
    await keepAll(files);
  } catch (error) {
    if (!wasThere) await caches.delete(NAME);
    throw error;
  }
}

/** @param {string[]} files */
async function keepAll(files) {
  const cache = await caches.open(NAME);
  await cache.addAll(files);
  const page = await fetch(PAGE, { cache: "no-store", credentials: "same-origin" });
  if (!(await keepPage(page))) throw new Error("the page is of another version");
}

async function dropOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !(shell && name === NAME)) await caches.delete(name);
  }
  if (!shell) await worker.registration.unregister();
}

/** @param {any} event @param {string[]} files */
function answer(event, files) {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(show(event));
  } else if (files.includes(url.pathname)) {
    event.respondWith(kept(url.pathname).then((found) => found ?? fetch(request)));
  }
}

/** The page from the network, or what is kept of it. @param {any} event */
async function show(event) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((page) => keepPage(page.clone()), () => {}));
  const inTime = await Promise.race([fresh.catch(() => null), late()]);
  // A server in trouble is no server: the page that is kept goes on trying.
  if (inTime && inTime.status < 500) return inTime;
  return (await kept(PAGE)) ?? fresh;
}

/** @returns {Promise<null>} */
function late() {
  return new Promise((done) => setTimeout(done, PATIENCE_MS, null));
}

/** @param {string} address @returns {Promise<Response | undefined>} */
async function kept(address) {
  return (await caches.open(NAME)).match(address, { ignoreVary: true });
}

/**
 * Keep the page, if it is one of this version.
 * @param {Response} page @returns {Promise<boolean>}
 */
async function keepPage(page) {
  if (page.status !== 200 || page.redirected || page.type !== "basic") return false;
  const text = await page.text();
  const linked = [...text.matchAll(LINKED)].map(([, address]) => address);
  if (!linked.length || !linked.every((address) => shell?.files.includes(address))) return false;
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  await (await caches.open(NAME)).put(PAGE, new Response(asKept(text), { headers }));
  return true;
}

/**
 * Say in the page that it comes from the phone. Its plain form must not name an alarm that
 * may have been raised with it before.
 * @param {string} text
 */
function asKept(text) {
  return text
    .replace("<html ", "<html data-kept ")
    .replace(/(name="id" value=")[^"]*/, "$1");
}
