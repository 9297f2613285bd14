// The door: finds or begins a session, asking for the password where there is one.

import { byId, element } from "./elements.js";
import { Strings } from "./strings.js";

const RETRY_MS = 2000;

/** Knock until the door is open; gives the strings to speak. */
export async function enter() {
  let welcome = await knockUntilAnswered();
  if (!welcome.open) welcome = await askForPassword(welcome);
  offerLanguages(welcome);
  const strings = new Strings(welcome.language, welcome.strings);
  strings.fill(document);
  return strings;
}

/** Say something at the door; throws while nobody answers. */
export async function knock(words = {}) {
  const answer = await fetch("/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(words),
  });
  if (answer.status !== 200 && answer.status !== 401) throw new Error(await answer.text());
  return answer.json();
}

async function knockUntilAnswered() {
  for (;;) {
    try {
      return await knock();
    } catch {
      await new Promise((later) => setTimeout(later, RETRY_MS));
    }
  }
}

function askForPassword(welcome) {
  const door = byId("door");
  const note = byId("door-note");
  new Strings(welcome.language, welcome.strings).fill(door);
  // There is nothing behind this dialog to go back to.
  door.oncancel = (event) => event.preventDefault();
  door.showModal();
  return new Promise((opened) => {
    byId("door-form").onsubmit = async (event) => {
      event.preventDefault();
      const answer = await knock({ password: byId("password").value });
      note.hidden = answer.open;
      note.textContent = answer.note;
      if (answer.open) {
        door.close();
        opened(answer);
      } else {
        byId("password").select();
      }
    };
  });
}

function offerLanguages({ language, languages }) {
  const choice = byId("language");
  choice.replaceChildren(
    ...Object.entries(languages).map(([code, name]) =>
      element("option", { value: code, textContent: name, lang: code }),
    ),
  );
  choice.value = language;
  choice.onchange = async () => {
    await knock({ language: choice.value });
    location.reload();
  };
}
