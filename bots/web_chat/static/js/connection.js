// The web socket: opens, comes back by itself after a loss, and hands frames on.

import { knock } from "./door.js";

const VERSION = 1;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
const REFUSED = 1008;

/** Dispatches `frame` with each frame of the server, `up` and `down` as the line comes and goes. */
export class Connection extends EventTarget {
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;

  constructor() {
    super();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  open() {
    const socket = new WebSocket(
      `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`,
    );
    socket.onmessage = (message) => this.#take(JSON.parse(message.data));
    socket.onclose = (closing) => this.#lost(closing);
    this.#socket = socket;
  }

  /** Send a frame; false when the line is down. */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ v: VERSION, ...frame }));
    return true;
  }

  #take(frame) {
    if (frame.v !== VERSION) {
      location.reload();
      return;
    }
    if (frame.type === "hello") {
      this.#wait = FIRST_WAIT_MS;
      this.dispatchEvent(new Event("up"));
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #lost({ code }) {
    this.#socket = null;
    this.dispatchEvent(new Event("down"));
    // The server has said why it will not listen: leave it alone for longer.
    if (code === REFUSED) this.#wait = LONGEST_WAIT_MS;
    this.#comeBackLater();
  }

  #comeBackLater() {
    // Pages that lost the same server must not all come back at the same moment.
    this.#timer = setTimeout(() => this.#comeBack(), this.#wait * (0.7 + 0.6 * Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
  }

  async #comeBack() {
    this.#timer = 0;
    try {
      const welcome = await knock();
      // The session is over, and only a fresh page asks for the password again.
      if (welcome.open) this.open();
      else location.reload();
    } catch {
      this.#comeBackLater();
    }
  }

  #hurry() {
    if (this.#timer === 0 || this.#wait === LONGEST_WAIT_MS) return;
    clearTimeout(this.#timer);
    this.#comeBack();
  }
}
