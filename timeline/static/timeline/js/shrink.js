// Makes a photo smaller before it is sent. The server does the same, but after the upload.

const SMALL_BYTES = 1024 * 1024;
/** Width and height that a picture of a post has to fit into; see accounts/avatar_child.py. */
const SIDE = 2048;
const QUALITY = 0.9;
/** Types that a canvas writes. Another one is sent as it is, and so is an image that this browser cannot read. */
const TYPES = new Set(["image/jpeg", "image/png", "image/webp"]);

/** Resolves with the image within `SIDE` by `SIDE` pixels, or with the file itself if that is no smaller. */
export async function shrunk(file) {
  if (file.size <= SMALL_BYTES || !TYPES.has(file.type)) return file;
  try {
    const blob = await drawn(await createImageBitmap(file, { imageOrientation: "from-image" }), file.type);
    return blob && blob.size < file.size ? new File([blob], file.name, { type: blob.type }) : file;
  } catch {
    return file;
  }
}

function drawn(bitmap, type) {
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}
