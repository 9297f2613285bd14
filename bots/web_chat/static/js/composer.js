// The composer: a photo, an effect and its options, words; and one button that sends them.

import { announce } from "./announce.js";
import { byId, element, icon, iconButton, mediaUrl } from "./elements.js";
import { Options } from "./options.js";
import { receivePhotos, thumbnail, upload } from "./photos.js";

const KEPT_AS = "zoetrope.draft";

/** Dispatches `ask` with what to send, and `pick` when the gallery is wanted. */
export class Composer extends EventTarget {
  #strings;
  #options;
  #effects = null;
  #photos = [];
  #effect = null;
  #prompt = byId("prompt");
  photoLimit = Infinity;

  constructor(strings) {
    super();
    this.#strings = strings;
    this.#options = new Options(strings);
    receivePhotos((file) => this.#addFile(file));
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

  get #wanted() {
    return this.#effect?.photos ?? 1;
  }

  get #ready() {
    const photos = this.#photos.filter((photo) => photo.key);
    const enough = this.#effect !== null && photos.length >= this.#effect.photos;
    return enough || (this.#effect === null && this.#prompt.value.trim() !== "");
  }

  async #addFile(file) {
    this.note("");
    const photo = { canvas: await thumbnail(file) };
    const kept = Math.max(1, this.#wanted) - 1;
    this.#photos = [...(kept > 0 ? this.#photos.slice(-kept) : []), photo];
    this.#changed();
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
      this.note(this.#strings.say(missing));
      return;
    }
    if (!this.#ready) {
      this.#prompt.focus();
      return;
    }
    const ask = {
      type: "ask",
      effect: this.#effect?.id ?? null,
      prompt: this.#prompt.value.trim(),
      photos: this.#photos.map((photo) => photo.key),
      params: this.#options.paramsOf(this.#effect),
      aspect: this.#options.aspect,
    };
    this.#clear();
    this.dispatchEvent(new CustomEvent("ask", { detail: ask }));
  }

  #missing() {
    if (this.#photos.some((photo) => !photo.key)) return "photo_on_its_way";
    if (this.#effect !== null && this.#photos.length < this.#effect.photos) return "need_photo";
    return null;
  }

  #clear() {
    this.#photos = [];
    this.#effect = null;
    this.#prompt.value = "";
    this.note("");
    this.#changed();
    this.#prompt.focus({ preventScroll: true });
  }

  #sendOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  }

  #changed() {
    byId("tray").hidden = this.#photos.length === 0 && this.#effect === null;
    byId("photo-slot").replaceChildren(...this.#photoChips());
    byId("effect-slot").replaceChildren(this.#effectChip());
    byId("open-options").hidden = this.#effect === null;
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

  #photoChips() {
    if (this.#photos.length === 0) {
      const want = element("button", { type: "button", className: "wanted", onclick: () => byId("photo-file").click() });
      want.append(icon("photo"), this.#strings.say("add_photo"));
      return [want];
    }
    return this.#photos.map((photo) => this.#photoChip(photo));
  }

  #photoChip(photo) {
    const alt = this.#strings.say("your_photo");
    const chip = element("div", { className: photo.key ? "chip" : "chip sending" });
    const image = photo.canvas ?? element("img", { alt, src: photo.key ? mediaUrl(photo.key) : "" });
    if (photo.canvas) {
      image.setAttribute("role", "img");
      image.setAttribute("aria-label", alt);
    }
    const remove = iconButton("close", this.#strings.say("remove_photo"), () => this.#removePhoto(photo));
    remove.classList.add("remove");
    chip.append(image, remove);
    return chip;
  }

  #effectChip() {
    if (this.#effect === null) {
      const want = element("button", { type: "button", className: "wanted", onclick: () => this.dispatchEvent(new Event("pick")) });
      want.append(icon("effects"), this.#strings.say("choose_effect"));
      return want;
    }
    const { title, poster } = this.#effect;
    const chip = element("div", { className: "chip named" });
    if (poster) chip.append(element("img", { src: mediaUrl(poster), alt: "" }));
    const remove = iconButton("close", this.#strings.say("remove_effect", { title }), () => this.choose(null));
    remove.classList.add("remove");
    chip.append(element("span", { textContent: title }), remove);
    return chip;
  }
}
