// The gallery of effects. There is one, and it moves to where there is room for it: open below the
// invitation, docked beside the conversation, or in a sheet.

import { byId, copyOf } from "./elements.js";
import { Previews } from "./preview.js";

const wide = matchMedia("(min-width: 68rem)");

/** Dispatches `choose` with the effect a person picked. */
export class Gallery extends EventTarget {
  #strings;
  #effects = null;
  #chosen = null;
  #empty = true;
  #sheet = byId("gallery-sheet");
  #root = byId("gallery");
  #previews = new Previews();
  #picked = null;
  #answer = null;

  constructor(strings) {
    super();
    this.#strings = strings;
    this.#sheet.addEventListener("close", () => this.#closed());
    wide.addEventListener("change", () => this.#settle());
    byId("previews-pause").onclick = () => {
      this.#previews.paused = !this.#previews.paused;
      this.#showPaused();
    };
    this.#showPaused();
  }

  find(id) {
    return this.#effects?.find((effect) => effect.id === id);
  }

  /** Show these effects. */
  show(effects) {
    // After a lost line they are mostly the same, and need not start over.
    if (JSON.stringify(effects) === JSON.stringify(this.#effects)) return;
    this.#effects = effects;
    byId("previews-pause").hidden = effects.length === 0;
    byId("gallery-empty").hidden = effects.length > 0;
    this.#lay(effects);
    this.#previews.forget();
    this.mark(this.#chosen);
    this.#settle();
  }

  /** Mark the effect that is chosen. */
  mark(id) {
    this.#chosen = id;
    for (const tile of byId("tiles").querySelectorAll(".tile")) {
      tile.ariaPressed = String(tile.dataset.effect === id);
    }
  }

  /** Be told whether the conversation is empty. */
  set empty(isEmpty) {
    this.#empty = isEmpty;
    this.#settle();
  }

  /** Go to the gallery, if it lies open on the page. */
  focus() {
    if (this.#root.hidden) return false;
    byId("tiles").querySelector(".tile")?.focus();
    return true;
  }

  /** Let the person pick from a sheet; resolves to an effect, or null. */
  pick(title) {
    byId("gallery-title").textContent = title;
    this.#sheet.append(this.#root);
    this.#root.hidden = false;
    this.#sheet.showModal();
    byId("tiles").querySelector(".tile")?.focus();
    return new Promise((answer) => (this.#answer = answer));
  }

  #choose(effect) {
    if (this.#sheet.open) {
      this.#picked = effect;
      this.#sheet.close();
    } else {
      this.dispatchEvent(new CustomEvent("choose", { detail: effect }));
    }
  }

  #closed() {
    byId("gallery-title").textContent = this.#strings.say("effects");
    this.#settle();
    this.#answer(this.#picked);
    this.#picked = null;
  }

  #settle() {
    if (this.#sheet.open) return;
    const docked = wide.matches && !this.#empty;
    document.body.classList.toggle("docked", docked);
    document.body.classList.toggle("gallery-open", docked || this.#empty);
    byId("dock").hidden = !docked;
    const place = this.#empty ? byId("hero-gallery") : docked ? byId("dock") : null;
    this.#root.hidden = place === null;
    if (place !== null && this.#root.parentElement !== place) place.append(this.#root);
  }

  /** Lay out the effects, those that can show what they do first. */
  #lay(effects) {
    const [shown, bare] = byId("tiles").children;
    const tiles = (some) => some.map((effect) => this.#tile(effect));
    shown.replaceChildren(...tiles(effects.filter(hasPicture)));
    bare.replaceChildren(...tiles(effects.filter((effect) => !hasPicture(effect))));
  }

  #showPaused() {
    byId("previews-pause").ariaPressed = String(this.#previews.paused);
  }

  #tile(effect) {
    const item = copyOf("tile-template");
    const tile = item.querySelector(".tile");
    tile.dataset.effect = effect.id;
    tile.style.setProperty("--hue", hueOf(effect.id));
    tile.querySelector("strong").textContent = effect.title;
    tile.querySelector("small").textContent = effect.summary;
    tile.querySelector(".picture").append(this.#previews.picture(effect));
    tile.onclick = () => this.#choose(effect);
    return item;
  }
}

const hasPicture = (effect) => Boolean(effect.preview ?? effect.poster);

/** Give an effect a hue of its own, always the same one. */
function hueOf(id) {
  return [...id].reduce((hue, letter) => (31 * hue + letter.codePointAt(0)) % 360, 0);
}
