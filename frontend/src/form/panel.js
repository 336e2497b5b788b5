// What is kept on this device for the person at it: drafts, the queue with what became of each form, receipts.
import { createSignal } from 'solid-js';
import { confirm } from './dialogs.js';
import { h, each } from './dom.js';
import { download, exported, imported } from './parcels.js';
import { send, tryAgain, wake } from './queue.js';
import { remove } from './store.js';
import { moment, number, t } from './words.js';

// kept: {drafts(), queue(), sent()}; acts: {begin(), resume(draft), refresh()}
export function panel({ config, kept, acts, digest }) {
  return h(
    'div.panel',
    {},
    h('p', {}, h('button.begin', { type: 'button', onclick: acts.begin }, t('start_new'))),
    () => kept.drafts().length > 0 && h('section', { 'aria-labelledby': 'drafts-title' }, h('h2', { id: 'drafts-title' }, t('drafts')), h('ul.kept', {}, kept.drafts().map((draft) => draftRow(draft, acts, digest)))),
    queueOf(config, kept, acts),
    () => !kept.isPersistent() && h('p.quiet.fragile', {}, t('not_persistent')),
    () => kept.sent().length > 0 && h('details.more.receipts', { 'data-n': kept.sent().length }, h('summary', {}, `${t('sent')} (${number(kept.sent().length)})`), h('ul.kept', {}, kept.sent().map((row) => h('li', {}, h('strong', {}, row.instanceName || row.title), h('span.quiet', {}, ` ${t('sent_at', { at: moment(row.at) })}`))))),
  );
}

function draftRow(draft, acts, digest) {
  const name = draft.instanceName || t('no_name');
  const drop = async () => (await confirm(t('delete_draft_really', { what: name }), t('delete_draft'))) && remove('drafts', draft.id);
  return h(
    'li',
    { 'data-draft': draft.id },
    h('span', {}, h('strong', {}, name), h('br'), h('span.quiet', {}, t('saved_at', { at: moment(draft.at) }), draft.digest !== digest && ` · ${t('older_version')}`)),
    h('span.file-ways', {}, h('button.plain.resume', { type: 'button', 'aria-label': `${t('go_on')}: ${name}`, onclick: () => acts.resume(draft) }, t('go_on')), h('button.link', { type: 'button', 'aria-label': `${t('delete_draft')}: ${name}`, onclick: drop }, t('delete'))),
  );
}

function queueOf(config, kept, { refresh }) {
  const [said, say] = createSignal('');
  const isSignedOut = () => kept.queue().some((item) => item.state === 'signed_out');
  const take = async ({ target }) => {
    try {
      const n = await imported(target.files[0], { owner: config.owner, url: config.urls.submission });
      await refresh(); // what is said to be taken in stands in the list
      say(t('imported', { n }));
      send(config.owner, { now: true });
    } catch {
      say(t('import_failed'));
    }
    target.value = '';
  };
  const now = async () => {
    await wake(config.owner);
    await send(config.owner, { now: true });
  };
  return h(
    'section.queue',
    { 'aria-labelledby': 'queue-title', 'data-n': () => kept.queue().length },
    h('h2', { id: 'queue-title' }, t('queue')),
    () => isSignedOut() && config.urls.signIn && h('p.notice.warn', {}, t('sign_in_to_send'), ' ', h('a', { href: config.urls.signIn }, t('sign_in'))),
    () => (kept.queue().length ? null : h('p.quiet', {}, t('queue_empty'))),
    h('ul.kept', {}, each(kept.queue, (item) => queueRow(item))),
    h(
      'div.file-ways',
      {},
      () => kept.queue().length > 0 && [h('button.plain', { type: 'button', onclick: now }, t('send_now')), h('button.plain.export', { type: 'button', onclick: async () => download(await exported(kept.queue()), `nanduti-${new Date().toISOString().slice(0, 10)}.zip`) }, t('export_queue'))],
      h('input.hidden', { type: 'file', id: 'import-queue', accept: '.zip,application/zip', onchange: take }),
      h('label.link.button-like', { for: 'import-queue' }, t('import_queue')),
    ),
    h('p', { role: 'status' }, said),
  );
}

function queueRow(item) {
  const name = item.instanceName || item.title;
  const drop = async () => (await confirm(t('delete_queued_really', { what: name }), t('delete'))) && remove('queue', item.id);
  const isRefused = item.state === 'refused';
  const state = item.state === 'waiting' && item.status ? t('state_retry', { at: moment(item.nextAt || Date.now()) }) : t(`state_${item.state}`);
  const why = [409, 403, 404, 413].includes(item.status) ? `why_${item.status}` : 'why_other';
  return h(
    'li',
    { 'data-state': item.state },
    h('span', {}, h('strong', {}, name), h('br'), h('span', { class: isRefused ? 'chip warn' : 'chip' }, state), isRefused && h('p', {}, t(why)), isRefused && item.message && h('p.quiet', {}, t('server_said', { said: item.message }))),
    h('span.file-ways', {}, isRefused && h('button.plain', { type: 'button', 'aria-label': `${t('try_again')}: ${name}`, onclick: () => tryAgain(item) }, t('try_again')), h('button.link', { type: 'button', 'aria-label': `${t('delete')}: ${name}`, onclick: drop }, t('delete'))),
  );
}
