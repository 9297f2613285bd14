// Moving previews: muted, looping, and playing only while they can be seen and are wanted.

import { element, mediaUrl } from "./elements.js";

const KEPT_AS = "zoetrope.previews-paused";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Previews {
  #videos = new Set();
  #visible = new Set();
  #observer = new IntersectionObserver((seen) => this.#see(seen), { threshold: 0.35 });

  constructor() {
    calm.addEventListener("change", () => this.#update());
  }

  /** What the person said last; until then, what their system says about motion. */
  get paused() {
    return (localStorage.getItem(KEPT_AS) ?? (calm.matches ? "yes" : "no")) === "yes";
  }

  set paused(wanted) {
    localStorage.setItem(KEPT_AS, wanted ? "yes" : "no");
    this.#update();
  }

  /** Make the picture of an effect: a video if there is one, else its poster, else nothing. */
  picture(effect) {
    if (effect.preview) return this.#video(effect);
    if (!effect.poster) return "";
    const poster = element("img", { src: mediaUrl(effect.poster), alt: "", loading: "lazy" });
    poster.onerror = () => poster.remove();
    return poster;
  }

  /** Stop looking after pictures that are no longer shown. */
  forget() {
    for (const video of this.#videos) {
      if (video.isConnected) continue;
      this.#observer.unobserve(video);
      this.#videos.delete(video);
      this.#visible.delete(video);
    }
  }

  #video(effect) {
    const video = element("video", {
      muted: true,
      loop: true,
      playsInline: true,
      preload: "none",
      tabIndex: -1,
      ariaHidden: "true",
    });
    video.disablePictureInPicture = true;
    video.src = mediaUrl(effect.preview);
    if (effect.poster) video.poster = mediaUrl(effect.poster);
    this.#videos.add(video);
    this.#observer.observe(video);
    return video;
  }

  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#update();
  }

  #update() {
    for (const video of this.#videos) {
      if (this.#visible.has(video) && !this.paused) playQuietly(video);
      else video.pause();
    }
  }
}

/** Play; a browser that will not is left at the poster. */
export function playQuietly(video) {
  video.play().catch(() => {});
}

/** Tell whether things may move by themselves. */
export const mayMove = () => !calm.matches;
