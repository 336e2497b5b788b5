// How a form is cut into pages. `sections`: each group and each repeat is a page, loose questions go together by
// twenty. `questions`: one question a page, as on a phone; a group with the appearance field-list stays together.
import { childrenOf } from './engine.js';

const AT_ONCE = 20;
const isGroup = (node) => node.nodeType === 'group';
const isRepeat = (node) => node.nodeType.startsWith('repeat-range');
const isShown = (node) => node.nodeType !== 'model-value' && !(isGroup(node) && isBare(node));
const isBare = (node) => !childrenOf(node).some(isShown);
const staysWhole = (node) => node.appearances?.['field-list'] || node.appearances?.['table-list'];

export function visibleOf(node) {
  return childrenOf(node).filter(isShown);
}

export function pagesOf(root, layout) {
  if (layout === 'whole') return [page(visibleOf(root))];
  return cut(visibleOf(root), layout === 'questions' ? 1 : AT_ONCE, []);
}

function cut(nodes, atOnce, within) {
  const pages = [];
  let loose = [];
  const flush = () => {
    if (loose.length) pages.push(page(loose, within));
    loose = [];
  };
  for (const node of nodes) {
    if (isGroup(node)) {
      flush();
      const own = visibleOf(node);
      const isDeep = own.some((child) => isGroup(child) || isRepeat(child)) || own.length > AT_ONCE;
      if (!staysWhole(node) && (isDeep || atOnce === 1)) pages.push(...cut(own, atOnce, [...within, node]));
      else pages.push(page([node], within));
    } else if (isRepeat(node)) {
      flush();
      pages.push(page([node], within));
    } else {
      loose.push(node);
      if (loose.length >= atOnce) flush();
    }
  }
  flush();
  return pages;
}

// `within`: the groups that were cut apart, so that their titles can be said above.
function page(nodes, within = []) {
  return {
    nodes,
    within,
    isRelevant: () => nodes.some((node) => node.currentState.relevant && node.currentState.hasRelevantBodyNodes !== false),
    title: () => {
      const named = [...within.slice(-1), ...nodes, ...nodes.flatMap(visibleOf)].find((node) => node.currentState.label?.asString.trim());
      return (named?.currentState.label.asString ?? '').replace(/[*_#]|<[^>]*>/g, '').trim();
    },
  };
}

export function* leavesOnPage({ nodes }) {
  for (const node of nodes) yield* leaves(node);
}

function* leaves(node) {
  if (!node.currentState.relevant) return;
  if (!node.currentState.children) {
    if (isShown(node)) yield node;
  } else for (const child of childrenOf(node)) yield* leaves(child);
}

export const hasProblem = (node) => Boolean(node.currentState.relevant && node.validationState.violation);
export const isAnswered = (node) => Boolean(node.currentState.instanceValue);
