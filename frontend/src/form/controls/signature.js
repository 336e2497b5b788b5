// Drawing with finger or mouse; whoever cannot draw signs by typing the name, which is then written on the picture.
import { createSignal } from 'solid-js';
import { h } from '../dom.js';
import { t } from '../words.js';

const [WIDTH, HEIGHT] = [900, 360];

export function pad({ id, describedBy }, kind, give) {
  const isSignature = kind === 'signature';
  const [isOpen, setOpen] = createSignal(false);
  return () =>
    isOpen()
      ? board(id, isSignature, describedBy, (file) => {
          setOpen(false);
          if (file) give(file);
        })
      : h('button.plain', { type: 'button', onclick: () => setOpen(true) }, t(isSignature ? 'sign' : 'draw'));
}

function board(id, isSignature, describedBy, done) {
  const canvas = h('canvas.pad', { width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': t(isSignature ? 'sign_here' : 'draw_here') });
  const pen = canvas.getContext('2d');
  clear(pen);
  let isEmpty = true;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
  };
  canvas.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    isEmpty = false;
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) pen.lineTo(...at(part));
    pen.stroke();
  });
  const name = h('input', { id: `${id}-name`, type: 'text', autocomplete: 'off', 'aria-describedby': describedBy });
  const keep = () => {
    if (isSignature && name.value.trim()) {
      write(pen, name.value.trim(), isEmpty);
      isEmpty = false;
    }
    if (isEmpty) return name.focus();
    canvas.toBlob((blob) => done(new File([blob], 'signature.png', { type: 'image/png' })), 'image/png');
  };
  const again = () => {
    clear(pen);
    isEmpty = true;
  };
  return h(
    'div.drawing',
    {},
    canvas,
    isSignature && h('div', {}, h('label', { for: `${id}-name` }, t('or_type_name')), name),
    h('div.file-ways', {}, h('button', { type: 'button', onclick: keep }, t('keep')), h('button.plain', { type: 'button', onclick: again }, t('clear')), h('button.plain', { type: 'button', onclick: () => done(null) }, t('cancel'))),
  );
}

function clear(pen) {
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  Object.assign(pen, { strokeStyle: '#111', fillStyle: '#111', lineWidth: 4, lineCap: 'round', lineJoin: 'round' });
}

function write(pen, name, isAlone) {
  let size = isAlone ? 96 : 36;
  do pen.font = `italic ${size}px serif`;
  while (pen.measureText(name).width > WIDTH - 60 && --size > 12);
  pen.fillText(name, 30, isAlone ? HEIGHT / 2 + size / 3 : HEIGHT - 24);
}
