// A code is typed, or read by the camera where the browser can read codes by itself.
import { createSignal, onCleanup } from 'solid-js';
import { h } from '../dom.js';
import { t } from '../words.js';
import { field } from './text.js';

export const barcode = {
  name: 'barcode',
  build: (parts) => {
    const { node, answer, isReadonly } = parts;
    const give = (value) => answer(() => node.setValue(value));
    const input = field(parts, 'input', { type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' }, give);
    const mayScan = 'BarcodeDetector' in window && navigator.mediaDevices?.getUserMedia;
    return h('div.barcode', {}, input, () => mayScan && !isReadonly() && scanner(give));
  },
};

function scanner(give) {
  const [stream, setStream] = createSignal(null);
  const [isRefused, setRefused] = createSignal(false);
  const stop = () => {
    for (const track of stream()?.getTracks() ?? []) track.stop();
    setStream(null);
  };
  const begin = async () => {
    try {
      setStream(await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }));
    } catch {
      setRefused(true);
    }
  };
  onCleanup(stop);
  return [
    () => (stream() ? [finder(stream(), (code) => (give(code), stop())), h('button.plain', { type: 'button', onclick: stop }, t('cancel'))] : h('button.plain', { type: 'button', onclick: begin }, t('scan'))),
    () => isRefused() && h('p.problem', {}, t('no_camera')),
  ];
}

function finder(stream, found) {
  const video = h('video.finder', { autoplay: true, playsinline: true, muted: true, 'aria-label': t('camera_view') });
  video.srcObject = stream;
  const detector = new window.BarcodeDetector();
  const timer = setInterval(async () => {
    const [code] = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
    if (code) found(code.rawValue);
  }, 250);
  onCleanup(() => clearInterval(timer));
  return video;
}
