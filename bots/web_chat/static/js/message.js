// One message: what a person asked, or what the bot shows about it.

import { copyOf, element, icon, mediaUrl } from "./elements.js";
import { Stage } from "./stage.js";

const ICONS = {
  again: "again",
  other_effect: "other",
  cancel: "cancel",
  delete: "delete",
  download: "download",
  details: "details",
};

/** What a clip is called: the first line beside it. */
export function titleOf(message) {
  return message.text.split("\n", 1)[0];
}

/** Make the message for what was asked. */
export function askedMessage(asked, strings) {
  const item = copyOf("asked-template");
  item.querySelector("article").ariaLabel = strings.say("you");
  const photos = asked.photos.map((key) => {
    const photo = element("img", { src: mediaUrl(key), alt: strings.say("your_photo") });
    photo.onerror = () => photo.remove();
    return photo;
  });
  item.querySelector(".asked-photos").append(...photos);
  item.querySelector(".asked-effect").textContent = strings.title(asked.title);
  item.querySelector(".asked-prompt").textContent = asked.prompt;
  return item;
}

/** The bot's message about a job; every `show` replaces it whole. */
export class AnsweredMessage {
  root = copyOf("answered-template");
  #strings;
  #act;
  #find;
  #stage;
  #text = "";
  #clip;

  /** `act(action, effect)` does what a button says; `find(id)` gives an effect or nothing. */
  constructor(strings, act, find) {
    this.#strings = strings;
    this.#act = act;
    this.#find = find;
    this.#stage = new Stage(this.root, strings);
  }

  /** The key of the clip that it shows, if any. */
  get clip() {
    return this.#clip;
  }

  show(message, asked, justNow) {
    const under = message.buttons.some((button) => button.action === "cancel");
    // With no button at all, the clip is being brought over: the stage stays.
    const staged = message.clip !== null || under || message.buttons.length === 0;
    this.root.classList.toggle("staged", staged);
    this.#clip = message.clip?.key;
    if (message.clip) this.#stage.play(message.clip, titleOf(message), justNow);
    else if (staged) this.#wait(message, asked, under);
    else this.#stage.clear();
    this.#say(message.text);
    this.#measure(message);
    this.#offer(message);
  }

  /** Show what made the clip, or no more. */
  tell(text) {
    const details = this.root.querySelector(".details");
    details.textContent = details.textContent === text ? "" : text;
    return details.textContent;
  }

  #wait({ progress, still }, asked, under) {
    this.#stage.wait(progress ?? (under ? null : 1), asked);
    if (still) this.#stage.glimpse(still);
  }

  #say(text) {
    if (text === this.#text) return;
    this.#text = text;
    this.root.querySelector(".said").textContent = text;
  }

  #measure({ progress, text }) {
    const meter = this.root.querySelector(".meter");
    meter.hidden = progress === null;
    if (progress === null) return;
    meter.ariaLabel = this.#strings.say("progress");
    meter.ariaValueNow = Math.round(100 * progress);
    meter.ariaValueText = text;
    meter.style.setProperty("--fraction", progress);
  }

  #offer({ buttons, clip }) {
    const drawn = JSON.stringify([buttons, clip?.key]);
    const actions = this.root.querySelector(".actions");
    // Buttons stay as they are while only the progress moves: one may have the focus.
    if (actions.dataset.drawn === drawn) return;
    actions.dataset.drawn = drawn;
    const hadFocus = actions.contains(document.activeElement);
    const choices = buttons.filter((button) => button.action === "choose");
    const others = buttons.filter((button) => button.action !== "choose");
    actions.replaceChildren(...others.map((button) => this.#button(button, clip)));
    if (choices.length > 0) {
      const offered = choices.map((choice) => this.#choice(choice));
      actions.prepend(element("div", { className: "choices" }, ...offered));
    }
    if (hadFocus) actions.querySelector("button, a")?.focus();
  }

  #button({ action, label }, clip) {
    const name = element("span", { textContent: label });
    if (action === "download") {
      const link = element("a", {
        className: "pill quiet",
        href: `${mediaUrl(clip.key)}?download`,
        download: "",
      });
      link.dataset.action = action;
      link.append(icon(ICONS.download), name);
      return link;
    }
    const button = element(
      "button",
      { type: "button", className: "pill quiet" },
      icon(ICONS[action]),
      name,
    );
    button.dataset.action = action;
    button.onclick = () => this.#act(action);
    return button;
  }

  #choice({ label, effect }) {
    const choice = element("button", { type: "button", className: "choice" });
    const poster = this.#find(effect)?.poster;
    if (poster) choice.append(element("img", { src: mediaUrl(poster), alt: "" }));
    choice.append(element("span", { textContent: label }));
    choice.onclick = () => this.#act("choose", effect);
    return choice;
  }
}
