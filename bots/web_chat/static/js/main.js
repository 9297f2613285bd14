// Where the page's parts are made and joined.

import { announce } from "./announce.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { enter } from "./door.js";
import { byId } from "./elements.js";
import { Gallery } from "./gallery.js";
import { Outbox } from "./outbox.js";

const DOWN_GRACE_MS = 1200;

/** The page, once the door is open. */
class Page {
  #strings;
  #gallery;
  #composer;
  #conversation;
  #connection = new Connection();
  #outbox = new Outbox(this.#connection);
  #downTimer = 0;

  constructor(strings) {
    this.#strings = strings;
    this.#gallery = new Gallery(strings);
    this.#composer = new Composer(strings);
    this.#conversation = new Conversation(strings, (id) => this.#gallery.find(id));
    this.#join();
    this.#connection.open();
  }

  #join() {
    this.#gallery.addEventListener("choose", ({ detail }) => this.#composer.toggle(detail));
    this.#composer.addEventListener("change", ({ detail }) =>
      this.#gallery.mark(detail?.id ?? null),
    );
    this.#composer.addEventListener("pick", () => this.#pickEffect());
    this.#composer.addEventListener("ask", ({ detail }) => this.#send(detail));
    this.#conversation.addEventListener("act", ({ detail }) => this.#act(detail));
    this.#conversation.addEventListener("empty", ({ detail }) => this.#showEmpty(detail));
    this.#conversation.addEventListener("orphaned", () => this.#composer.focus());
    this.#conversation.addEventListener("earlier", ({ detail }) =>
      this.#sendNow({ type: "earlier", before: detail }),
    );
    this.#connection.addEventListener("frame", ({ detail }) => this.#take(detail));
    this.#connection.addEventListener("up", () => this.#up());
    this.#connection.addEventListener("down", () => this.#down());
  }

  #take(frame) {
    switch (frame.type) {
      case "hello":
        return this.#hello(frame);
      case "effects":
        return this.#showEffects(frame.effects);
      case "entry":
        return this.#showEntry(frame.entry);
      case "earlier":
        return this.#conversation.showEarlier(frame.lines, frame.more);
      case "removed":
        return this.#removed(frame.job);
      case "details":
        return this.#conversation.tell(frame.job, frame.text);
      case "nudge":
        return announce(frame.text);
      case "note":
        return this.#note(frame);
    }
  }

  #hello({ effects, lines, more, photo_bytes, photo_too_large }) {
    this.#composer.photoLimit = { bytes: photo_bytes, sentence: photo_too_large };
    this.#showEffects(effects);
    this.#conversation.sync(lines, more);
    for (const { entry } of lines) this.#outbox.settle(entry.page_id);
    this.#outbox.sendAgain();
    for (const frame of this.#outbox.frames) this.#showWaiting(frame);
  }

  #showEffects(effects) {
    this.#gallery.show(effects);
    this.#composer.know(effects);
  }

  #showEntry(entry) {
    if (entry.kind === "asked") this.#outbox.settle(entry.page_id);
    this.#conversation.show(entry);
  }

  #showEmpty(isEmpty) {
    byId("hero").hidden = !isEmpty;
    this.#gallery.empty = isEmpty;
  }

  #removed(job) {
    this.#conversation.remove(job);
    announce(this.#strings.say("deleted"));
  }

  /** Show what stood in the way; an ask that was not taken goes back to the composer. */
  #note({ text, about }) {
    const frame = this.#outbox.settle(about);
    if (frame?.type === "ask") {
      this.#conversation.dropWaiting(frame.id);
      this.#composer.restore(frame);
    }
    this.#composer.note(text);
  }

  #send(ask) {
    this.#showWaiting(this.#outbox.send(ask));
  }

  /** Send what is only worth sending at once. */
  #sendNow(frame) {
    if (!this.#connection.send(frame)) this.#composer.note(this.#strings.say("no_line"));
  }

  #showWaiting(frame) {
    if (frame.type !== "ask") return;
    const title = this.#gallery.find(frame.effect)?.title;
    this.#conversation.showWaiting(frame, { en: title ?? "" });
  }

  #act({ action, job, effect }) {
    switch (action) {
      case "again":
        return this.#outbox.send({ type: "again", job });
      case "other_effect":
        return this.#otherEffect(job);
      case "choose":
        return this.#chooseFor(job, effect);
      case "cancel":
        return this.#sendNow({ type: "cancel", job });
      case "details":
        return this.#sendNow({ type: "details", job });
      case "delete":
        return this.#delete(job);
    }
  }

  async #pickEffect() {
    if (this.#gallery.focus()) return;
    const effect = await this.#gallery.pick(this.#strings.say("effects"));
    if (effect !== null) this.#composer.choose(effect);
  }

  async #otherEffect(job) {
    const effect = await this.#gallery.pick(this.#strings.say("other_effect"));
    if (effect !== null) this.#chooseFor(job, effect.id);
  }

  /** Ask for the same with another effect; where photos are missing, let the person add them. */
  #chooseFor(job, id) {
    const effect = this.#gallery.find(id);
    const photos = this.#conversation.asked(job)?.photos ?? [];
    if (effect && photos.length < effect.photos) this.#composer.chooseFor(photos, effect);
    else this.#outbox.send({ type: "other_effect", job, effect: id });
  }

  #delete(job) {
    const dialog = byId("confirm");
    dialog.returnValue = "keep";
    dialog.onclose = () => {
      if (dialog.returnValue === "delete") this.#sendNow({ type: "delete", job });
    };
    dialog.showModal();
  }

  #up() {
    clearTimeout(this.#downTimer);
    this.#downTimer = 0;
    const state = byId("line-state");
    if (!state.hidden) announce(this.#strings.say("connected"));
    state.hidden = true;
  }

  /** Say that the line is down, unless it is back at once. */
  #down() {
    this.#downTimer ||= setTimeout(() => {
      const state = byId("line-state");
      state.hidden = false;
      state.textContent = this.#strings.say("reconnecting");
    }, DOWN_GRACE_MS);
  }
}

new Page(await enter());
