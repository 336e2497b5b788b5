// What makes the page open again without a network: its own parts and itself go into caches, the rest stands in the
// store. Nothing that was answered is ever put there.
import workerUrl from './worker.js?worker&url';

const SHELL = 'nanduti-fill-shell';
const PARTS = 'nanduti-fill-parts';
const MOST_PARTS = 200; // some twenty builds; the oldest pages that are kept may still need theirs

// Returns whether the page now opens without a network.
export async function prepare(urls) {
  if (!urls.worker || !('serviceWorker' in navigator) || !('caches' in window)) return false;
  const name = workerUrl.split('/').pop();
  await navigator.serviceWorker.register(`${urls.worker}?w=${encodeURIComponent(name)}`, { scope: urls.scope });
  const parts = await caches.open(PARTS);
  const wanted = performance.getEntriesByType('resource').map((entry) => entry.name.split('#')[0]).filter((url) => url.includes('/nanduti/assets/'));
  const kept = new Set((await parts.keys()).map((request) => request.url));
  await parts.addAll([...new Set(wanted)].filter((url) => !kept.has(url)));
  for (const url of [...kept].slice(0, Math.max(0, kept.size - MOST_PARTS))) if (!wanted.includes(url)) await parts.delete(url);
  const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } });
  if (answer.ok && !answer.redirected) await (await caches.open(SHELL)).put(location.pathname, answer);
  return answer.ok && !answer.redirected;
}

export async function askToSendLater() {
  try {
    const registration = await navigator.serviceWorker?.ready;
    await registration?.sync?.register('nanduti-send');
  } catch {
    // Not every browser wakes a page that is closed; then the queue is sent when it is opened again.
  }
}
