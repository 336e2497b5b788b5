// The page as a whole: the state of the device above, below either the list of what is kept or the form at hand.
import { createRoot, createSignal } from 'solid-js';
import { h, when } from './dom.js';
import { open, warm } from './engine.js';
import { askToSendLater, prepare } from './offline.js';
import { panel } from './panel.js';
import { finish, send, wake } from './queue.js';
import { asOpened, current, NotHere, ofDraft } from './resources.js';
import { sitting } from './sitting.js';
import { all, allOf, health, newId, onChange, remove } from './store.js';
import { upload } from './upload.js';
import { speak, t } from './words.js';

const EVERY = 10_000;
const NEARLY_FULL = 0.85;

// config: what the server wrote into the page (see nanduti.surveys.pages.filling)
export function start(config, place) {
  speak(config.language);
  createRoot(() => place.replaceChildren(app(config)));
}

function app(config) {
  const [view, show] = createSignal({ kind: 'loading' });
  const [said, say] = createSignal('');
  const [isOnline, setOnline] = createSignal(navigator.onLine);
  const [warnings, setWarnings] = createSignal([]);
  const [kept, setKept] = createSignal({ drafts: [], queue: [], sent: [] });
  const [isPersistent, setPersistent] = createSignal(true);
  const context = { config, show, say, setWarnings, setPersistent };

  // Of two readings under way at once, the one that was begun first must not be shown last.
  let begun = 0;
  let drawn = 0;
  const refresh = async () => {
    begun += 1;
    const own = begun;
    const found = await keptFor(config);
    if (own < drawn) return;
    drawn = own;
    setKept(found);
  };
  onChange(refresh);
  const sendQuietly = (now) => send(config.owner, { now }).catch(() => {});
  const online = () => {
    setOnline(navigator.onLine);
    if (navigator.onLine) wake(config.owner).then(() => sendQuietly(true), () => {});
  };
  addEventListener('online', online);
  addEventListener('offline', online);
  setInterval(() => kept().queue.length && sendQuietly(false), EVERY);

  const acts = {
    begin: () => begin(context, acts),
    resume: (draft) => resume(context, acts, draft),
    home: async () => {
      context.free?.();
      context.free = null;
      await refresh(); // else the list would say for a moment that nothing waits
      show({ kind: 'home' });
    },
    refresh,
  };
  context.form = current(config);
  boot(context, acts, refresh).then(online, online);

  const parts = { drafts: () => kept().drafts, queue: () => kept().queue, sent: () => kept().sent, isPersistent };
  return h(
    'div',
    {},
    h('p.device', { role: 'status', 'data-online': () => String(isOnline()) }, h('span.sign', { class: () => `sign ${isOnline() ? 'done' : 'none'}`, 'aria-hidden': 'true' }), ' ', () => t(isOnline() ? 'online' : 'offline'), () => kept().queue.length > 0 && h('strong.waiting', {}, ` · ${t('waiting', { n: kept().queue.length })}`)),
    () => config.trial && h('p.notice.warn', {}, t('trial')),
    () => config.edit && h('p.notice', {}, t('correcting')),
    () => warnings().map((warning) => h('p.notice.warn', {}, warning)),
    h('p.said', { role: 'status' }, said),
    when(view, (shown) => views[shown.kind]({ ...context, ...shown, acts, parts })),
  );
}

const views = {
  loading: () => h('p.loading', { role: 'status' }, t('loading')),
  home: ({ config, acts, parts }) => panel({ config, kept: parts, acts, digest: config.digest }),
  form: (given) => sitting(given),
  broken: ({ why }) => h('div.notice.warn', { role: 'alert' }, h('h2', {}, t('cannot_open')), h('p', {}, why)),
};

async function keptFor({ owner, instrument }) {
  try {
    const { drafts, queue, sent } = await allOf(['drafts', 'queue', 'sent'], owner);
    return {
      drafts: drafts.filter((row) => row.instrument === instrument).sort((a, b) => b.at - a.at),
      queue: queue.sort((a, b) => a.finishedAt - b.finishedAt),
      sent: sent.sort((a, b) => b.at - a.at),
    };
  } catch {
    return { drafts: [], queue: [], sent: [] };
  }
}

async function boot(context, acts, refresh) {
  const { config } = context;
  context.form.catch(() => {}); // told where it is used
  warm().catch(() => {});
  await refresh();
  const { drafts, queue } = await keptFor(config);
  if (config.edit) await (drafts.length ? resume(context, acts, drafts[0]) : begin(context, acts));
  else if (drafts.length || queue.length) await acts.home();
  else await begin(context, acts);
  await check(context);
  const isReady = await warm().then(() => prepare(config.urls)).catch(() => false);
  document.documentElement.dataset.offline = isReady ? 'ready' : 'no';
}

async function check({ setWarnings, setPersistent }) {
  try {
    const { isPersistent, share } = await health();
    setPersistent(isPersistent);
    setWarnings(share > NEARLY_FULL ? [t('nearly_full', { n: Math.round(share * 100) })] : []);
  } catch {
    setWarnings([t('no_storage')]);
  }
}

async function begin(context, acts) {
  const { config, show } = context;
  show({ kind: 'loading' });
  try {
    const form = await context.form;
    const was = config.edit ? await edited(config.edit) : null;
    const row = { owner: config.owner, instrument: config.instrument, digest: form.digest };
    await sit(context, acts, form, row, was);
  } catch (error) {
    broken(show, error);
  }
}

async function resume(context, acts, draft) {
  const { show, say, form } = context;
  context.free?.();
  context.free = await hold(draft.id);
  if (!context.free) {
    say(t('open_elsewhere'));
    return acts.home();
  }
  show({ kind: 'loading' });
  try {
    const newest = await form.catch(() => null);
    const own = newest?.digest === draft.digest ? newest : await ofDraft(draft);
    await sit(context, acts, own, draft, { xml: draft.xml, files: draft.files });
  } catch (error) {
    broken(show, error);
  }
}

// One draft, one tab: two that save over each other would send two versions under one number. Gives a function that
// lets go, or nothing where another tab has it.
function hold(id) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((done) => {
    navigator.locks.request(`nanduti-draft-${id}`, { ifAvailable: true }, (lock) => (lock ? new Promise((free) => done(free)) : done(null)));
  });
}

async function edited({ xml, files }) {
  const fetched = await Promise.all(files.map(async ({ name, url }) => new File([await (await fetch(url)).blob()], name)));
  return { xml: await (await fetch(xml)).text(), files: fetched, isEdited: true };
}

async function sit(context, acts, form, given, was) {
  const row = { id: newId(), ...given };
  context.free ??= await hold(row.id);
  const { config, show, say } = context;
  const root = await open(asOpened(form), { was, properties: { deviceID: deviceId(), ...config.properties } });
  speakAs(root, config.language);
  const onFinish = async (draft, answers) => {
    const url = `${config.urls.submission}${config.urls.submission.includes('?') ? '&' : '?'}deviceID=${encodeURIComponent(deviceId())}`;
    const goal = { url, title: config.title };
    try {
      await finish(draft, answers, goal);
    } catch {
      await upload({ ...goal, ...answers, owner: config.owner }); // a browser that keeps nothing, or has no room
      await remove('drafts', draft.id).catch(() => {});
      await acts.home();
      return say(t('queued_and_sent'));
    }
    await acts.home();
    say(t('queued'));
    askToSendLater();
    await send(config.owner, { now: true }).catch(() => {});
    if (!(await all('queue', config.owner)).some((item) => item.instanceId === answers.instanceId)) say(t('queued_and_sent'));
    if (config.edit && config.urls.done) location.assign(config.urls.done);
  };
  say('');
  show({ kind: 'form', root, form, row, onFinish, onClose: acts.home });
  requestAnimationFrame(() => setTimeout(() => performance.mark('form-shown'))); // painted: measured by the benchmark
}

// The form's language that is nearest to the reader's: "Español (es)", "es", "Spanish (es)".
function speakAs(root, language) {
  const fits = root.languages.find(({ language: name }) => new RegExp(`\\(${language}\\)|^${language}$`, 'i').test(name));
  if (fits && !fits.isSyntheticDefault) root.setLanguage(fits);
}

function broken(show, error) {
  const why = error instanceof NotHere ? t('cannot_open_offline') : t('cannot_open_why', { why: error.message });
  show({ kind: 'broken', why });
}

function deviceId() {
  try {
    const kept = localStorage.getItem('nanduti-device') ?? `nanduti:${newId()}`;
    localStorage.setItem('nanduti-device', kept);
    return kept;
  } catch {
    return 'nanduti:unknown';
  }
}
