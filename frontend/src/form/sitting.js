// One form on the table: its pages, what has been tried, and the way from the first answer to the last.
import { createMemo, createSignal, onCleanup, untrack } from 'solid-js';
import { confirm } from './dialogs.js';
import { h, listen, when } from './dom.js';
import { Draft } from './drafts.js';
import { answersOf, leavesOf } from './engine.js';
import { shown, rows } from './groups.js';
import { marked } from './markdown.js';
import { hasProblem, isAnswered, leavesOnPage, pagesOf } from './pages.js';
import { idOf } from './question.js';
import { number, t } from './words.js';

const LAYOUTS = ['sections', 'questions', 'whole'];
const LAYOUT_KEPT = 'nanduti-fill-layout';

// given: {root, form, row, config, onFinish(draft, answers), onClose(), say(text)}
export function sitting(given) {
  const { root, form, row, config, onFinish, onClose } = given;
  const [saved, tellSaved] = createSignal('');
  const [round, turn] = createSignal(0); // counts changes, for what is worth knowing a moment later
  const [tried, setTried] = createSignal(new Set()); // pages that were to be left; null: the whole form
  const [layout, setLayout] = createSignal(row.layout ?? layoutOf(root));
  const [isBusy, setBusy] = createSignal(false);
  const draft = new Draft(root, { ...row, layout: layout() }, tellSaved);
  const addresses = new Map();
  const misread = new Map();
  let waiting = null;

  const pages = createMemo(() => pagesOf(root, layout()));
  const live = createMemo(() => pages().filter((page) => page.isRelevant()));
  const [at, setAt] = createSignal(Math.min(row.page ?? 0, Math.max(0, untrack(live).length - 1)));
  const hasPages = createMemo(() => live().length > 1);
  const current = createMemo(() => live()[Math.min(at(), live().length - 1)]);

  const hub = {
    confirm,
    // An answer to a quick question turns the page, where there is one question a page.
    quick: () => layout() === 'questions' && at() < live().length - 1 && next(),
    language: () => root.currentState.activeLanguage.language,
    attempted: () => tried() === null || tried().has(current()),
    // What is being typed is not in the form yet; until it is, nobody is told that it is saved.
    pending: (commit) => {
      waiting = commit;
      draft.soon();
    },
    misread: (node, text) => (text ? misread.set(node.nodeId, text) : misread.delete(node.nodeId)),
    changed: () => {
      draft.soon();
      setTimeout(() => turn((n) => n + 1), 150);
    },
    media: (name) => {
      if (!addresses.has(name)) {
        const blob = form.files.find((file) => file.name === name)?.blob;
        addresses.set(name, blob ? URL.createObjectURL(blob) : '');
      }
      return addresses.get(name);
    },
  };
  onCleanup(() => addresses.forEach((address) => address && URL.revokeObjectURL(address)));

  const settle = () => {
    waiting?.();
    waiting = null;
  };
  listen(document, 'visibilitychange', () => document.hidden && (settle(), draft.isWaiting && draft.now()));
  listen(window, 'pagehide', () => (settle(), draft.isWaiting && draft.now()));

  const wrongOn = (page) => [...leavesOnPage(page)].find((node) => misread.has(node.nodeId) || hasProblem(node));
  const go = (n) => {
    settle();
    setAt(Math.max(0, Math.min(n, live().length - 1)));
    draft.row.page = at();
    scrollTo(0, 0);
    document.getElementById('page-title')?.focus({ preventScroll: true });
  };
  const next = () => {
    settle();
    const wrong = wrongOn(current());
    setTried((before) => before && new Set(before).add(current()));
    if (wrong) return focusOn(wrong);
    if (draft.isWaiting) draft.now();
    go(Math.min(at(), live().length - 1) + 1);
  };
  const finish = async () => {
    settle();
    setTried(null);
    const where = live().findIndex((page) => wrongOn(page));
    if (where >= 0) {
      if (where !== at()) go(where);
      return requestAnimationFrame(() => focusOn(wrongOn(current())));
    }
    setBusy(true);
    try {
      await draft.end();
      await onFinish(draft.row, await answersOf(root));
    } catch (error) {
      draft.isDone = false;
      tellSaved(error);
      setBusy(false);
    }
  };
  const close = async () => {
    settle();
    if (draft.isWaiting) await draft.now();
    onClose();
  };
  const change = (name) => {
    settle();
    localStorage.setItem(LAYOUT_KEPT, name);
    draft.row.layout = name;
    setLayout(name);
    setAt(0);
  };

  return h(
    'div.sitting',
    { 'data-ready': 'yes' },
    languages(root, hub),
    h('h2', { id: 'page-title', tabindex: -1, 'aria-live': 'polite', class: () => (hasPages() ? '' : 'hidden') }, () => (live().length > 1 ? t('page_of', { n: number(Math.min(at(), live().length - 1) + 1), of: number(live().length) }) : config.title)),
    progress(root, round),
    when(hasPages, () => jumps({ live, at, go, tried, wrongOn, round })),
    h('form', { novalidate: true, class: 'fill-form', onsubmit: (event) => event.preventDefault() }, when(current, (page) => pageOf(page, hub))),
    () => tried() === null && problems({ live, wrongOn, round, misread, root }),
    h(
      'div.steps-bar',
      // A field that is left here would tell its value between the button's going down and its coming up; a message
      // that then goes away moves the button from under the finger. So the field is left when the click is complete.
      { onmousedown: (event) => event.target.closest('button') && event.preventDefault() },
      h('button.plain', { type: 'button', hidden: () => live().length < 2, disabled: () => at() === 0, onclick: () => go(Math.min(at(), live().length - 1) - 1) }, t('back')),
      () =>
        at() >= live().length - 1
          ? h('button.finish', { type: 'button', disabled: isBusy, onclick: finish }, t(config.edit ? 'finish_correction' : 'finish'))
          : h('button.next', { type: 'button', onclick: next }, t('next')),
      h('button.link', { type: 'button', onclick: close }, t('save_later')),
      h('span.save-state', { role: 'status', 'data-state': () => (saved() instanceof Error ? 'failed' : saved()) }, () => (saved() instanceof Error ? t('not_saved', { why: saved().message }) : saved() ? t(saved()) : '')),
    ),
    layouts(layout, change),
  );
}

function layoutOf(root) {
  const kept = localStorage.getItem(LAYOUT_KEPT);
  if (root.classes?.pages) return 'questions';
  return LAYOUTS.includes(kept) ? kept : 'sections';
}

function languages(root, hub) {
  const offered = root.languages.filter((language) => !language.isSyntheticDefault);
  if (offered.length < 2) return null;
  const choose = ({ target }) => (root.setLanguage(offered[target.selectedIndex]), hub.changed());
  const options = offered.map(({ language }) => h('option', { value: language, selected: () => hub.language() === language }, language));
  return h('p.tools', {}, h('label', { for: 'form-language' }, t('form_language')), h('select', { id: 'form-language', onchange: choose }, options));
}

function layouts(layout, change) {
  const options = LAYOUTS.map((name) => h('option', { value: name, selected: () => layout() === name }, t(`layout_${name}`)));
  return h('p.tools', {}, h('label', { for: 'form-layout' }, t('pages_shown')), h('select', { id: 'form-layout', onchange: ({ target }) => change(target.value) }, options));
}

function progress(root, round) {
  const counted = createMemo(() => {
    round();
    return untrack(() => {
      const asked = [...leavesOf(root)].filter((node) => node.nodeType !== 'model-value' && node.nodeType !== 'note' && node.currentState.relevant && !node.currentState.readonly);
      return { n: asked.filter(isAnswered).length, of: asked.length };
    });
  });
  return h('div.progress', {}, h('progress', { max: () => String(counted().of || 1), value: () => counted().n, 'aria-label': () => t('answered_of', counted()) }), h('span', {}, () => t('answered_of', { n: number(counted().n), of: number(counted().of) })));
}

function jumps({ live, at, go, tried, wrongOn, round }) {
  const [isOpen, setOpen] = createSignal(false);
  const drawer = h('details.jumps', { ontoggle: ({ target }) => setOpen(target.open) }, h('summary', {}, t('jump')), () => {
    if (!isOpen()) return null;
    round();
    return h('ol', {}, live().map((page, i) => {
      const isWrong = (tried() === null || tried().has(page)) && untrack(() => wrongOn(page));
      return h('li', {}, h('button.link', { type: 'button', 'aria-current': at() === i ? 'step' : null, onclick: () => (go(i), (drawer.open = false)) }, page.title() || t('page_of', { n: i + 1, of: live().length })), isWrong && h('span.chip.warn', {}, t('has_problems')));
    }));
  });
  return drawer;
}

function pageOf(page, hub) {
  return h(
    'div.page',
    {},
    page.within.map((group) => h('p.within', {}, () => marked(group.currentState.label))),
    page.nodes.length > 1 ? rows(page.nodes, hub) : page.nodes.map((node) => shown(node, hub)),
  );
}

function problems({ live, wrongOn, round, misread, root }) {
  round();
  const n = Math.max([...leavesOf(root)].filter(hasProblem).length + misread.size, live().some(wrongOn) ? 1 : 0);
  return n > 0 && h('p.problem.summary', { role: 'alert' }, t('problems', { n }));
}

function focusOn(node) {
  const place = document.getElementById(idOf(node));
  const wanted = ['[id$="-c"]:not([disabled])', 'input:not([disabled]), textarea, select', 'button'];
  const control = wanted.map((selector) => place?.querySelector(selector)).find(Boolean);
  control?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: 'center' });
}
