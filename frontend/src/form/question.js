// One question: its label, hints and media, its control, and what is wrong with the answer, all tied together for
// those who hear the page. What the control is, the kind of the question says.
import { createMemo, createSignal, onCleanup } from 'solid-js';
import { h, when } from './dom.js';
import { nameOf } from './engine.js';
import { guidanceOf } from './guidance.js';
import { marked } from './markdown.js';
import { t } from './words.js';
import { controlOf } from './controls/index.js';

export const idOf = (node) => `q${node.nodeId.replace(/\W+/g, '-')}`;

// sitting: {attempted(), changed(node), media(name), language()}
export function question(node, sitting) {
  const id = idOf(node);
  const state = node.currentState;
  const [isTouched, setTouched] = createSignal(false);
  const [isMisread, setMisread] = createSignal('');
  const problem = createMemo(() => isMisread() || problemOf(node, sitting, isTouched));
  const parts = {
    id,
    node,
    sitting,
    state,
    problem,
    isReadonly: () => state.readonly,
    describedBy: () => [`${id}-hint`, problem() && `${id}-problem`].filter(Boolean).join(' '),
    look: (name) => Boolean(node.appearances?.[name]),
    misread: (text) => (setMisread(text), sitting.misread(node, text)),
    // Every answer goes through here: the engine reckons anew, the draft is saved.
    answer: (give) => {
      parts.misread('');
      give();
      setTouched(true);
      sitting.changed(node);
    },
  };
  onCleanup(() => sitting.misread(node, ''));
  const control = controlOf(node);
  return h(
    `div.question.${control.name || node.nodeType}`,
    { id, hidden: () => !state.relevant, 'data-name': node.definition?.nodeset ?? null },
    when(() => Boolean(state.relevant), () => body(parts, control)),
  );
}

function body(parts, control) {
  const { id, problem } = parts;
  const own = control.build(parts);
  const help = [media(parts), h('div.hint', { id: `${id}-hint` }, () => hints(parts))];
  const wrong = () => problem() && h('p.problem', { id: `${id}-problem` }, problem());
  if (control.isGroup) {
    return h(
      'fieldset',
      { role: control.role ?? null, 'aria-required': () => (control.role === 'radiogroup' && parts.state.required ? 'true' : null), 'aria-describedby': parts.describedBy, 'aria-invalid': () => (control.role === 'radiogroup' && problem() ? 'true' : null) },
      h('legend', {}, () => label(parts)),
      help,
      wrong, // above: the choices may be longer than the screen
      own,
    );
  }
  if (control.hasNoLabel) return [own, wrong];
  return [h('label', { for: `${id}-c` }, () => label(parts)), help, own, wrong];
}

export function label({ state, node }) {
  const text = marked(state.label);
  const must = state.required && h('span.must', { title: t('required') }, h('span', { 'aria-hidden': 'true' }, '*'), h('span.hidden', {}, ` (${t('required')})`));
  return [text.length ? text : (node.definition?.nodeset ?? '').split('/').pop(), must];
}

function hints({ state, node, sitting }) {
  const guidance = guidanceOf(node, sitting.language());
  // The engine says the guidance at the end of the hint; it has a place of its own.
  const said = state.hint?.asString ?? '';
  const text = guidance && said.endsWith(guidance) ? said.slice(0, -guidance.length).trim() : marked(state.hint, { isInline: false });
  return [
    text.length ? text : null,
    guidance && h('details.guidance', {}, h('summary', {}, t('more_help')), guidance),
  ];
}

// Pictures, sounds and films that belong to the label.
export function media({ state, sitting }, range = () => state.label) {
  return () => {
    const text = range();
    const found = (address) => address && sitting.media(nameOf(address));
    const [image, audio, video] = [text?.imageSource, text?.audioSource, text?.videoSource].map(found);
    return [
      image && h('img.media', { src: image, alt: text.asString }),
      audio && h('audio', { src: audio, controls: true, preload: 'metadata', 'aria-label': text.asString }),
      video && h('video.media', { src: video, controls: true, preload: 'metadata', 'aria-label': text.asString }),
    ];
  };
}

function problemOf(node, sitting, isTouched) {
  const violation = node.validationState?.violation;
  if (!violation || !node.currentState.relevant) return '';
  if (!sitting.attempted(node) && !(isTouched() && violation.condition === 'constraint')) return '';
  const said = violation.message?.asString?.trim();
  return said || t(violation.condition === 'required' ? 'is_required' : 'is_wrong');
}
