import { h } from '../dom.js';
import { t } from '../words.js';

// A slider that says whether it has been moved at all; as stars (rating) or as a list (picker) where asked for.
export function range(node) {
  if (node.appearances.rating) return choices('rating');
  if (node.appearances.picker) return picker;
  return slider;
}

function boundsOf(node) {
  const { start, end, step } = node.definition.bounds;
  return [start, end, step].map(Number);
}

function stepsOf(node) {
  const [min, max, step] = boundsOf(node);
  const size = Math.abs(step) || 1;
  const n = Math.min(Math.floor(Math.abs(max - min) / size + 1e-9), 500);
  return Array.from({ length: n + 1 }, (_, i) => Number((Math.min(min, max) + i * size).toFixed(10)));
}

const slider = {
  name: 'range',
  build: ({ id, node, state, answer, isReadonly, describedBy, problem, look, sitting }) => {
    const [from, to, step] = boundsOf(node);
    const [min, max] = [Math.min(from, to), Math.max(from, to)];
    const isSet = () => Boolean(state.instanceValue);
    const input = h('input', {
      type: 'range', id: `${id}-c`, min, max, step: Math.abs(step) || 1,
      class: () => (isSet() ? 'set' : 'unset'),
      value: () => (isSet() ? String(Number(state.instanceValue)) : String(min)),
      disabled: isReadonly,
      'aria-describedby': describedBy,
      'aria-invalid': () => (problem() ? 'true' : null),
      'aria-valuetext': () => (isSet() ? String(Number(state.instanceValue)) : t('not_answered')),
      onchange: ({ target }) => answer(() => node.setValue(target.value)),
      // Whoever wants the lowest value touches the slider without moving it.
      onclick: ({ target }) => isSet() || answer(() => node.setValue(target.value)),
      onkeydown: ({ key, target }) => (key === 'Enter' || key === ' ') && !isSet() && answer(() => node.setValue(target.value)),
    });
    const clear = () => isSet() && !isReadonly() && h('button.link', { type: 'button', onclick: () => { answer(() => node.setValue(null)); sitting.changed(node); } }, t('clear'));
    return h('div.slider', {}, h('span.end', { 'aria-hidden': 'true' }, String(min)), input, h('span.end', { 'aria-hidden': 'true' }, String(max)), h('output', { for: `${id}-c` }, () => (isSet() ? String(Number(state.instanceValue)) : t('not_answered'))), clear);
  },
};

function choices(name) {
  return {
    name,
    isGroup: true,
    role: 'radiogroup',
    build: ({ id, node, state, answer, isReadonly }) =>
      h('div.stars', {}, stepsOf(node).map((step) =>
        h('label.star', {}, h('input', { type: 'radio', name: id, value: String(step), checked: () => Boolean(state.instanceValue) && Number(state.instanceValue) === step, disabled: isReadonly, onchange: () => answer(() => node.setValue(String(step))) }), h('span', {}, String(step))),
      )),
  };
}

const picker = {
  name: 'picker',
  build: ({ id, node, state, answer, isReadonly, describedBy, problem }) =>
    h('select', { id: `${id}-c`, disabled: isReadonly, 'aria-describedby': describedBy, 'aria-invalid': () => (problem() ? 'true' : null), onchange: ({ target }) => answer(() => node.setValue(target.value || null)) },
      h('option', { value: '' }, t('choose')),
      stepsOf(node).map((step) => h('option', { value: String(step), selected: () => Boolean(state.instanceValue) && Number(state.instanceValue) === step }, String(step)))),
};
