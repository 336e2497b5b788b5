import { h } from '../dom.js';

const PAUSE = 350; // the engine reckons when the hand rests, not at every letter

// An input that tells its value when the hand rests or leaves, and takes what the engine says when nobody types.
export function field({ id, state, isReadonly, describedBy, problem, sitting }, tag, attributes, give, show = () => state.instanceValue ?? '') {
  let waiting = 0;
  const commit = () => {
    if (!waiting) return;
    clearTimeout(waiting);
    waiting = 0;
    give(input.value, input);
  };
  const input = h(tag, {
    id: `${id}-c`,
    value: () => {
      const said = show();
      return waiting ? input.value : said;
    },
    readOnly: isReadonly,
    'aria-describedby': describedBy,
    'aria-invalid': () => (problem() ? 'true' : null),
    'aria-required': () => (state.required ? 'true' : null),
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(commit, PAUSE);
      sitting.pending(commit);
    },
    onchange: commit,
    onblur: commit,
    ...attributes,
  });
  return input;
}

export const text = {
  name: 'text',
  build: (parts) => {
    const { node, answer, look } = parts;
    const rows = node.nodeOptions?.rows ?? (look('multiline') ? 4 : 0);
    const give = (value) => answer(() => node.setValue(value));
    if (rows) return field(parts, 'textarea', { rows }, give);
    const isNumber = look('numbers');
    const type = look('masked') ? 'password' : look('url') ? 'url' : 'text';
    return field(parts, 'input', { type, inputmode: isNumber ? 'decimal' : null, autocomplete: 'off' }, give);
  },
};
