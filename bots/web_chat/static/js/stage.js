// The stage of a message: the person's photo behind a shutter while the work goes on, then the clip.

import { element, mediaUrl } from "./elements.js";
import { mayMove, playQuietly } from "./preview.js";

/** One stage, which takes the clip's shape as early as it can be known. */
export class Stage {
  #message;
  #root;
  #strings;
  #shutter = null;
  #clip = null;
  #still = null;

  constructor(message, strings) {
    this.#message = message;
    this.#root = message.querySelector(".stage");
    this.#strings = strings;
  }

  /** Show work going on; `fraction` is null while it waits. */
  wait(fraction, asked) {
    this.#root.hidden = false;
    if (this.#shutter === null) this.#raise(asked);
    this.#shutter.classList.toggle("waiting", fraction === null);
    this.#shutter.style.setProperty("--done", `${100 * (fraction ?? 0)}%`);
  }

  /** Show a picture of what is being filmed, once it is there; one that is gone changes nothing. */
  glimpse(key) {
    if (this.#still === key) return;
    this.#still = key;
    const picture = element("img", { src: mediaUrl(key), alt: "", className: "glimpse" });
    picture.onload = () => {
      if (this.#still !== key || this.#shutter === null) return;
      this.#root.querySelector("img")?.remove();
      this.#shutter.classList.add("open");
      this.#root.prepend(picture);
    };
  }

  /** Show a clip; one that came just now plays by itself. */
  play(clip, title, justNow) {
    if (this.#clip === clip.key) return;
    this.#clip = clip.key;
    this.#root.hidden = false;
    this.#shape(clip.width / clip.height);
    const video = element("video", {
      src: mediaUrl(clip.key),
      poster: mediaUrl(clip.poster),
      controls: true,
      loop: true,
      muted: true,
      playsInline: true,
      preload: justNow ? "auto" : "none",
      ariaLabel: this.#strings.say("clip", { title }),
    });
    video.onerror = () => this.#check(video.src);
    this.#shutter = null;
    this.#root.replaceChildren(video);
    if (justNow && mayMove()) playQuietly(video);
  }

  /** Take the stage away. */
  clear() {
    this.#root.hidden = true;
    this.#root.replaceChildren();
    this.#shutter = null;
    this.#clip = null;
  }

  #raise(asked) {
    this.#clip = null;
    this.#still = null;
    this.#shutter = element("div", { className: "shutter", ariaHidden: "true" }, element("i"));
    this.#root.replaceChildren(this.#shutter);
    const fixed = asked?.aspect && asked.aspect !== "auto" ? ratio(asked.aspect) : null;
    this.#shape(fixed ?? 1);
    const key = asked?.photos[0];
    if (!key) return;
    const photo = element("img", { src: mediaUrl(key), alt: "" });
    photo.onload = () => {
      if (fixed === null) this.#shape(nearest(photo.naturalWidth / photo.naturalHeight));
    };
    photo.onerror = () => photo.remove();
    this.#root.prepend(photo);
  }

  #shape(value) {
    this.#message.style.setProperty("--ratio", value);
  }

  /** Say that a clip is gone if it is; the line may just be down. */
  async #check(address) {
    const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
    if (answer?.status !== 404) return;
    const words = this.#strings.say("clip_gone");
    this.#root.replaceChildren(element("p", { className: "gone", textContent: words }));
  }
}

function ratio(aspect) {
  const [width, height] = aspect.split(":").map(Number);
  return width / height;
}

/** The shape a clip of a photo gets by itself. */
function nearest(value) {
  const shapes = [9 / 16, 3 / 4, 1, 4 / 3, 16 / 9];
  const far = (shape) => Math.abs(Math.log(shape / value));
  return shapes.reduce((best, shape) => (far(shape) < far(best) ? shape : best));
}
