// What a person hears or notices without looking: the live region, and a mark in the window title.

import { byId } from "./elements.js";

const TITLE = document.title;

/** Say a line to a screen reader when it next pauses. */
export function announce(text) {
  const status = byId("status");
  // The same line twice is heard twice only if the region changes in between.
  status.textContent = "";
  setTimeout(() => (status.textContent = text), 60);
}

/** Mark the window until it is looked at. */
export function beckon() {
  if (document.hidden) document.title = `\u25cf ${TITLE}`;
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = TITLE;
});
