// A photograph of a phone has ten times what anybody looks at: it is made smaller before it is kept or sent. On the
// way the camera's notes (place, device, hour) are left out.
const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

export async function smaller(file, maxPixels) {
  const longest = maxPixels || LONGEST_SIDE;
  if (/svg|gif/.test(file.type)) return file;
  let image;
  try {
    image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return file; // a kind of picture that this browser cannot read goes as it is
  }
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const type = file.type === 'image/png' && scale === 1 ? 'image/png' : 'image/jpeg';
  const blob = await new Promise((done) => canvas.toBlob(done, type, QUALITY));
  return new File([blob], `photo.${type === 'image/png' ? 'png' : 'jpg'}`, { type });
}
