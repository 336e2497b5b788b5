// What the page itself says; what the form asks, its author has said. English and Spanish, each written by hand.
import en from './words.en.js';
import es from './words.es.js';

const LANGUAGES = { en, es };
let words = en;
export let language = 'en';

export function speak(code) {
  language = code in LANGUAGES ? code : 'en';
  words = LANGUAGES[language];
}

export function t(key, values = {}) {
  const said = words[key] ?? en[key] ?? key;
  const text = typeof said === 'function' ? said(values) : said;
  return text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? '');
}

export const moment = (at) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
export const number = (n) => new Intl.NumberFormat(language).format(n);
