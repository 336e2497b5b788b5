import { h } from '../dom.js';
import { t } from '../words.js';
import { field } from './text.js';

const pad = (n) => String(n).padStart(2, '0');

function offsetOf(moment = new Date()) {
  const minutes = -moment.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

// A month or a year is written as its first day, as phones do.
export const day = {
  name: 'day',
  build: (parts) => {
    const { node, answer, look, misread, state } = parts;
    const value = () => state.instanceValue ?? '';
    if (look('year')) {
      const give = (typed) => {
        if (typed.trim() && !/^\d{4}$/.test(typed.trim())) return misread(t('not_year', { typed }));
        answer(() => node.setValue(typed.trim() ? `${typed.trim()}-01-01` : null));
      };
      return field(parts, 'input', { type: 'text', inputmode: 'numeric', maxlength: 4 }, give, () => value().slice(0, 4));
    }
    if (look('month-year')) {
      const give = (typed) => answer(() => node.setValue(typed ? `${typed}-01` : null));
      return field(parts, 'input', { type: 'month', placeholder: t('month_example') }, give, () => value().slice(0, 7));
    }
    return field(parts, 'input', { type: 'date' }, (typed) => answer(() => node.setValue(typed || null)), () => value().slice(0, 10));
  },
};

export const time = {
  name: 'time',
  build: (parts) => {
    const { node, answer, state } = parts;
    const give = (typed) => answer(() => node.setValue(typed ? `${typed}:00.000${offsetOf()}` : null));
    return field(parts, 'input', { type: 'time' }, give, () => (state.instanceValue ?? '').slice(0, 5));
  },
};

export const dayAndTime = {
  name: 'moment',
  build: (parts) => {
    const { node, answer, state } = parts;
    const give = (typed) => answer(() => node.setValue(typed ? `${typed}:00.000${offsetOf(new Date(typed))}` : null));
    const show = () => {
      const moment = new Date(state.instanceValue || NaN);
      if (Number.isNaN(moment.getTime())) return '';
      return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}T${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
    };
    return h('div', {}, field(parts, 'input', { type: 'datetime-local' }, give, show));
  },
};
