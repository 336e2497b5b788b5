// Finished forms wait here until the server has said that it has them. Used by the page and by its service worker:
// only one of them sends at a time, and a form that is sent twice all the same is one record on the server.
import { all, change, get, newId, put } from './store.js';
import { Refused, upload } from './upload.js';

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 15 * 60_000;
const RECEIPTS = 50;

// The draft leaves in the very transaction in which the finished form enters: never none, never both.
export function finish(draft, { xml, files, instanceId, instanceName }, { url, title }) {
  const { owner, instrument } = draft;
  const item = {
    id: newId(), owner, instrument, title, url, xml, files, instanceId, instanceName,
    state: 'waiting', attempts: 0, nextAt: 0, status: 0, message: '', finishedAt: Date.now(),
  };
  return change(['drafts', 'queue'], ({ drafts, queue }) => {
    queue.put(item);
    drafts.delete(draft.id);
  });
}

// Sends what is due; with `now`, all that waits. Without locks (old browsers) the server's idempotence is enough.
export function send(owner, { now = false } = {}) {
  const does = () => sendAll(owner, now);
  if (!navigator.locks) return does();
  return navigator.locks.request('nanduti-send', { ifAvailable: true }, (lock) => lock && does());
}

async function sendAll(owner, now) {
  for (const { id } of (await all('queue', owner)).sort((a, b) => a.finishedAt - b.finishedAt)) {
    const item = await get('queue', id);
    if (!item || item.state === 'refused' || (!now && item.nextAt > Date.now())) continue;
    if (!(await sendOne(item))) return; // no connection: the others would fail as well
  }
}

async function sendOne(item) {
  try {
    await put('queue', { ...item, state: 'sending' });
    const message = await upload(item);
    await acknowledge(item, message);
    return true;
  } catch (error) {
    await put('queue', { ...item, ...after(item, error) });
    return error instanceof Refused && error.status !== 401;
  }
}

// The answers leave the device as soon as the server has them; a receipt without answers remains.
async function acknowledge(item, message) {
  const { id, owner, instrument, title, instanceId, instanceName } = item;
  const old = (await all('sent', owner)).sort((a, b) => b.at - a.at).slice(RECEIPTS - 1);
  await change(['queue', 'sent'], ({ queue, sent }) => {
    queue.delete(id);
    sent.put({ id, owner, instrument, title, instanceId, instanceName, message, at: Date.now() });
    for (const receipt of old) sent.delete(receipt.id);
  });
}

export function after(item, error) {
  const attempts = item.attempts + 1;
  const status = error instanceof Refused ? error.status : 0;
  const message = error instanceof Refused ? error.message : '';
  if (status === 401) return { state: 'signed_out', attempts, status, message, nextAt: 0 };
  // Too busy, or out of order: it is worth trying again. Everything else the server will say again.
  // A post that was cut on the way is answered by 400 as well, so that is believed the third time only.
  const isFinal = status >= 400 && status < 500 && ![408, 423, 425, 429].includes(status) && (status !== 400 || attempts >= 3);
  if (isFinal) return { state: 'refused', attempts, status, message, nextAt: 0 };
  const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(attempts - 1, 12), LONGEST_PAUSE) * (0.75 + Math.random() / 2);
  return { state: 'waiting', attempts, status, message, nextAt: Date.now() + pause };
}

export async function tryAgain(item) {
  await put('queue', { ...item, state: 'waiting', attempts: 0, nextAt: 0 });
  return send(item.owner, { now: true });
}

// A page that was closed while sending left its mark; whoever comes next takes the form up again.
export async function wake(owner) {
  if (navigator.locks && (await navigator.locks.query()).held.some((lock) => lock.name === 'nanduti-send')) return;
  for (const item of await all('queue', owner)) {
    if (item.state === 'sending' || item.state === 'signed_out') await put('queue', { ...item, state: 'waiting', nextAt: 0 });
  }
}
