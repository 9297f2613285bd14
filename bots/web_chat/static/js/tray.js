// The tray above the words: the photos and the effect that will be sent, and what is missing.

import { byId, element, icon, iconButton, mediaUrl } from "./elements.js";

export class Tray {
  #strings;
  #does;

  /** `does` says what happens on `pick`, `removePhoto` and `removeEffect`. */
  constructor(strings, does) {
    this.#strings = strings;
    this.#does = does;
  }

  show(photos, effect) {
    byId("tray").hidden = photos.length === 0 && effect === null;
    byId("open-options").hidden = effect === null;
    byId("photo-slot").replaceChildren(...this.#photos(photos, effect));
    byId("effect-slot").replaceChildren(this.#effect(effect));
  }

  /** The photos there are, and an invitation as long as more are taken. */
  #photos(photos, effect) {
    const chips = photos.map((photo) => this.#photo(photo));
    if (photos.length >= (effect?.most_photos ?? 1)) return chips;
    const pick = () => byId("photo-file").click();
    if (photos.length === 0) return [this.#wanted("photo", "add_photo", pick)];
    const another = this.#wanted("add", "add_another_photo", pick);
    another.lastChild.className = "wide-text";
    return [...chips, another];
  }

  #photo(photo) {
    const image = photo.canvas ?? element("img", { src: photo.key ? mediaUrl(photo.key) : "" });
    Object.assign(image, { role: "img", ariaLabel: this.#strings.say("your_photo") });
    const remove = this.#remove("remove_photo", {}, () => this.#does.removePhoto(photo));
    return element("div", { className: photo.key ? "chip" : "chip sending" }, image, remove);
  }

  #effect(effect) {
    if (effect === null) return this.#wanted("effects", "choose_effect", this.#does.pick);
    const { title, poster } = effect;
    const picture = poster ? element("img", { src: mediaUrl(poster), alt: "" }) : "";
    const name = element("span", { textContent: title });
    const remove = this.#remove("remove_effect", { title }, this.#does.removeEffect);
    return element("div", { className: "chip named" }, picture, name, remove);
  }

  #wanted(iconName, words, onclick) {
    const button = element("button", { type: "button", className: "wanted", onclick });
    button.append(icon(iconName), element("span", { textContent: this.#strings.say(words) }));
    return button;
  }

  #remove(words, slots, onclick) {
    const button = iconButton("close", this.#strings.say(words, slots), onclick);
    button.classList.add("remove");
    return button;
  }
}
