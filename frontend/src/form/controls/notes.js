import { h } from '../dom.js';
import { marked } from '../markdown.js';
import { media } from '../question.js';

export const note = {
  name: 'note',
  hasNoLabel: true,
  build: (parts) => {
    const { state } = parts;
    return h(
      'div.note',
      {},
      h('div', {}, () => marked(state.label, { isInline: false })),
      media(parts),
      h('div.hint', {}, () => marked(state.hint, { isInline: false })),
      () => (state.instanceValue ? h('p.value', {}, String(state.instanceValue)) : null),
    );
  },
};
