// Where the evidence store keeps its rows: IndexedDB, which outlives the page, or memory
// where a browser refuses it (private windows). The same few verbs, all or nothing.

/** @typedef {"clips" | "chunks"} Table */
/**
 * @typedef {object} Verbs  inside one transaction
 * @property {(table: Table, key: any) => Promise<any>} get  undefined if there is none
 * @property {(table: Table) => Promise<any[]>} all
 * @property {(clip: string) => Promise<any>} firstChunk  in order, or undefined
 * @property {(table: Table, row: any) => Promise<unknown>} put
 * @property {(table: Table, key: any) => Promise<unknown>} remove
 * @property {(clip: string) => Promise<unknown>} removeChunks  all of a clip
 */
/**
 * @typedef {object} Tables
 * @property {boolean} isLasting  whether the rows outlive the page
 * @property {<T>(work: (verbs: Verbs) => Promise<T>) => Promise<T>} transaction
 */

const NAME = "alarm110.evidence";
const OPEN_WITHIN_MS = 3000;

/** @param {IDBFactory | undefined} [factory] @returns {Promise<Tables>} */
export async function openTables(factory = readFactory()) {
  try {
    if (factory) return new IndexedTables(await open(factory));
  } catch {
    // Refused, or it never answers (WebKit after a crash): better in memory than not.
  }
  return new MemoryTables();
}

export class MemoryTables {
  isLasting = false;
  #clips = new Map();
  #chunks = new Map();
  /** One after another, as a database would. */
  /** @type {Promise<unknown>} */ #last = Promise.resolve();

  /** @template T @param {(verbs: Verbs) => Promise<T>} work @returns {Promise<T>} */
  transaction(work) {
    const done = this.#last.then(() => work(this.#verbs()));
    this.#last = done.catch(() => {});
    return done;
  }

  /** @returns {Verbs} */
  #verbs() {
    const rows = (/** @type {Table} */ table) => (table === "clips" ? this.#clips : this.#chunks);
    const ofClip = (/** @type {string} */ clip) => [...this.#chunks.values()]
      .filter((chunk) => chunk.clip === clip)
      .sort((a, b) => a.segment - b.segment || a.index - b.index);
    return {
      get: async (table, key) => rows(table).get(String(key)),
      all: async (table) => [...rows(table).values()],
      firstChunk: async (clip) => ofClip(clip)[0],
      put: async (table, row) => rows(table).set(keyOf(table, row), row),
      remove: async (table, key) => rows(table).delete(String(key)),
      removeChunks: async (clip) =>
        ofClip(clip).forEach((chunk) => this.#chunks.delete(keyOf("chunks", chunk))),
    };
  }
}

class IndexedTables {
  isLasting = true;
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
    // Another version of the page wants to change it: do not stand in the way.
    database.onversionchange = () => database.close();
  }

  /** @template T @param {(verbs: Verbs) => Promise<T>} work @returns {Promise<T>} */
  async transaction(work) {
    // Strict: the bytes are on the disk, not in a cache that dies with the battery.
    const transaction = this.#database.transaction(["clips", "chunks"], "readwrite", {
      durability: "strict",
    });
    const isDone = new Promise((/** @type {(value?: unknown) => void} */ done, fail) => {
      transaction.oncomplete = () => done();
      transaction.onabort = () => fail(transaction.error ?? new Error("aborted"));
    });
    isDone.catch(() => {});
    const result = await work(verbs(transaction));
    await isDone;
    return result;
  }
}

/** @param {IDBTransaction} transaction @returns {Verbs} */
function verbs(transaction) {
  const store = (/** @type {Table} */ table) => transaction.objectStore(table);
  const range = (/** @type {string} */ clip) => IDBKeyRange.bound([clip], [clip, []]);
  return {
    get: (table, key) => answer(store(table).get(key)),
    all: (table) => answer(store(table).getAll()),
    firstChunk: async (clip) => (await answer(store("chunks").getAll(range(clip), 1)))[0],
    put: (table, row) => answer(store(table).put(row)),
    remove: (table, key) => answer(store(table).delete(key)),
    removeChunks: (clip) => answer(store("chunks").delete(range(clip))),
  };
}

/** @param {Table} table @param {any} row */
function keyOf(table, row) {
  return table === "clips" ? row.clip : String([row.clip, row.segment, row.index]);
}

/** @returns {IDBFactory | undefined} reading it alone may throw when cookies are refused */
function readFactory() {
  try {
    return globalThis.indexedDB;
  } catch {
    return undefined;
  }
}

/** @param {IDBFactory} factory @returns {Promise<IDBDatabase>} */
function open(factory) {
  const opening = factory.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("clips", { keyPath: "clip" });
    opening.result.createObjectStore("chunks", { keyPath: ["clip", "segment", "index"] });
  };
  return new Promise((done, fail) => {
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
    setTimeout(() => fail(new Error("no answer")), OPEN_WITHIN_MS);
  });
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}
