// A queue or a draft as a ZIP file, and back: for the day on which the network does not come back. Files are
// stored, not compressed (photographs would not get smaller); what another program compressed can be read.
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

// Numbers of 2 or 4 bytes, low byte first: [[2, 20], [4, 0], …]
function record(fields, ...tails) {
  const head = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(head.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return [head, ...tails];
}

// entries: [[path, Blob or text], …]
export async function pack(entries) {
  const parts = [];
  const index = [];
  let offset = 0;
  for (const [path, content] of entries) {
    const name = new TextEncoder().encode(path);
    const bytes = new Uint8Array(await new Blob([content]).arrayBuffer());
    // version 2.0, UTF-8 names, stored, 1 January 1980
    const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, crc(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length], [2, 0]];
    parts.push(...record([[4, 0x04034b50], ...common], name, bytes));
    index.push(...record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]], name));
    offset += 30 + name.length + bytes.length;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]]);
  return new Blob([...parts, ...index, ...end], { type: 'application/zip' });
}

export async function unpack(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error('not a ZIP file');
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    const [method, packed] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)];
    const [nameSize, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const start = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameSize));
    const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    files.set(path, await plain(bytes.subarray(from, from + packed), method));
    at += 46 + nameSize + extra + comment;
  }
  return files;
}

async function plain(bytes, method) {
  if (method === 0) return new Blob([bytes]);
  if (method !== 8) throw new Error('a kind of compression that is not known here');
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob();
}
