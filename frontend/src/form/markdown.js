// Labels and notes: what the engine has read as Markdown becomes elements of a small safe kind. HTML stays text.
import { h } from './dom.js';

const KNOWN = new Set(['a', 'em', 'strong', 'u', 'p', 'span', 'div', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const INLINE = { p: 'span', div: 'span', h1: 'strong', h2: 'strong', h3: 'strong', h4: 'strong', h5: 'strong', h6: 'strong', ul: 'span', ol: 'span', li: 'span' };

// isInline: within a label or a legend, where only phrases may stand.
export function marked(range, { isInline = true } = {}) {
  const nodes = range?.formatted ?? [];
  if (!nodes.length) return range?.asString ?? '';
  return nodes.map((node) => build(node, isInline));
}

function build(node, isInline) {
  if (node.role === 'line-break') return h('br');
  if (node.role === 'child') return document.createTextNode(node.value);
  if (node.role === 'html') return document.createTextNode(node.unsafeHtml.replace(/<[^>]*>/g, ''));
  const own = (node.children ?? []).map((child) => build(child, isInline));
  let name = KNOWN.has(node.elementName) ? node.elementName : 'span';
  if (name === 'a') return link(node.url, own);
  if (isInline) name = INLINE[name] ?? name;
  else if (/^h[1-6]$/.test(name)) name = 'strong'; // the page's own headings keep their order
  const style = colourOf(node.properties?.style?.color);
  return h(name, style && { style }, own);
}

function link(url, own) {
  const isSafe = /^(https?:|mailto:|tel:)/i.test(url ?? '');
  return isSafe ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, own) : h('span', {}, own);
}

function colourOf(colour) {
  return /^(#[0-9a-f]{3,8}|[a-z]{3,20})$/i.test(colour ?? '') ? `color: ${colour}` : null;
}
