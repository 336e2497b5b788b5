// Choosing one or several: as buttons, in columns, on a scale, in a drop-down list, or by typing a part of the name.
import { createMemo, createSignal } from 'solid-js';
import { h, each } from '../dom.js';
import { nameOf } from '../engine.js';
import { marked } from '../markdown.js';
import { t } from '../words.js';

const MANY = 60; // from here on a list is searched, whatever its appearance says
const AT_ONCE = 40;
const AT_FIRST = 6; // before anything is typed

const isLong = (node) => node.currentState.valueOptions.length > MANY;
const isSearched = (node) => Boolean(node.appearances.autocomplete) || isLong(node);

export function one(node) {
  if (node.appearances.minimal && !isSearched(node)) return dropDown;
  return { name: isSearched(node) ? 'searched' : 'one', isGroup: true, role: 'radiogroup', build: (parts) => choices(parts, 'radio') };
}

export function many(node) {
  return { name: isSearched(node) ? 'searched' : 'many', isGroup: true, role: 'group', build: (parts) => choices(parts, 'checkbox') };
}

const dropDown = {
  name: 'drop-down',
  build: ({ id, node, state, answer, isReadonly, describedBy, problem }) =>
    h('select', {
      id: `${id}-c`, disabled: isReadonly, 'aria-describedby': describedBy,
      'aria-invalid': () => (problem() ? 'true' : null),
      'aria-required': () => (state.required ? 'true' : null),
      onchange: ({ target }) => answer(() => node.selectValue(target.value || null)),
    }, h('option', { value: '', selected: () => !state.value.length }, t('choose')), () => state.valueOptions.map((option) => h('option', { value: option.value, selected: () => state.value.includes(option.value) }, option.label.asString))),
};

function layoutOf(node) {
  const found = [...node.appearances].find((name) => /^columns/.test(name) || ['horizontal', 'horizontal-compact', 'compact', 'quickcompact', 'likert', 'list-nolabel', 'label', 'list'].includes(name));
  if (!found) return 'stacked';
  if (found === 'likert') return 'likert';
  if (['list-nolabel', 'label', 'list'].includes(found)) return 'in-table';
  const n = found.match(/^columns-(\d+)$/)?.[1];
  return n ? `columns columns-${Math.min(Number(n), 6)}` : 'columns';
}

function choices(parts, type) {
  const { node, state } = parts;
  const [asked, ask] = createSignal('');
  const found = createMemo(() => {
    const options = state.valueOptions;
    if (!isSearched(node)) return options;
    const words = folded(asked()).split(/\s+/).filter(Boolean);
    const chosen = new Set(state.value);
    const fit = options.filter((option) => chosen.has(option.value) || (words.length ? words.every((word) => folded(option.label.asString).includes(word)) : true));
    return [...fit].sort((a, b) => chosen.has(b.value) - chosen.has(a.value)).slice(0, Math.max(words.length ? AT_ONCE : AT_FIRST, chosen.size));
  });
  const list = h(`div.choices`, { class: `choices ${layoutOf(node)}` }, each(found, (option) => choice(parts, type, option)));
  if (!isSearched(node)) return [list, clearer(parts, type)];
  return [
    h('input.choice-search', { type: 'search', 'aria-label': t('search_in', { n: state.valueOptions.length }), placeholder: t('search_choices'), oninput: ({ target }) => ask(target.value) }),
    list,
    h('p.quiet', { role: 'status' }, () => (state.valueOptions.length > found().length ? t('shown_of', { n: found().length, of: state.valueOptions.length }) : '')),
    clearer(parts, type),
  ];
}

const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function choice({ id, node, state, answer, isReadonly, sitting, describedBy, problem }, type, option) {
  const isChosen = () => state.value.includes(option.value);
  const isQuick = type === 'radio' && (node.appearances.quick || node.appearances.quickcompact);
  const give = ({ target }) => {
    answer(() => {
      if (type === 'radio') node.selectValue(option.value);
      else node.selectValues(target.checked ? [...state.value, option.value] : state.value.filter((value) => value !== option.value));
    });
    if (isQuick) sitting.quick();
  };
  const picture = () => {
    const source = option.label.imageSource && sitting.media(nameOf(option.label.imageSource));
    return source && h('img', { src: source, alt: '' });
  };
  return h(
    'label.choice',
    {},
    h('input', { type, name: id, value: option.value, checked: isChosen, disabled: isReadonly, onchange: give, 'aria-describedby': type === 'checkbox' ? describedBy : null, 'aria-invalid': () => (type === 'checkbox' && problem() ? 'true' : null) }),
    h('span', {}, picture, () => marked(option.label)),
  );
}

// A radio button cannot be taken back by itself.
function clearer({ node, state, answer, isReadonly }, type) {
  return () =>
    type === 'radio' && state.value.length > 0 && !state.required && !isReadonly()
      ? h('button.link.clear', { type: 'button', onclick: () => answer(() => node.selectValue(null)) }, t('clear'))
      : null;
}
