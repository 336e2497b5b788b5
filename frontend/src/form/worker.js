// The service worker of one form page: the page itself when there is no network, the parts it is built of, and
// the queue when the network comes back after the page was closed. No answer ever enters a cache.
import { forget } from './forget.js';
import { all } from './store.js';
import { send, wake } from './queue.js';

const SHELL = 'nanduti-fill-shell';
const PARTS = 'nanduti-fill-parts';
const PATIENCE = 4_000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(shell(request));
  else if (url.pathname.includes('/nanduti/assets/')) event.respondWith(part(request));
});

// The network first, so that a new version of the form is seen; the kept page when it does not answer in time.
async function shell(request) {
  const cache = await caches.open(SHELL);
  const key = new URL(request.url).pathname;
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !answer.redirected) await cache.put(key, answer.clone());
    else if (answer.status < 500) {
      await cache.delete(key); // signed out, or the key was revoked
      if (answer.status === 403) await forget((form) => form.page === key).catch(() => {});
    }
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

// Names hold a digest, so what was kept is right for ever.
async function part(request) {
  const cache = await caches.open(PARTS);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener('sync', (event) => {
  if (event.tag === 'nanduti-send') event.waitUntil(sendEverything());
});

async function sendEverything() {
  const owners = new Set((await all('queue')).map((item) => item.owner));
  for (const owner of owners) {
    await wake(owner);
    await send(owner, { now: true });
  }
  const left = await all('queue');
  // The browser asks again later, less and less often, if this fails.
  if (left.some((item) => item.state === 'waiting')) throw new Error('still waiting');
}
