// The page's words, as the server gave them in the person's language.

export class Strings {
  constructor(language, byName) {
    this.language = language;
    this.byName = byName;
  }

  /** Say a string, with `{slots}` filled in. */
  say(name, slots = {}) {
    return this.byName[name].replace(/\{(\w+)\}/g, (whole, slot) => slots[slot] ?? whole);
  }

  /** Pick a title out of titles by language; English is always there. */
  title(titles) {
    return titles[this.language] ?? titles.en ?? "";
  }

  /** Write the strings into the places that the markup names. */
  fill(root) {
    document.documentElement.lang = this.language;
    for (const place of root.querySelectorAll("[data-text]")) {
      place.textContent = this.say(place.dataset.text);
    }
    for (const place of root.querySelectorAll("[data-label]")) {
      place.setAttribute("aria-label", this.say(place.dataset.label));
      if (place.matches("button")) place.title = this.say(place.dataset.label);
    }
    for (const place of root.querySelectorAll("[data-placeholder]")) {
      place.placeholder = this.say(place.dataset.placeholder);
    }
  }
}
