// What is kept on the device: forms with their files, drafts, the queue, and receipts of what was sent. Each row
// belongs to an owner (an account, or an enumerator's key), and is only ever read for that owner.
const NAME = 'nanduti-field';
const STORES = ['forms', 'drafts', 'queue', 'sent'];
const news = new BroadcastChannel(NAME);
let opened;

function database() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const name of STORES) asked.result.createObjectStore(name, { keyPath: 'id' }).createIndex('owner', 'owner');
    };
    asked.onsuccess = () => {
      // A later version of this page, in another tab, must not wait for us.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

// One transaction, all or nothing: does(stores) may only make requests, and nothing else may be awaited in it.
export async function change(names, does) {
  const db = await database();
  await new Promise((done, failed) => {
    const transaction = db.transaction(names, 'readwrite', { durability: 'strict' });
    transaction.oncomplete = done;
    transaction.onabort = transaction.onerror = () => failed(transaction.error ?? new Error('storage'));
    does(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
  });
  news.postMessage(names);
  for (const heard of listeners) heard(names);
}

async function ask(name, question) {
  const db = await database();
  return new Promise((done, failed) => {
    const request = question(db.transaction(name).objectStore(name));
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

export const get = (name, id) => ask(name, (store) => store.get(id));
export const put = (name, row) => change([name], (stores) => stores[name].put(row));
export const remove = (name, id) => change([name], (stores) => stores[name].delete(id));
export const all = (name, owner) =>
  owner ? ask(name, (store) => store.index('owner').getAll(owner)) : ask(name, (store) => store.getAll());

// What an owner has in several stores, read in one transaction: a form that moves from one to another is in one of them.
export async function allOf(names, owner) {
  const db = await database();
  return new Promise((done, failed) => {
    const transaction = db.transaction(names);
    const asked = names.map((name) => [name, transaction.objectStore(name).index('owner').getAll(owner)]);
    transaction.oncomplete = () => done(Object.fromEntries(asked.map(([name, request]) => [name, request.result])));
    transaction.onabort = transaction.onerror = () => failed(transaction.error ?? new Error('storage'));
  });
}

// Tells of changes in this tab, in others and in the service worker.
const listeners = new Set();
news.onmessage = ({ data }) => listeners.forEach((heard) => heard(data));
export function onChange(heard) {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

// Whether the browser may throw the store away when the disk is full, and how full it is.
export async function health() {
  const storage = navigator.storage;
  if (!storage?.estimate) return { isPersistent: false, share: 0 };
  const isPersistent = (await storage.persisted?.()) || (await storage.persist?.()) || false;
  const { usage = 0, quota = 0 } = await storage.estimate();
  return { isPersistent, share: quota ? usage / quota : 0 };
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-');
}

// Pages that do not come over TLS have no randomUUID, and the engine asks for it.
if (!crypto.randomUUID) crypto.randomUUID = newId;
