// Putting things in order: each row moves by its two buttons (keyboard, touch) or is dragged by its handle.
import { createSignal } from 'solid-js';
import { h } from '../dom.js';
import { marked } from '../markdown.js';
import { t } from '../words.js';

export const rank = {
  name: 'rank',
  isGroup: true,
  role: 'group',
  build: (parts) => {
    const { state, node, answer, isReadonly } = parts;
    const [said, say] = createSignal('');
    const isSet = () => state.value.length > 0;
    const order = () => (isSet() ? state.value : state.valueOptions.map((option) => option.value));
    const set = (values) => answer(() => node.setValues(values));
    const move = (from, to, sayIt = true) => {
      const values = [...order()];
      if (to < 0 || to >= values.length) return;
      values.splice(to, 0, ...values.splice(from, 1));
      set(values);
      const text = node.getValueLabel(values[to])?.asString ?? values[to];
      if (sayIt) say(t('moved_to', { what: text, n: to + 1, of: values.length }));
    };
    const list = h('ol.rank-list', { class: () => `rank-list ${isSet() ? '' : 'unset'}` }, () => order().map((value, i) => row(parts, { value, i, n: order().length, move, isReadonly })));
    list.addEventListener('pointerdown', (event) => drag(event, list, (from, to) => move(from, to)));
    return [
      list,
      h('p.hidden', { role: 'status' }, said),
      () => !isSet() && !isReadonly() && h('p.quiet', {}, t('not_ranked'), ' ', h('button.link', { type: 'button', onclick: () => set(order()) }, t('order_is_right'))),
    ];
  },
};

function row({ node, id }, { value, i, n, move, isReadonly }) {
  const text = node.getValueLabel(value);
  const button = (to, word, sign) =>
    h('button.plain', {
      type: 'button', id: `${id}-${value}-${sign}`, disabled: () => isReadonly() || to < 0 || to >= n, 'aria-label': `${t(word)}: ${text?.asString ?? value}`,
      onclick: () => {
        move(i, to);
        const again = document.getElementById(`${id}-${value}-${sign}`);
        (again?.disabled ? document.getElementById(`${id}-${value}-${sign === 'up' ? 'down' : 'up'}`) : again)?.focus();
      },
    }, h(`span.arrow.${sign}`, { 'aria-hidden': 'true' }));
  return h('li', { 'data-i': i }, h('span.handle', { 'aria-hidden': 'true' }), h('span.rank-label', {}, text ? marked(text) : value), button(i - 1, 'move_up', 'up'), button(i + 1, 'move_down', 'down'));
}

function drag(event, list, move) {
  const from = event.target.closest('.handle')?.closest('li');
  if (!from) return;
  event.preventDefault();
  const over = (e) => {
    const at = document.elementFromPoint(e.clientX, e.clientY)?.closest('li');
    return at && list.contains(at) ? at : null;
  };
  from.classList.add('dragged');
  const end = (e) => {
    from.classList.remove('dragged');
    const to = e.type === 'pointerup' && over(e);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
    if (to && to !== from) move(Number(from.dataset.i), Number(to.dataset.i));
  };
  addEventListener('pointerup', end);
  addEventListener('pointercancel', end);
}
