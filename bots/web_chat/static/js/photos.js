// Photos coming in: picked, dropped anywhere on the page, or pasted; each is sent up at once.

import { byId } from "./elements.js";

/** Call `take` with the picture files that a person gives the page together, however they do it. */
export function receivePhotos(take) {
  const input = byId("photo-file");
  input.onchange = () => {
    take([...input.files]);
    input.value = "";
  };
  for (const opener of document.querySelectorAll("[data-pick]")) {
    opener.addEventListener("click", () => input.click());
  }
  document.addEventListener("paste", (event) => {
    const files = pictures(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  receiveDrops(take);
}

function receiveDrops(take) {
  const veil = byId("drop-veil");
  let depth = 0;
  const show = (dragging) => {
    depth = dragging;
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => {
    if (event.dataTransfer.types.includes("Files")) show(depth + 1);
  });
  document.addEventListener("dragleave", () => show(Math.max(0, depth - 1)));
  // Without this the browser would leave the page and open the file.
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    show(0);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

function pictures(data) {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

/** Send a photo up, if its size is within the limit. Gives `{ key, width, height }`, or throws an Error to be shown. */
export async function upload(file, strings, limit) {
  if (file.size > limit.bytes) throw new Error(limit.sentence);
  let answer;
  try {
    answer = await fetch("/photos", { method: "POST", body: file });
  } catch {
    throw new Error(strings.say("upload_failed"));
  }
  if (answer.ok) return answer.json();
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new Error(strings.say("upload_failed"));
  }
  throw new Error((await answer.json()).text);
}

/** Draw a file small, at once, before it has been sent; null for a kind the browser cannot read. */
export async function thumbnail(file) {
  try {
    const picture = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    const side = Math.min(picture.width, picture.height);
    canvas.width = canvas.height = 160;
    const left = (picture.width - side) / 2;
    const top = (picture.height - side) / 2;
    canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, 160, 160);
    return canvas;
  } catch {
    return null;
  }
}
