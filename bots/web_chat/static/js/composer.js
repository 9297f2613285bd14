// The composer: a photo, an effect and its options, words; and one button that sends them.

import { announce } from "./announce.js";
import { byId } from "./elements.js";
import { Options } from "./options.js";
import { receivePhotos, thumbnail, upload } from "./photos.js";
import { Tray } from "./tray.js";

const KEPT_AS = "zoetrope.draft";
const canHover = matchMedia("(hover: hover)");

/** Dispatches `ask` with what to send, and `pick` when the gallery is wanted. */
export class Composer extends EventTarget {
  #strings;
  #options;
  #tray;
  #effects = null;
  #photos = [];
  #effect = null;
  #prompt = byId("prompt");
  photoLimit = { bytes: Infinity, sentence: "" };

  constructor(strings) {
    super();
    this.#strings = strings;
    this.#options = new Options(strings);
    this.#tray = new Tray(strings, {
      pick: () => this.dispatchEvent(new Event("pick")),
      removePhoto: (photo) => this.#removePhoto(photo),
      removeEffect: () => this.choose(null),
    });
    receivePhotos((files) => this.#addFiles(files));
    byId("composer").onsubmit = (event) => this.#submit(event);
    byId("open-gallery").onclick = () => this.dispatchEvent(new Event("pick"));
    byId("open-options").onclick = () => this.#options.open(this.#effect);
    byId("note-close").onclick = () => this.note("");
    this.#prompt.oninput = () => this.#changed();
    this.#prompt.onkeydown = (event) => this.#sendOnEnter(event);
  }

  /** Choose an effect, or none. */
  choose(effect) {
    this.#effect = effect;
    this.note("");
    this.#changed();
    if (effect === null) return;
    announce(this.#strings.say("effect_chosen", { title: effect.title }));
    this.#focusNext();
  }

  /** Choose an effect for photos that are stored already, if any. */
  chooseFor(photos, effect) {
    if (photos.length > 0) this.#photos = photos.map((key) => ({ key }));
    this.choose(effect);
  }

  /** Choose an effect, or let go of it if it is the one. */
  toggle(effect) {
    this.choose(effect.id === this.#effect?.id ? null : effect);
  }

  /** Learn what effects there are; the first time, take up what was begun before a reload. */
  know(effects) {
    const first = this.#effects === null;
    this.#effects = new Map(effects.map((effect) => [effect.id, effect]));
    const draft = first ? JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null") : null;
    if (draft !== null) this.restore(draft);
    this.#effect = this.#effects.get(this.#effect?.id) ?? null;
    this.#changed();
  }

  /** Show a sentence above the composer; an empty one takes it away. */
  note(text) {
    byId("note").hidden = text === "";
    byId("note-text").textContent = text;
  }

  /** Put back what was begun, or was sent and not taken. */
  restore({ prompt, photos, effect }) {
    this.#prompt.value = prompt;
    this.#photos = photos.map((key) => ({ key }));
    this.#effect = this.#effects.get(effect) ?? null;
    this.#changed();
  }

  focus() {
    this.#prompt.focus();
  }

  /** How many photos there is use for: what the effect takes; while none is chosen, what any takes. */
  get #room() {
    const effects = this.#effect === null ? [...(this.#effects?.values() ?? [])] : [this.#effect];
    return Math.max(1, ...effects.map((effect) => effect.most_photos));
  }

  get #ready() {
    const photos = this.#photos.filter((photo) => photo.key);
    const enough = this.#effect !== null && photos.length >= this.#effect.photos;
    return enough || (this.#effect === null && this.#prompt.value.trim() !== "");
  }

  /** Add what was given together, in its order; while no effect is chosen, in place of what was there. */
  async #addFiles(files) {
    this.note("");
    const used = files.slice(0, this.#room);
    const photos = await Promise.all(used.map(async (file) => ({ canvas: await thumbnail(file) })));
    const kept = this.#effect === null ? 0 : this.#room - photos.length;
    this.#photos = [...(kept > 0 ? this.#photos.slice(-kept) : []), ...photos];
    this.#changed();
    await Promise.all(photos.map((photo, at) => this.#upload(photo, used[at])));
  }

  async #upload(photo, file) {
    try {
      Object.assign(photo, await upload(file, this.#strings, this.photoLimit));
      announce(this.#strings.say("photo_added"));
      this.#focusNext();
    } catch (error) {
      this.#photos = this.#photos.filter((other) => other !== photo);
      this.note(error.message);
    }
    this.#changed();
  }

  #removePhoto(photo) {
    this.#photos = this.#photos.filter((other) => other !== photo);
    this.#changed();
    byId("pick-photo").focus();
  }

  /** Move on to what is still missing, unless the person is writing. */
  #focusNext() {
    if (this.#ready && document.activeElement !== this.#prompt) byId("send").focus();
  }

  #submit(event) {
    event.preventDefault();
    const missing = this.#missing();
    if (missing) {
      this.note(this.#strings.say(missing, { photos: this.#effect?.photos }));
      return;
    }
    if (!this.#ready) {
      if (this.#photos.length > 0) this.dispatchEvent(new Event("pick"));
      else this.#prompt.focus();
      return;
    }
    const ask = {
      type: "ask",
      effect: this.#effect?.id ?? null,
      prompt: this.#prompt.value.trim(),
      photos: this.#photos.slice(0, this.#room).map((photo) => photo.key),
      params: this.#options.paramsOf(this.#effect),
      aspect: this.#options.aspect,
    };
    this.#clear();
    this.dispatchEvent(new CustomEvent("ask", { detail: ask }));
  }

  #missing() {
    if (this.#photos.some((photo) => !photo.key)) return "photo_on_its_way";
    if (this.#effect === null || this.#photos.length >= this.#effect.photos) return null;
    return this.#effect.photos === 1 ? "need_photo" : "need_photos";
  }

  #clear() {
    this.#photos = [];
    this.#effect = null;
    this.#prompt.value = "";
    this.note("");
    this.#changed();
    // On a touch screen the keyboard would cover what has just been sent.
    if (canHover.matches) this.#prompt.focus({ preventScroll: true });
  }

  #sendOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  }

  #changed() {
    byId("photo-file").multiple = this.#room > 1;
    this.#tray.show(this.#photos, this.#effect);
    byId("send").classList.toggle("ready", this.#ready);
    this.#keepDraft();
    this.dispatchEvent(new CustomEvent("change", { detail: this.#effect }));
  }

  #keepDraft() {
    const draft = {
      prompt: this.#prompt.value,
      photos: this.#photos.map((photo) => photo.key).filter(Boolean),
      effect: this.#effect?.id ?? null,
    };
    sessionStorage.setItem(KEPT_AS, JSON.stringify(draft));
  }
}
