// Groups, repeats, and tables of questions that share their choices.
import { h, each, when } from './dom.js';
import { question, label, idOf } from './question.js';
import { marked } from './markdown.js';
import { visibleOf } from './pages.js';
import { t } from './words.js';

export function shown(node, sitting) {
  if (node.nodeType === 'group') return group(node, sitting);
  if (node.nodeType.startsWith('repeat-range')) return repeat(node, sitting);
  return question(node, sitting);
}

function group(node, sitting) {
  const inside = () => rows(visibleOf(node), sitting);
  const state = node.currentState;
  const isShown = () => Boolean(state.relevant && state.hasRelevantBodyNodes);
  return h(
    'section.group',
    { id: idOf(node), 'data-name': node.definition.nodeset, 'aria-label': () => state.label?.asString || null, hidden: () => !isShown() },
    when(isShown, () => [() => state.label && h('h3', {}, marked(state.label)), inside()]),
  );
}

// Neighbours with the appearances label and list-nolabel stand as rows of one table; all else one below the other.
export function rows(nodes, sitting) {
  const found = [];
  for (const node of nodes) {
    const isRow = node.nodeType === 'select' && (node.appearances?.label || node.appearances?.['list-nolabel'] || node.appearances?.list);
    const last = found.at(-1);
    if (isRow && Array.isArray(last)) last.push(node);
    else found.push(isRow ? [node] : node);
  }
  return found.map((part) => (Array.isArray(part) ? table(part, sitting) : shown(part, sitting)));
}

function table(nodes, sitting) {
  const questions = nodes.filter((node) => !node.appearances.label);
  const heading = nodes.find((node) => node.appearances.label);
  return h('div.choice-table', {}, heading && h('p.table-label', {}, () => label({ state: heading.currentState, node: heading })), questions.map((node) => question(node, sitting)));
}

function repeat(node, sitting) {
  const state = node.currentState;
  const isOurs = node.nodeType === 'repeat-range:uncontrolled';
  const mayChange = () => isOurs && !state.readonly;
  const add = () => {
    node.addInstances();
    sitting.changed(node);
    focusOn(node.currentState.children.at(-1));
  };
  return h(
    'section.repeat',
    { id: idOf(node), 'data-name': node.definition.nodeset, hidden: () => !state.relevant },
    () => state.label && h('h3', {}, marked(state.label)),
    each(() => (state.relevant ? state.children : []), (one, index) => instance(node, one, index, mayChange, sitting)),
    () => mayChange() && h('button.plain.add', { type: 'button', onclick: add }, state.children.length ? t('add_another') : t('add_first')),
  );
}

function focusOn(node) {
  const heading = document.getElementById(idOf(node))?.querySelector('h4');
  heading?.focus();
  heading?.scrollIntoView({ block: 'nearest' });
}

function instance(range, node, index, mayChange, sitting) {
  const title = () => {
    const own = node.currentState.label?.asString.trim() || range.currentState.label?.asString.trim() || t('entry');
    return `${own} · ${index() + 1}`;
  };
  const remove = async () => {
    if (!(await sitting.confirm(t('remove_really', { what: title() }), t('remove')))) return;
    range.removeInstances(index());
    sitting.changed(range);
    document.getElementById(idOf(range))?.querySelector('button.add')?.focus();
  };
  return h(
    'section.instance',
    { id: idOf(node), 'aria-label': title },
    h('div.instance-head', {}, h('h4', { tabindex: -1 }, title), () => mayChange() && h('button.plain.remove', { type: 'button', onclick: remove, 'aria-label': () => `${t('remove')}: ${title()}` }, t('remove'))),
    rows(visibleOf(node), sitting),
  );
}
