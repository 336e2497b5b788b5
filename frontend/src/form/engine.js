// ODK's form engine behind four verbs: open anew, go on with a draft, correct what was sent, take out the answers.
// Everything that knows the engine's own names stands here and in the controls.
import { reactive } from './reactive.js';

let engine;
// The engine is most of what the page loads: it comes while the device is asked what it has kept.
export const warm = () => (engine ??= import('@getodk/xforms-engine'));

const TYPES = { csv: 'text/csv', xml: 'text/xml', geojson: 'application/geo+json', json: 'application/json' };
const XML_PART = 'xml_submission_file';

// form: {xml, files: Map(name → Blob)}; was: {xml, files: [File], isEdited}
export async function open(form, { was = null, properties = {} } = {}) {
  const { loadForm } = await warm();
  const loaded = await loadForm(form.xml, {
    fetchFormAttachment: (address) => mediaOf(form, address),
    missingResourceBehavior: 'BLANK',
  });
  if (loaded.status === 'failure') throw loaded.error.cause ?? loaded.error;
  const config = {
    stateFactory: reactive,
    instanceAttachments: { fileNameFactory },
    preloadProperties: properties,
    geolocationProvider: { getLocation: whereWeAre },
  };
  if (!was) return loaded.createInstance(config).root;
  const data = [instanceData(was)];
  const instance = was.isEdited
    ? await loaded.editInstance({ inputType: 'FORM_INSTANCE_INPUT_RESOLVED', data }, config)
    : await loaded.restoreInstance({ data }, config);
  return instance.root;
}

function instanceData({ xml, files }) {
  const data = new FormData();
  data.set(XML_PART, new File([xml], XML_PART, { type: 'text/xml' }));
  for (const file of files) data.set(file.name, file);
  return data;
}

export function nameOf(address) {
  return decodeURIComponent(String(address.href ?? address).split('/').pop());
}

async function mediaOf(form, address) {
  const name = nameOf(address);
  const file = form.files.get(name);
  if (!file) return new Response('', { status: 404 });
  const type = TYPES[name.split('.').pop().toLowerCase()] ?? file.type;
  return new Response(file, { headers: { 'Content-Type': type || 'application/octet-stream' } });
}

// The device's own name of a photograph may say who or where; the extension is all that is worth keeping.
function fileNameFactory({ writtenAt, extension }) {
  const random = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  return `${writtenAt.getTime()}-${random}${(extension ?? '').toLowerCase()}`;
}

function whereWeAre() {
  return new Promise((tell) => {
    if (!navigator.geolocation) return tell('');
    const said = ({ coords: c }) => tell(`${c.latitude} ${c.longitude} ${c.altitude ?? 0} ${c.accuracy}`);
    navigator.geolocation.getCurrentPosition(said, () => tell(''), { enableHighAccuracy: true, timeout: 20000 });
  });
}

export function childrenOf(node) {
  return node.currentState.children ?? [];
}

export function* leavesOf(node) {
  for (const child of childrenOf(node)) {
    if (child.currentState.children) yield* leavesOf(child);
    else yield child;
  }
}

// The engine leaves out files that it did not see chosen in this sitting: those of a draft would be lost.
function filesOf(root) {
  const files = [];
  for (const leaf of leavesOf(root)) {
    if (leaf.nodeType !== 'upload' || !leaf.currentState.relevant) continue;
    const file = leaf.currentState.value;
    if (file) files.push(file);
  }
  return files;
}

export async function answersOf(root) {
  const prepared = await root.prepareInstancePayload({ payloadType: 'monolithic' });
  const xml = await prepared.data[0].get(XML_PART).text();
  const meta = (name) => text(xml.match(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`))?.[1]);
  return { xml, files: filesOf(root), instanceId: meta('instanceID'), instanceName: meta('instanceName') };
}

function text(escaped) {
  return new DOMParser().parseFromString(`<a>${escaped ?? ''}</a>`, 'text/xml').documentElement.textContent;
}
