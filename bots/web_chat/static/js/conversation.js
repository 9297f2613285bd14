// The conversation: messages in order, kept in view as they come.

import { announce, beckon } from "./announce.js";
import { byId } from "./elements.js";
import { AnsweredMessage, askedMessage, titleOf } from "./message.js";
import { mayMove } from "./preview.js";

const NEAR_END_PX = 160;

const keyOf = (entry) => `${entry.kind}:${entry.job}`;

/**
 * Dispatches `act` with what a button of a message asks for, `earlier` when older messages are
 * wanted, `empty` as that changes, and `orphaned` when what had the focus has gone.
 */
export class Conversation extends EventTarget {
  #strings;
  #find;
  #list = byId("messages");
  #earlier = byId("earlier");
  #shown = new Map();
  #waiting = new Map();

  /** `find(id)` gives an effect or nothing. */
  constructor(strings, find) {
    super();
    this.#strings = strings;
    this.#find = find;
    byId("to-newest").onclick = () => this.toNewest();
    this.#earlier.onclick = () =>
      this.dispatchEvent(new CustomEvent("earlier", { detail: this.#oldest }));
    addEventListener("scroll", () => this.#offerNewest(), { passive: true });
  }

  /** Agree with what the server has: its last lines, and whether there are `more` before them. */
  sync(lines, more) {
    const first = this.#shown.size === 0;
    const from = lines[0]?.seq ?? 0;
    const listed = new Set(lines.map(({ entry }) => keyOf(entry)));
    for (const [key, { seq }] of this.#shown) {
      if (seq >= from && !listed.has(key)) this.#drop(key);
    }
    if (this.#oldest >= from) this.#earlier.hidden = !more;
    for (const { seq, entry } of lines) this.#put(entry, { seq });
    this.#changed();
    if (first && lines.length > 0) this.toNewest("instant");
  }

  /** Put older lines before those there are. */
  showEarlier(lines, more) {
    this.#earlier.hidden = !more;
    const next = this.#list.firstElementChild;
    for (const { seq, entry } of lines) this.#put(entry, { seq, next });
    next?.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** Show a new entry, or a changed one where it stands. */
  show(entry) {
    const isStep = this.#shown.has(keyOf(entry)) && entry.message?.progress != null;
    const follow = !isStep && (this.#isNearEnd() || entry.kind === "asked");
    this.#put(entry, { justNow: true });
    this.#changed();
    if (follow) this.toNewest();
  }

  /** Show an ask that is not confirmed yet. */
  showWaiting(frame, title) {
    if (this.#waiting.has(frame.id)) return;
    const root = askedMessage({ ...frame, title }, this.#strings);
    root.classList.add("waiting");
    this.#waiting.set(frame.id, root);
    this.#list.append(root);
    this.#changed();
    this.toNewest();
  }

  /** Take an unconfirmed ask away. */
  dropWaiting(id) {
    this.#confirm(id);
    this.#changed();
  }

  /** Take away everything about a job. */
  remove(job) {
    const focused = document.activeElement?.closest(".message")?.dataset.job;
    this.#drop(`asked:${job}`);
    this.#drop(`answered:${job}`);
    this.#changed();
    if (focused === job) this.dispatchEvent(new Event("orphaned"));
  }

  /** Show what made the clip of a job, or no more if that is shown already. */
  tell(job, text) {
    const told = this.#shown.get(`answered:${job}`)?.answered.tell(text);
    if (told) announce(told);
  }

  /** What was asked for with a job, if it is on the page. */
  asked(job) {
    return this.#shown.get(`asked:${job}`)?.entry;
  }

  toNewest(behavior = mayMove() ? "smooth" : "instant") {
    requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight, behavior }));
  }

  get #oldest() {
    return Math.min(Infinity, ...[...this.#shown.values()].map(({ seq }) => seq));
  }

  #put(entry, { seq = Infinity, next = null, justNow = false }) {
    this.#confirm(entry.page_id);
    const known = this.#shown.get(keyOf(entry));
    const shown = known ?? this.#make(entry);
    shown.seq = Math.min(seq, shown.seq ?? Infinity);
    const clip = shown.answered?.clip;
    shown.answered?.show(entry.message, this.asked(entry.job), justNow);
    if (!known) {
      shown.root.dataset.job = entry.job;
      shown.root.classList.toggle("fresh", justNow);
      this.#list.insertBefore(shown.root, next);
      this.#shown.set(keyOf(entry), shown);
    }
    if (justNow && entry.kind === "answered") this.#tell(entry.message, clip);
  }

  #make(entry) {
    if (entry.kind === "asked") return { entry, root: askedMessage(entry, this.#strings) };
    const act = (action, effect) => this.#act(action, entry.job, effect);
    const answered = new AnsweredMessage(this.#strings, act, this.#find);
    return { answered, root: answered.root };
  }

  #confirm(id) {
    this.#waiting.get(id)?.remove();
    this.#waiting.delete(id);
  }

  #drop(key) {
    this.#shown.get(key)?.root.remove();
    this.#shown.delete(key);
  }

  /**
   * Say a message aloud when it changes in kind; steps of progress are for the eye. `before` is the
   * clip that it has shown: another one is a first look while the message can be cancelled.
   */
  #tell(message, before) {
    const isOther = message.clip !== null && message.clip.key !== before;
    if (message.progress !== null && !isOther) return;
    const isDone = isOther && !message.buttons.some((button) => button.action === "cancel");
    const title = titleOf(message);
    announce(isDone ? this.#strings.say("clip_ready", { title }) : message.text);
    if (isDone) beckon();
  }

  #act(action, job, effect) {
    this.dispatchEvent(new CustomEvent("act", { detail: { action, job, effect } }));
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("empty", { detail: this.#list.childElementCount === 0 }));
    this.#offerNewest();
  }

  #isNearEnd() {
    const page = document.documentElement;
    return page.scrollHeight - scrollY - innerHeight < NEAR_END_PX;
  }

  #offerNewest() {
    byId("to-newest").hidden = this.#shown.size === 0 || this.#isNearEnd();
  }
}
