// The whole of our renderer's machinery: elements whose attributes and children may be functions, which Solid's
// effects call again when what they read has changed. No templates, no compiler, no eval.
import { createMemo, createRenderEffect, mapArray, onCleanup, untrack } from 'solid-js';

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'hidden', 'open', 'selected', 'textContent', 'indeterminate', 'readOnly']);

function put(element, name, value) {
  if (name === 'style') element.style.cssText = value ?? '';
  else if (PROPERTIES.has(name)) {
    if (element[name] !== value) element[name] = value;
  } else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
}

// h('p.hint', {id: …, hidden: () => …, onclick: …}, 'text', () => reactive text or nodes)
export function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (typeof value === 'function') createRenderEffect(() => put(element, key, value()));
    else put(element, key, value);
  }
  add(element, children);
  return element;
}

export function svg(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') createRenderEffect(() => put(element, key, value()));
    else put(element, key, value);
  }
  element.append(...children);
  return element;
}

function add(parent, child) {
  if (Array.isArray(child)) for (const part of child) add(parent, part);
  else if (typeof child === 'function') addLive(parent, child);
  else if (child !== null && child !== undefined && child !== false) parent.append(child);
}

// Keeps what stays where it stands, so that a list that grows does not take the focus from its other rows.
function addLive(parent, child) {
  const end = document.createComment('');
  parent.append(end);
  let shown = [];
  createRenderEffect(() => {
    const next = nodesOf(child());
    const at = end.parentNode;
    for (const old of shown) if (!next.includes(old)) old.remove();
    let before = end;
    for (const node of next.toReversed?.() ?? [...next].reverse()) {
      if (node.nextSibling !== before || node.parentNode !== at) at.insertBefore(node, before);
      before = node;
    }
    shown = next;
  });
}

function nodesOf(given) {
  if (Array.isArray(given)) return given.flatMap(nodesOf);
  if (typeof given === 'function') return nodesOf(given());
  if (given === null || given === undefined || given === false || given === '') return [];
  return [given instanceof Node ? given : document.createTextNode(given)];
}

// Built when the condition comes true and taken away when it ends. What the parts read while they are built does not
// count: else a part that looks once at something would be built anew, with all its fields, whenever that changes.
export function when(condition, build) {
  const value = createMemo(condition);
  return () => {
    const given = value();
    return given ? untrack(() => build(given)) : null;
  };
}

// A list of which each row is made once and kept as long as its item is there.
export function each(list, row) {
  return mapArray(list, row);
}

export function listen(target, name, does, options) {
  target.addEventListener(name, does, options);
  onCleanup(() => target.removeEventListener(name, does, options));
}
