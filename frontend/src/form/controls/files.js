// Photographs, sounds, films and other files; drawings and signatures where the appearance asks for them.
import { createMemo, createSignal, onCleanup } from 'solid-js';
import { h } from '../dom.js';
import { t } from '../words.js';
import { smaller } from './pictures.js';
import { pad } from './signature.js';

const DRAWN = ['signature', 'draw', 'annotate'];

export function file(node) {
  const kind = node.nodeOptions.media.type ?? 'file';
  const isDrawn = kind === 'image' && DRAWN.find((name) => node.appearances?.[name]);
  return { name: isDrawn || kind, isGroup: true, role: 'group', build: (parts) => build(parts, kind, isDrawn) };
}

function build(parts, kind, isDrawn) {
  const { state, node, answer, isReadonly } = parts;
  const [busy, setBusy] = createSignal('');
  const give = (given) => answer(() => setFile(node, given));
  const take = async (given) => {
    if (!given) return;
    setBusy(t('preparing'));
    try {
      give(kind === 'image' ? await smaller(given, node.maxPixels) : given);
    } finally {
      setBusy('');
    }
  };
  return [
    preview(state, kind),
    () => state.attachmentState.loadingError && h('p.problem', {}, t('file_missing'), ' ', h('button.link', { type: 'button', onclick: () => node.retryFetch() }, t('try_again'))),
    () => (isReadonly() ? null : h('div.file-ways', {}, isDrawn ? pad(parts, isDrawn, give) : ways(parts, kind, take))),
    h('p.quiet', { role: 'status' }, busy),
    () => !isReadonly() && state.value && h('button.plain', { type: 'button', onclick: () => give(null) }, t('remove_file')),
  ];
}

// The engine gives a question without a file the name that came with the draft, so it must forget that name first.
function setFile(node, given) {
  if (!given && node.instanceNode) Object.defineProperty(node.instanceNode, 'value', { value: null, configurable: true });
  node.setValue(given);
}

function preview(state, kind) {
  const address = createMemo(() => {
    const given = state.value;
    if (!given) return '';
    const made = URL.createObjectURL(given);
    onCleanup(() => URL.revokeObjectURL(made));
    return made;
  });
  return () => {
    const src = address();
    if (!src) return null;
    const size = t('size_kb', { n: Math.max(1, Math.round(state.value.size / 1000)) });
    if (kind === 'image') return h('figure.preview', {}, h('img', { src, alt: t('your_picture') }), h('figcaption', {}, size));
    if (kind === 'audio') return h('figure.preview', {}, h('audio', { src, controls: true, 'aria-label': t('your_recording') }), h('figcaption', {}, size));
    if (kind === 'video') return h('figure.preview', {}, h('video', { src, controls: true, 'aria-label': t('your_recording') }), h('figcaption', {}, size));
    return h('p.preview', {}, `${state.value.name} · ${size}`);
  };
}

function ways({ id, node, describedBy }, kind, take) {
  const { accept } = node.nodeOptions.media;
  const isNewOnly = node.appearances?.new || node.appearances?.['new-front'];
  const front = node.appearances?.['new-front'] || node.appearances?.front;
  const choose = (word, capture, n) => {
    const input = h('input.hidden', { type: 'file', id: `${id}-${n}`, accept: accept === '*/*' ? null : accept, capture, 'aria-describedby': describedBy, onchange: ({ target }) => take(target.files[0]).then(() => (target.value = '')) });
    return [input, h('label.plain.button', { for: `${id}-${n}` }, t(word))];
  };
  const isPhone = matchMedia('(pointer: coarse)').matches;
  const camera = kind === 'image' || kind === 'video';
  return [
    camera && isPhone && choose(kind === 'image' ? 'take_photo' : 'take_video', front ? 'user' : 'environment', 'new'),
    kind === 'audio' && recorder(take),
    !(isNewOnly && isPhone) && choose({ image: 'choose_photo', audio: 'choose_sound', video: 'choose_video' }[kind] ?? 'choose_file', null, 'c'),
  ];
}

function recorder(take) {
  if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === 'undefined') return null;
  const [running, setRunning] = createSignal(null);
  const [refused, setRefused] = createSignal(false);
  const begin = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const made = new MediaRecorder(stream);
      const pieces = [];
      made.ondataavailable = ({ data }) => pieces.push(data);
      made.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        const type = made.mimeType.split(';')[0];
        take(new File(pieces, `sound.${type.split('/')[1] === 'mp4' ? 'm4a' : type.split('/')[1]}`, { type }));
      };
      made.start();
      setRefused(false);
      setRunning(made);
    } catch {
      setRefused(true);
    }
  };
  const end = () => {
    running().stop();
    setRunning(null);
  };
  onCleanup(() => running()?.stop());
  return [
    () => (running() ? h('button', { type: 'button', onclick: end }, t('stop_recording')) : h('button.plain', { type: 'button', onclick: begin }, t('record'))),
    () => refused() && h('p.problem', {}, t('no_microphone')),
  ];
}
