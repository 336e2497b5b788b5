// A question that must be answered before anything goes on; the browser's own dialog keeps focus and Escape.
import { h } from './dom.js';
import { t } from './words.js';

export function confirm(text, verb) {
  return new Promise((done) => {
    const dialog = h(
      'dialog.ask',
      { 'aria-label': text, onclose: () => (dialog.remove(), done(dialog.returnValue === 'yes')) },
      h('p', {}, text),
      h('div.file-ways', {}, h('button.danger', { type: 'button', onclick: () => dialog.close('yes') }, verb), h('button.plain', { type: 'button', onclick: () => dialog.close('') }, t('cancel'))),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
