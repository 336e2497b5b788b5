import { h } from '../dom.js';
import { t } from '../words.js';

export const trigger = {
  name: 'trigger',
  isGroup: true,
  build: ({ id, node, state, answer, isReadonly, describedBy, problem }) =>
    h(
      'label.choice',
      {},
      h('input', {
        type: 'checkbox',
        id: `${id}-c`,
        checked: () => Boolean(state.value),
        disabled: isReadonly,
        'aria-describedby': describedBy,
        'aria-invalid': () => (problem() ? 'true' : null),
        onchange: ({ target }) => answer(() => node.setValue(target.checked)),
      }),
      h('span', {}, t('acknowledge')),
    ),
};
