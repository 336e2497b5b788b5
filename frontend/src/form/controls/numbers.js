import { t } from '../words.js';
import { field } from './text.js';

const WHOLE = /^[-+]?\d{1,10}$/;
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)$/;
const LARGEST = 2_147_483_647;

// What people type: blanks and apostrophes between thousands, a decimal comma.
export function tidy(typed, isWhole) {
  let value = typed.trim().replace(/[\s\u00a0\u202f'’]/g, '');
  const groups = isWhole ? /^[-+]?\d{1,3}([.,]\d{3})+$/ : /^[-+]?\d{1,3}(\.\d{3})+,\d*$|^[-+]?\d{1,3}(,\d{3})+\.\d*$/;
  if (groups.test(value)) value = isWhole ? value.replace(/[.,]/g, '') : value.replace(value.lastIndexOf(',') > value.lastIndexOf('.') ? /\./g : /,/g, '');
  return value.replace(',', '.');
}

function number(isWhole) {
  return {
    name: 'number',
    build: (parts) => {
      const { node, answer, misread, state, look } = parts;
      const give = (typed, input) => {
        const value = tidy(typed, isWhole);
        const fits = isWhole ? WHOLE.test(value) && Math.abs(Number(value)) <= LARGEST : DECIMAL.test(value);
        if (value === '' && input.value.trim() === '') return answer(() => node.setValue(null));
        if (!fits) {
          answer(() => node.setValue(null));
          input.value = typed; // what was typed stays, with what is wrong beside it
          return misread(t(isWhole ? 'not_whole' : 'not_number', { typed }));
        }
        answer(() => node.setValue(value));
      };
      const show = () => grouped(String(state.instanceValue ?? ''), look('thousands-sep'));
      return field(parts, 'input', { type: 'text', inputmode: isWhole ? 'numeric' : 'decimal', autocomplete: 'off' }, give, show);
    },
  };
}

function grouped(value, isWanted) {
  if (!isWanted || !value) return value;
  const [whole, rest] = value.split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') + (rest === undefined ? '' : `.${rest}`);
}

export const whole = number(true);
export const decimal = number(false);
